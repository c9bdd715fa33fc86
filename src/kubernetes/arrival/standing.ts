import type { Custom } from '../custom-objects.ts';
import { conditionOf, isCurrent } from '../flux/state.ts';
import type { Condition } from '../named.ts';
import { oneLine } from './finding.ts';

/** How an object of a kind that only its operator knows is doing. */
export type Standing =
  /** `told`: its status says so; else it has none, and counts as done. */
  | { readonly kind: 'current'; readonly told: boolean }
  /** `brief`: as it comes with every run of a controller, so that it takes nothing back. */
  | { readonly kind: 'in-progress'; readonly because: string; readonly brief: boolean }
  | { readonly kind: 'failed'; readonly reason: string; readonly because: string; readonly at: string | null };

/**
 * As kstatus tells it of any kind (cli-utils/pkg/kstatus/status/generic.go), which is how Flux checks its health. Beyond that, a Ready
 * that says that it is of an older generation counts for nothing.
 */
export function standingOf(object: Custom): Standing {
  const { generation, observed } = object;
  if (object.deleting) return { kind: 'in-progress', because: 'it is being deleted', brief: false };
  if (observed !== null && observed !== generation)
    return { kind: 'in-progress', because: 'its operator has not taken it up yet', brief: true };
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return { kind: 'in-progress', because: saidBy(reconciling), brief: true };
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True' && isCurrent(stalled, generation))
    return { kind: 'failed', reason: stalled.reason || 'Stalled', because: saidBy(stalled), at: stalled.at };
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined) return { kind: 'current', told: false };
  if (!isCurrent(ready, generation))
    return { kind: 'in-progress', because: 'its operator has not taken it up yet', brief: true };
  if (ready.status === 'True') return { kind: 'current', told: true };
  return { kind: 'in-progress', because: `not ready (${saidBy(ready)})`, brief: ready.status === 'Unknown' };
}

function saidBy({ type, reason, message }: Condition): string {
  return [reason || type, oneLine(message)].filter((part) => part !== '').join(': ');
}
