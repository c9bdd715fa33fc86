import { type Health, healthOf } from './kstatus.ts';
import type { World } from './world.ts';

export interface Checked {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type HealthVerdict =
  | { readonly kind: 'passed'; readonly ms: number }
  | { readonly kind: 'failed'; readonly ms: number; readonly why: string };

/** Waits until all objects are healthy, one has failed, or the time is over; null when the cluster is closed. */
export async function checkHealth(
  world: World,
  objects: readonly Checked[],
  timeoutMs: number,
): Promise<HealthVerdict | null> {
  const begun = world.elapsed();
  // The controller polls every five seconds: a check that passes takes as long at least.
  let wait = 5_000;
  for (;;) {
    if (await world.pause(wait)) return null;
    wait = 1_000;
    const ms = world.elapsed() - begun;
    const states = objects.map((each) => ({
      ...each,
      health: healthOf(world.store.get(each.kind, each.namespace, each.name)),
    }));
    const broken = states.filter((each) => each.health === 'Failed');
    if (broken.length > 0)
      return { kind: 'failed', ms, why: `failed early due to stalled resources: ${named(broken)}` };
    const late = states.filter((each) => each.health !== 'Current');
    if (late.length === 0) return { kind: 'passed', ms };
    if (ms >= timeoutMs) return { kind: 'failed', ms, why: `timeout waiting for: ${named(late)}` };
  }
}

function named(states: readonly (Checked & { readonly health: Health })[]): string {
  return `[${states.map((each) => `${each.kind}/${each.namespace}/${each.name} status: '${each.health}'`).join(', ')}]`;
}
