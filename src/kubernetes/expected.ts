import type { Instant } from '../doors/time.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { ReleaseId } from '../vocabulary/release.ts';
import type { Steps, Verdict } from '../vocabulary/verdict.ts';

/** What one cluster should run of one service; with `release` its verdicts go to that release. */
export interface Expected {
  readonly service: string;
  readonly environment: string;
  readonly cluster: string;
  readonly repository: string;
  readonly branch: string;
  readonly commit: CommitSha;
  readonly image: string;
  readonly version: string;
  readonly digest?: string;
  /** The files that hold the version. */
  readonly paths: readonly string[];
  readonly release?: ReleaseId;
  readonly writtenAt?: Instant;
  /** The verdict on the record, so that `since` and late failures survive a restart. */
  readonly previous?: Verdict;
  /** On the record: how Kustomizations failed before they took the commit up. */
  readonly earlier?: Readonly<Record<string, string>>;
  /** The steps on the record. */
  readonly steps?: Steps;
}
