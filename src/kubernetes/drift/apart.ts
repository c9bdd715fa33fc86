import { instantOf } from '../../doors/time.ts';
import type { SeenDrift } from '../../vocabulary/drift.ts';
import type { Verdict } from '../../vocabulary/verdict.ts';
import type { Expected } from '../expected.ts';
import { driftId } from './drift-tracker.ts';

export interface ClusterJudgement {
  readonly cluster: string;
  /** Whether all that is said of it is fresh. */
  readonly reachable: boolean;
  readonly judged: readonly { readonly expected: Expected; readonly verdict: Verdict }[];
}

/**
 * Services of which the clusters of one environment run different versions, with nothing that explains it: no release on its way, no
 * drift that is told already, no cluster that cannot be seen.
 */
export function clustersApart(
  clusters: readonly ClusterJudgement[],
  open: Iterable<Pick<SeenDrift, 'environment' | 'service' | 'signal'>>,
  nowMs: number,
): SeenDrift[] {
  const explained = [...open].filter(({ signal }) => signal !== 'apart' && signal !== 'restart');
  const seen = clusters.flatMap(({ cluster, reachable, judged }) =>
    judged.map((each) => ({ ...each, cluster, reachable })),
  );
  const places = Map.groupBy(seen, ({ expected }) => `${expected.environment}/${expected.service}`);
  return [...places.values()].flatMap((members): SeenDrift[] => {
    const [first] = members;
    if (first === undefined || members.length < 2) return [];
    const { environment, service, version } = first.expected;
    if (explained.some((each) => each.environment === environment && (each.service ?? service) === service)) return [];
    const running = members.map(({ cluster, verdict, expected, reachable }) => {
      const isMoving = verdict.kind === 'waiting' || (expected.release !== undefined && verdict.kind !== 'healthy');
      return { cluster, version: isMoving || !reachable || !('running' in verdict) ? undefined : verdict.running };
    });
    if (running.some((each) => each.version === undefined)) return [];
    if (new Set(running.map((each) => each.version)).size < 2) return [];
    const others = running.filter((each) => each.version !== version).map(({ cluster }) => cluster);
    return [
      {
        id: driftId(environment, service, 'apart'),
        cluster: others.join(', '),
        environment,
        service,
        signal: 'apart',
        object: service,
        field: 'version',
        live: running.map((each) => `${each.cluster} ${each.version}`).join(', '),
        wanted: version,
        manager: '',
        since: instantOf(nowMs),
      },
    ];
  });
}
