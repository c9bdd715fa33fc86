import type { Release } from '../../vocabulary/release.ts';
import { stepWords, timelineOf } from '../../vocabulary/timeline.ts';
import type { Stage, Verdict } from '../../vocabulary/verdict.ts';
import { code, foreign } from '../../words/blocks.ts';

/** Steps that lie behind a cluster that waits at a stage. */
const done = {
  source: [],
  parent: ['fetched'],
  apply: ['fetched'],
  helm: ['fetched', 'applied'],
  rollout: ['fetched', 'applied'],
  canary: ['fetched', 'applied'],
  image: ['fetched', 'applied', 'rolled out'],
} as const;

/** How far one cluster is, in a line. */
export function progress(release: Release, cluster: string, verdict: Verdict | undefined): string {
  const name = code(cluster);
  if (verdict === undefined) return `${name} Flux has not been heard yet`;
  switch (verdict.kind) {
    case 'healthy':
      return `${name} healthy${verdict.pods === undefined ? '' : `, ${verdict.pods.ready}/${verdict.pods.wanted} pods`}${verdict.note === undefined ? '' : ` (${foreign(verdict.note, 200)})`}`;
    case 'waiting':
    case 'unverified':
      return `${name} ${[...behindIt(release, cluster, verdict.stage), foreign(verdict.because, 500)].join(' → ')}${still(verdict.running)}`;
    case 'failed':
      return `${name} *failed*: ${foreign(verdict.because, 500)}${still(verdict.running)}`;
    case 'superseded':
      return `${name} superseded by ${foreign(verdict.by, 130)}`;
    case 'gone':
      return `${name} ${foreign(verdict.because, 500)}`;
  }
}

/** The steps that lie behind, each with how long it took where that is on record. */
function behindIt(release: Release, cluster: string, stage: Stage): string[] {
  const own = timelineOf(release, [cluster])?.clusters[0]?.steps ?? [];
  return done[stage].map((name) => {
    const step = own.find((each) => each.name === name);
    return step === undefined ? name : stepWords(step);
  });
}

function still(version: string | undefined): string {
  return version === undefined ? '' : `. Running: ${foreign(version, 130)}`;
}
