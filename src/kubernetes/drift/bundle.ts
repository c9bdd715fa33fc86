import { instantOf } from '../../doors/time.ts';
import { type SeenDrift, signalOf } from '../../vocabulary/drift.ts';
import { type DriftStep, driftId } from './drift-tracker.ts';

/** More than so many at once are told as one. */
const atOnce = 3;
/** What begins so soon after others belongs to the same cause. */
const togetherMs = 5_000;
const openForMs = 600_000;

interface Bundle {
  readonly drift: SeenDrift;
  readonly members: Map<string, string>;
}

/**
 * Tells many deviations of one cluster as one: after a cluster was away for hours, or when a person stops everything, one summary says
 * more than a message for each object.
 */
export function createBundles(cluster: string, known: readonly SeenDrift[] = []) {
  const bundles = new Map<string, Bundle>();
  const bundleOf = new Map<string, string>();
  const alone = new Set<string>();
  /** Told for themselves a moment ago, and not over yet. */
  const recent = new Map<string, { readonly environment: string; readonly atMs: number }>();
  for (const drift of known) {
    if (signalOf(drift) === 'many') bundles.set(drift.id, { drift, members: new Map() });
    else if (drift.bundle === undefined) alone.add(drift.id);
  }
  for (const drift of known) {
    const bundle = drift.bundle === undefined ? undefined : bundles.get(drift.bundle);
    if (bundle === undefined) continue;
    bundle.members.set(drift.id, drift.object);
    bundleOf.set(drift.id, bundle.drift.id);
  }

  /** The bundle that takes what is new in an environment, or null where it is told for itself. */
  const takerOf = (environment: string, fresh: number, nowMs: number): Bundle | null => {
    const id = driftId(cluster, environment, 'many');
    const standing = bundles.get(id);
    if (standing !== undefined && nowMs - Date.parse(standing.drift.since) < openForMs) return standing;
    for (const [member, { atMs }] of recent) if (nowMs - atMs >= togetherMs) recent.delete(member);
    const lately = [...recent.values()].filter((each) => each.environment === environment).length;
    if (lately + fresh <= atOnce) return null;
    const drift: SeenDrift = {
      id,
      cluster,
      environment,
      signal: 'many',
      object: cluster,
      field: 'objects',
      live: '',
      wanted: 'as in Git',
      manager: '',
      since: standing?.drift.since ?? instantOf(nowMs),
    };
    const made = { drift, members: standing?.members ?? new Map<string, string>() };
    bundles.set(id, made);
    return made;
  };

  return {
    step: ({ seen, ended }: DriftStep, nowMs: number): DriftStep => {
      const changed = new Set<Bundle>();
      const fresh = seen.filter(({ id }) => !alone.has(id) && !bundleOf.has(id));
      for (const [environment, members] of Map.groupBy(fresh, (drift) => drift.environment)) {
        const taker = takerOf(environment, members.length, nowMs);
        for (const { id, object } of members) {
          if (taker === null) {
            alone.add(id);
            recent.set(id, { environment, atMs: nowMs });
            continue;
          }
          taker.members.set(id, object);
          bundleOf.set(id, taker.drift.id);
          changed.add(taker);
        }
      }
      const over: { id: string; how: 'corrected' }[] = [];
      for (const { id } of ended) {
        alone.delete(id);
        recent.delete(id);
        const bundle = bundles.get(bundleOf.get(id) ?? '');
        bundleOf.delete(id);
        if (bundle === undefined) continue;
        bundle.members.delete(id);
        changed.add(bundle);
      }
      for (const bundle of changed) {
        if (bundle.members.size > 0) continue;
        changed.delete(bundle);
        bundles.delete(bundle.drift.id);
        over.push({ id: bundle.drift.id, how: 'corrected' });
      }
      const marked = seen.map((drift) => {
        const bundle = bundleOf.get(drift.id);
        return bundle === undefined ? drift : { ...drift, bundle };
      });
      return { seen: [...[...changed].map(summaryOf), ...marked], ended: [...ended, ...over] };
    },
  };
}

function summaryOf({ drift, members }: Bundle): SeenDrift {
  const objects = [...new Set(members.values())];
  const shown = objects.slice(0, 5).join(', ');
  return {
    ...drift,
    live: `${members.size} ${members.size === 1 ? 'deviation' : 'deviations'}`,
    note: objects.length > 5 ? `${shown} and ${objects.length - 5} more` : shown,
  };
}
