import type { Snapshot } from '../sluice-yaml.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { UserId } from '../vocabulary/person.ts';
import type { HealthyRecord, HealthyTime } from '../vocabulary/proven.ts';
import type { Release } from '../vocabulary/release.ts';
import type { DirectoryPorts, MembersOf } from './directory.ts';
import type { OpenDrift } from './question.ts';

export interface FactPorts extends DirectoryPorts {
  /** `sluice.yaml` as the last fetch has it; `fresh` right before a push, when nothing older than that fetch may count. */
  readonly snapshot: (fresh: boolean) => Promise<Snapshot>;
  readonly holds: () => Promise<readonly Hold[]>;
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  /** The newest release that was written there. */
  readonly lastWritten: (service: string, environment: string) => Promise<Release | null>;
  readonly healthyTimes: (service: string, environment: string) => Promise<readonly HealthyTime[]>;
  readonly drifts: () => Promise<readonly OpenDrift[]>;
  /** What is kept of an artifact now; null where it is not known any more. */
  readonly artifact: (service: string, version: string) => Promise<Artifact | null>;
  /** How wrong this machine's clock is, as a sentence; null where windows and times can be judged by it. */
  readonly clockSkew: () => Promise<string | null>;
  /** Whether the record is known to be whole: an empty Redis must not read as "no locks". */
  readonly confirmed: () => Promise<boolean>;
}

/** Ports that ask each question once: for a batch that is judged at one moment. */
export function readOnce(ports: FactPorts): FactPorts {
  const members = new Map<string, ReturnType<MembersOf>>();
  const people = new Map<UserId, ReturnType<FactPorts['person']>>();
  const holds = once(ports.holds);
  const confirmed = once(ports.confirmed);
  const snapshots = new Map<boolean, Promise<Snapshot>>();
  return {
    holds,
    confirmed,
    healthy: ports.healthy,
    healthyTimes: ports.healthyTimes,
    drifts: once(ports.drifts),
    artifact: ports.artifact,
    lastWritten: ports.lastWritten,
    clockSkew: once(ports.clockSkew),
    snapshot: (fresh) => remembered(snapshots, fresh, () => ports.snapshot(fresh)),
    membersOf: (handle) => remembered(members, handle, () => ports.membersOf(handle)),
    person: (user) => remembered(people, user, () => ports.person(user)),
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= read();
    return answer;
  };
}

function remembered<K, T>(known: Map<K, T>, key: K, read: () => T): T {
  const answer = known.get(key) ?? read();
  known.set(key, answer);
  return answer;
}
