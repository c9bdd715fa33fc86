import { type Clock, instantOf } from '../doors/time.ts';
import { automatic } from '../vocabulary/person.ts';
import { type HealthyRecord, proofOf } from '../vocabulary/proven.ts';
import { isAutomatic, type Release, type Request } from '../vocabulary/release.ts';
import type { Entry, Moved, ReadLast, ReleaseChange } from './ports.ts';

export interface OnFailurePorts {
  readonly clock: Clock;
  /** Whether `sluice.yaml` lets a failure there be rolled back by itself. */
  readonly rollsBack: (where: { readonly service: string; readonly environment: string }) => boolean;
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  readonly lastWritten: ReadLast;
  readonly accept: (request: Request, payload: string) => Promise<{ readonly release: Release }>;
  readonly transition: (before: Release, change: ReleaseChange, entry: Entry) => Promise<Moved>;
  readonly nudge: (work: string) => void;
}

/**
 * Asks for the rollback of a release whose own pods fail, where a line lets it. Once for each release, which keeps it; a rollback is never
 * rolled back, nor is a version that has run there before: then it is not the version that is wrong.
 */
export async function rollBackFailed(ports: OnFailurePorts, written: readonly Release[]): Promise<void> {
  for (const release of written) {
    const { service, environment, requester } = release.request;
    if (release.undone !== undefined || release.request.intent === 'rollback' || release.plan === undefined) continue;
    const failed = await failureOf(ports, release);
    if (failed === null || !ports.rollsBack({ service, environment })) continue;
    const last = await ports.lastWritten(service, environment);
    if (last?.id !== release.id) continue;
    const request: Request = {
      intent: 'rollback',
      service,
      environment,
      wanted: { kind: 'default' },
      because: `${release.plan.artifact.version} failed: ${failed}`,
      requester: { ...requester, user: automatic },
      undoes: release.id,
      at: instantOf(ports.clock.now()),
      asked: release.request.asked,
    };
    const { release: rollback } = await ports.accept(request, `on-failure:${release.id}`);
    ports.nudge(`release/${rollback.id}`);
    const text = 'it is rolled back by itself, as sluice.yaml says (on-failure)';
    await ports.transition(release, { undone: rollback.id }, { event: 'release.undone', text });
  }
}

/** The machine's word for what is wrong with pods of the release, on a cluster where its version never ran. */
async function failureOf(ports: OnFailurePorts, release: Release): Promise<string | null> {
  const { service, environment } = release.request;
  const artifact = release.plan?.artifact;
  const broken = Object.entries(release.arrival?.clusters ?? {}).flatMap(([cluster, verdict]) =>
    verdict.kind === 'failed' && verdict.stage === 'rollout' && verdict.pod !== undefined
      ? [{ cluster, reason: verdict.reason }]
      : [],
  );
  if (broken.length === 0 || artifact === undefined) return null;
  const records = await ports.healthy(service, environment);
  return broken.find(({ cluster }) => proofOf(artifact, [cluster], records).kind !== 'everywhere')?.reason ?? null;
}

/** Whether somebody wrote another version since the failure that a rollback by itself is to undo. */
export function isTooLate({ request }: Release, last: Release | null): boolean {
  return isAutomatic(request) && request.undoes !== undefined && last !== null && last.id !== request.undoes;
}
