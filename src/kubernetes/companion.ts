import type { Suspendable } from './named.ts';

export type CompanionKind = 'Receiver' | 'Alert' | 'ImageUpdateAutomation' | 'ArtifactGenerator';

/** An ArtifactGenerator has no `spec.suspend`, but this annotation (source-watcher). */
export const generatorSwitch = 'source.extensions.fluxcd.io/reconcile';

/** An object of Flux beside the way of a commit: it hears of pushes, tells of what happened, or writes itself. */
export interface Companion extends Suspendable {
  readonly kind: CompanionKind;
  readonly namespace: string;
  readonly name: string;
  /** What it is for: `GitRepository/flux-system/config`, with `*` for any name. */
  readonly refs: readonly string[];
}
