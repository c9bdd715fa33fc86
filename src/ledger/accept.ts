import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { Retryable } from '../errors.ts';
import { key } from '../redis.ts';
import { type Release, type ReleaseId, type Request, releaseIdSchema } from '../release.ts';
import { type Clock, instantOf } from '../time.ts';
import type { Records } from './record.ts';
import { type OnTransition, releaseWrite } from './transition.ts';

/** Slack repeats an event for up to 25 hours (hourly retries of delayed events). */
export const rememberedSeconds = 26 * 3_600;

export type Accepted = { readonly kind: 'accepted' | 'seen'; readonly release: Release };

export interface AcceptPorts {
  readonly records: Records;
  readonly clock: Clock;
  readonly release: (id: ReleaseId) => Promise<Release | null>;
  readonly onTransition?: OnTransition | undefined;
}

/** Makes one release for each payload, however often the payload comes. */
export function createAccept({ records, clock, release, onTransition }: AcceptPorts) {
  return async (request: Request, payload: string): Promise<Accepted> => {
    const id = releaseIdSchema.parse(ulid(clock.now()));
    const made: Release = {
      kind: 'release',
      id,
      revision: 1,
      request,
      state: { kind: 'requested' },
      since: instantOf(clock.now()),
      votes: [],
    };
    const write = releaseWrite(null, made, { event: 'release.requested', by: request.requester });
    const memory = key('payload', createHash('sha256').update(payload).digest('hex'));
    const [outcome] = await records.write([
      { ...write, effects: [...write.effects, { kind: 'once', key: memory, member: id, seconds: rememberedSeconds }] },
    ]);
    // A call that was sent again after a lost connection finds its own id.
    if (outcome?.kind !== 'seen' || outcome.member === id) {
      onTransition?.(null, made);
      return { kind: 'accepted', release: made };
    }
    const earlier = await release(releaseIdSchema.parse(outcome.member));
    if (earlier === null) throw new Retryable(`The record of release/${outcome.member} is no longer in Redis.`);
    return { kind: 'seen', release: earlier };
  };
}
