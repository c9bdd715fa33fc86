import { createPulse } from '../../src/doors/telemetry.ts';
import { instantOf, systemClock } from '../../src/doors/time.ts';
import { type Deployed, expectations } from '../../src/kubernetes/expectations.ts';
import { createKubernetes } from '../../src/kubernetes/kubernetes.ts';
import type { CommitSha } from '../../src/vocabulary/change.ts';
import type { SeenDrift } from '../../src/vocabulary/drift.ts';
import type { Release, ReleaseId } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { anArtifact, aPlan, aRelease, releaseId } from '../support/builders.ts';
import { digestOf } from './scenarios/repository.ts';

export interface Said {
  readonly release: ReleaseId;
  readonly atMs: number;
  readonly verdict: Verdict;
}

export interface SaidDrift {
  readonly drift: SeenDrift;
  readonly state: 'open' | 'corrected' | 'released' | 'gone';
}

/** What the head of main holds of one service. */
export type Held = Pick<Deployed, 'service' | 'image' | 'version' | 'paths'>;

export interface WatchOptions {
  /** Path of a kubeconfig whose rights are those of `manifests/`. */
  readonly kubeconfig: string;
  readonly isAncestor: (ancestor: string, descendant: string) => boolean;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const place = { environment: 'production', clusters: ['cluster'], repository: 'gitops', branch: 'main' } as const;

/** Sluice as it watches a cluster, without Slack and Redis: what it says is kept in order. */
export async function openWatch({ kubeconfig, isAncestor }: WatchOptions) {
  const said: Said[] = [];
  const drifts: SaidDrift[] = [];
  const opened = new Map<string, SeenDrift>();
  let arriving: Release[] = [];
  let head: CommitSha | null = null;
  let held: readonly Held[] = [];
  let number = 0;
  const ancestry = async (_repository: string, ancestor: string, descendant: string) =>
    isAncestor(ancestor, descendant);
  const say = (release: ReleaseId, verdict: Verdict) => void said.push({ release, atMs: systemClock.now(), verdict });
  const kubernetes = createKubernetes({
    clusters: { cluster: { kubeconfig } },
    clock: systemClock,
    log: silent,
    pulse: createPulse(systemClock),
    isAncestor: ancestry,
    expected: async () => {
      const commit = head;
      if (commit === null) return [];
      return await expectations({
        deployed: async () =>
          held.map((each) => ({ ...place, ...each, commit, digest: digestOf(`${each.image}:${each.version}`) })),
        isTakenOut: (service) => !held.some((each) => each.service === service),
        arriving: async () => arriving,
        isAncestor: ancestry,
        leave: async (release, verdict) => {
          arriving = arriving.filter(({ id }) => id !== release.id);
          say(release.id, verdict('cluster'));
        },
        now: () => instantOf(systemClock.now()),
      });
    },
    onVerdict: async ({ release }, _cluster, { verdict }) => {
      if (release !== undefined) say(release, verdict);
    },
    onHealthy: async () => {},
    onDrift: async (drift) => {
      opened.set(drift.id, drift);
      drifts.push({ drift, state: 'open' });
    },
    onDriftEnded: async (id, state) => {
      const drift = opened.get(id);
      if (drift !== undefined) drifts.push({ drift, state });
    },
  });
  await kubernetes.start();
  return {
    said,
    drifts,
    /** What main holds after a push; a release begins for each service whose version it changed. */
    wrote: (commit: CommitSha, holds: readonly Held[]): ReadonlyMap<string, ReleaseId> => {
      const changed = holds.filter(
        ({ service, version }) => held.find((each) => each.service === service)?.version !== version,
      );
      const begun = changed.map((each): [string, ReleaseId] => {
        number += 1;
        const id = releaseId(number);
        const { service, version, image } = each;
        const artifact = anArtifact({ service, version, image, digest: digestOf(`${image}:${version}`) });
        const since = instantOf(systemClock.now());
        const state = { kind: 'written', commit } as const;
        arriving.push(aRelease({ id, state, since, request: { service }, plan: aPlan({ artifact }) }));
        return [`${service} ${version}`, id];
      });
      head = commit;
      held = holds;
      kubernetes.refresh();
      return new Map(begun);
    },
    close: kubernetes.stop,
  };
}
export type Watch = Awaited<ReturnType<typeof openWatch>>;
