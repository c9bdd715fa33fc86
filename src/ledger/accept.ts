import { createHash } from 'node:crypto';
import { monotonicFactory, ulid } from 'ulid';
import { Retryable } from '../errors.ts';
import { key } from '../redis.ts';
import { type Release, type ReleaseId, type Request, releaseIdSchema } from '../release.ts';
import { type Clock, instantOf } from '../time.ts';
import type { Records, Write, WriteOutcome } from './record.ts';
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

/** Makes one release for each payload, or one chain of them, however often the payload comes. */
export function createAccept({ records, clock, release, onTransition }: AcceptPorts) {
  const next = monotonicFactory();
  const make = (request: Request, id: ReleaseId): Release => ({
    kind: 'release',
    id,
    revision: 1,
    request,
    state: { kind: 'requested' },
    since: instantOf(clock.now()),
    votes: [],
  });
  /** Once for each name: whoever comes later finds the first one's release. */
  const writeOnce = (made: Release, name: string): Write => {
    const write = releaseWrite(null, made, { event: 'release.requested', by: made.request.requester });
    const memory = key('payload', createHash('sha256').update(name).digest('hex'));
    return {
      ...write,
      effects: [...write.effects, { kind: 'once', key: memory, member: made.id, seconds: rememberedSeconds }],
    };
  };
  const acceptedAs = async (made: Release, outcome: WriteOutcome | undefined): Promise<Accepted> => {
    // A call that was sent again after a lost connection finds its own id.
    if (outcome?.kind !== 'seen' || outcome.member === made.id) {
      onTransition?.(null, made);
      return { kind: 'accepted', release: made };
    }
    const earlier = await release(releaseIdSchema.parse(outcome.member));
    if (earlier === null) throw new Retryable(`The record of release/${outcome.member} is no longer in Redis.`);
    return { kind: 'seen', release: earlier };
  };
  return {
    accept: async (request: Request, payload: string): Promise<Accepted> => {
      const made = make(request, releaseIdSchema.parse(ulid(clock.now())));
      const [outcome] = await records.write([writeOnce(made, payload)]);
      return acceptedAs(made, outcome);
    },
    /** Linked releases of the same, one for each environment in their order: all of them are written down, or none. */
    acceptChain: async (
      request: Request,
      environments: readonly string[],
      payload: string,
    ): Promise<readonly Accepted[]> => {
      const nowMs = clock.now();
      const ids = environments.map(() => releaseIdSchema.parse(next(nowMs)));
      const [id] = ids;
      if (id === undefined) return [];
      const made = ids.map((each, index): Release => {
        const environment = environments[index] ?? '';
        const chain = { id, step: index + 1, environments: [...environments] };
        return { ...make({ ...request, environment }, each), chain };
      });
      const writes = made.map((each, index) => writeOnce(each, `${payload} step ${index + 1}`));
      const outcomes = await records.writeTogether(writes);
      return Promise.all(made.map((each, index) => acceptedAs(each, outcomes[index])));
    },
  };
}
