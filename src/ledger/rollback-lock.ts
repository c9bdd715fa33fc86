import type { Hold } from '../vocabulary/hold.ts';
import type { Release } from '../vocabulary/release.ts';

interface Entry {
  readonly event: string;
  readonly by: Release['request']['requester'];
  readonly text: string;
}

/** A written rollback leaves a lock behind, so that nobody releases the same trouble again before it is understood. */
export function createRollbackLocks(hold: (hold: Omit<Hold, 'revision' | 'state'>, entry: Entry) => Promise<unknown>) {
  const left = new Set<string>();
  return async (written: readonly Release[]): Promise<void> => {
    for (const release of written) {
      const { plan, request } = release;
      if (plan?.intent !== 'rollback' || left.has(release.id)) continue;
      const from = plan.from === null ? '' : ` from ${plan.from.version}`;
      const because = `rolled back${from} to ${plan.artifact.version}${request.because === undefined ? '' : `: ${request.because}`}`;
      // The id is the release's, so that asking twice, or after a restart, makes one lock, and one that ended stays ended.
      await hold(
        {
          kind: 'hold',
          id: `rollback-${release.id}`,
          service: request.service,
          environment: request.environment,
          because: because.slice(0, 300),
          by: request.requester,
          since: release.since,
          rollback: release.id,
        },
        { event: 'hold.set', by: request.requester, text: because },
      );
      left.add(release.id);
    }
  };
}
