import { createHash, randomInt } from 'node:crypto';
import { monotonicFactory, ulid } from 'ulid';
import { Retryable } from '../doors/errors.ts';
import { key } from '../doors/redis.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import { type Release, type ReleaseId, type Request, releaseIdSchema } from '../vocabulary/release.ts';
import type { Effect, Records, Write, WriteOutcome } from './record.ts';
import { rememberedSeconds, signatureKey } from './replays.ts';
import { type OnTransition, releaseWrite } from './transition.ts';

export type Accepted = { readonly kind: 'accepted' | 'seen'; readonly release: Release };

/** The same bytes came before. */
export interface Replayed {
  readonly kind: 'replayed';
}

export interface AcceptPorts {
  readonly records: Records;
  readonly clock: Clock;
  readonly release: (id: ReleaseId) => Promise<Release | null>;
  readonly onTransition?: OnTransition | undefined;
}

/** Makes one release for each payload, or one chain of them, however often the payload comes. */
export function createAccept({ records, clock, release, onTransition }: AcceptPorts) {
  const next = monotonicFactory(random);
  const make = (request: Request, id: ReleaseId): Release => ({
    kind: 'release',
    id,
    revision: 1,
    request,
    state: { kind: 'requested' },
    since: instantOf(clock.now()),
    votes: [],
  });
  /** Once for each memory: whoever comes later finds the first one's release. */
  const writeOnce = (made: Release, memories: readonly string[]): Write => {
    const write = releaseWrite(null, made, { event: 'release.requested', by: made.request.requester });
    const once = memories.map(
      (memory): Effect => ({ kind: 'once', key: memory, member: made.id, seconds: rememberedSeconds }),
    );
    return { ...write, effects: [...once, ...write.effects] };
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
      const made = make(request, releaseIdSchema.parse(ulid(clock.now(), random)));
      const [outcome] = await records.write([writeOnce(made, [payloadKey(payload)])]);
      return acceptedAs(made, outcome);
    },
    /** The same; in the same step the signature that the payload came under is remembered, and refused where it came before. */
    acceptSigned: async (request: Request, payload: string, signature: string): Promise<Accepted | Replayed> => {
      const made = make(request, releaseIdSchema.parse(ulid(clock.now(), random)));
      const memory = signatureKey(signature);
      const [outcome] = await records.write([writeOnce(made, [memory, payloadKey(payload)])]);
      const isReplay = outcome?.kind === 'seen' && outcome.key === memory && outcome.member !== made.id;
      return isReplay ? { kind: 'replayed' } : acceptedAs(made, outcome);
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
      const writes = made.map((each, index) => writeOnce(each, [payloadKey(`${payload} step ${index + 1}`)]));
      const outcomes = await records.writeTogether(writes);
      return Promise.all(made.map((each, index) => acceptedAs(each, outcomes[index])));
    },
  };
}

/** As random as what `ulid` takes by itself, which asks the system anew for each letter. */
function random(): number {
  return randomInt(2 ** 16) / 2 ** 16;
}

/** Where a payload is remembered, by its name. */
function payloadKey(name: string): string {
  return key('payload', createHash('sha256').update(name).digest('hex'));
}
