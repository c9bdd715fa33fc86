import type { Instant } from '../doors/time.ts';
import type { Verdict } from './verdict.ts';

/** One object on the way from a commit to the pods that run it, with what it says of itself. */
export interface DeliveryNode {
  /** `Kustomization shop`, `pods`. */
  readonly what: string;
  /** `here`: what the whole way waits for; `open`: not reached, or with a trouble that is nobody's on this way. */
  readonly state: 'done' | 'here' | 'failed' | 'open';
  /** What it holds: `applied main@a1b2c3d`, `1.4.2, 2/3 updated`. Foreign text is raw here and below. */
  readonly facts: string;
  /** What is in its way, or else to be said of it; empty where nothing is. */
  readonly words: string;
  /** Of an object that others only wait for, beside the way. */
  readonly aside?: boolean;
  readonly below: readonly DeliveryNode[];
}

/** The way of one service in one cluster, from what Git holds to its pods. */
export interface Delivery {
  readonly cluster: string;
  readonly version: string;
  readonly commit: string;
  readonly branch: string;
  /** When Sluice wrote the commit; absent where somebody else did. */
  readonly writtenAt?: Instant | undefined;
  /** Absent until it was judged once. */
  readonly verdict?: Verdict | undefined;
  /** Since when what is said of it may be out of date. */
  readonly staleSince?: Instant | undefined;
  readonly nodes: readonly DeliveryNode[];
}
