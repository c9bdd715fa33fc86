import type { Expected } from '../expected.ts';
import type { Unit } from './own.ts';

const slackMs = 60_000;
/** A stage that was reached only lately is given this much, even after the deadline. */
const movedLatelyMs = 120_000;
const withoutObjectsMs = 600_000;

/** Whether the commit should have arrived by now, judged by the time-outs of its own objects. */
export function isOverdue(expected: Expected, units: readonly Unit[], stageSinceMs: number, nowMs: number): boolean {
  const written = expected.writtenAt === undefined ? stageSinceMs : Date.parse(expected.writtenAt);
  const budget = units.length === 0 ? withoutObjectsMs : Math.max(...units.map(budgetMs));
  return nowMs >= written + budget && (nowMs - stageSinceMs >= movedLatelyMs || written === stageSinceMs);
}

/** Fetching, every Kustomization above, those it depends on and Helm with its retries may each take their time; without `wait` the rollout adds its own. */
function budgetMs({ source, parents, dependencies, kustomization, helmReleases, workloads }: Unit): number {
  const applying = [kustomization, ...parents].reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  const depending = Math.max(0, ...dependencies.map(({ timeoutMs }) => timeoutMs));
  const helm = Math.max(
    0,
    ...helmReleases.map(({ intervalMs, timeoutMs, retries }) => intervalMs + timeoutMs * (1 + retries)),
  );
  const rollout =
    kustomization.waits || helmReleases.length > 0
      ? 0
      : Math.max(0, ...workloads.map((each) => each.progressDeadlineMs));
  return (source?.intervalMs ?? 0) + applying + depending + helm + rollout + slackMs;
}
