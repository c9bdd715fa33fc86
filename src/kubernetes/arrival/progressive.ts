import type { Canary, Delivery, Workload } from '../objects.ts';
import { type Finding, failing, oneLine, waiting } from './finding.ts';

/** What Argo says of a new version that it lets in step by step; null when it is through with it. */
export function deliveryFinding({ name }: Workload, delivery: Delivery, observed: boolean): Finding | null {
  const { phase, aborted, message } = delivery;
  const more = message === '' ? '' : `: ${oneLine(message)}`;
  if (!observed) return waiting('canary', `Rollout ${name} has not begun yet`);
  if (aborted) return failing('canary', 'RolloutAborted', `Rollout ${name} was aborted${more}`);
  if (phase === 'Degraded') return failing('canary', 'RolloutDegraded', `Rollout ${name} is degraded${more}`);
  if (phase === 'Healthy') return null;
  const step =
    delivery.steps === 0 ? '' : ` at step ${Math.min(delivery.step + 1, delivery.steps)} of ${delivery.steps}`;
  return waiting(
    'canary',
    `Rollout ${name} is ${phase.toLowerCase() || 'starting'}${step}${percent(delivery.weight)}${more}`,
  );
}

/** Phases in which Flagger is through with a version; in any other it is at work. */
const through = new Set(['Succeeded', 'Initialized']);

/**
 * What Flagger says of a new version of its target; null when it was promoted, so that the primary is what counts. A failure from before
 * the commit was written is an earlier version's.
 */
export function canaryFinding(
  canary: Canary,
  target: Workload,
  promoted: boolean,
  wanted: { readonly version: string; readonly writtenAt?: string | undefined },
): Finding | null {
  const { name } = target;
  if (canary.phase === 'Failed') {
    const changed = Date.parse(canary.changedAt ?? '');
    const written = Date.parse(wanted.writtenAt ?? '');
    const stale = changed < Math.floor(written / 1000) * 1000;
    const more = canary.message === '' ? '' : `: ${oneLine(canary.message)}`;
    return stale
      ? waiting('canary', `Flagger has not begun with ${wanted.version} of ${name} yet`)
      : failing('canary', 'CanaryFailed', `Flagger took ${wanted.version} of ${name} back${more}`);
  }
  if (!through.has(canary.phase))
    return waiting('canary', `Flagger lets ${name} in: ${canary.phase || 'starting'}${percent(canary.weight)}`);
  return promoted ? null : waiting('canary', `Flagger has not begun with ${wanted.version} of ${name} yet`);
}

function percent(weight: number | null): string {
  return weight === null ? '' : `, ${weight}% of the traffic`;
}
