import type { Redis } from '../doors/redis.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import { type Notice, noticeSchema } from '../vocabulary/notice.ts';
import type { Records } from './record.ts';
import { createStanding } from './standing.ts';

export interface NoticePorts {
  readonly redis: Redis;
  readonly records: Records;
  readonly clock: Clock;
}

/** What channels are told that is not about one release; the same thing said twice is one message. */
export function createNotices({ redis, records, clock }: NoticePorts) {
  const standing = createStanding<Notice>({
    redis,
    records,
    schema: noticeSchema,
    folder: 'notice',
    isActive: ({ state }) => state.kind === 'active',
    shown: true,
  });
  return {
    /** The same text while it is active changes nothing; another text changes the message; after its end it is said anew. */
    notice: async (said: Omit<Notice, 'revision' | 'since' | 'state'>): Promise<Notice> => {
      const made = (known: Notice | null): Notice => ({
        ...said,
        revision: (known?.revision ?? 0) + 1,
        since: known?.state.kind === 'active' ? known.since : instantOf(clock.now()),
        state: { kind: 'active' },
      });
      const notice = await standing.settle(said.id, (known) => {
        const isActive = known?.state.kind === 'active';
        if (isActive && known.text === said.text) return null;
        const entry = { event: isActive ? 'notice.changed' : 'notice.said' };
        return { after: made(known), entry, newMessage: known !== null && !isActive };
      });
      return notice ?? made(null);
    },
    endNotice: async (id: string, how: string): Promise<void> => {
      await standing.settle(id, (known) => {
        if (known?.state.kind !== 'active') return null;
        const state = { kind: 'ended', at: instantOf(clock.now()), how } as const;
        return { after: { ...known, revision: known.revision + 1, state }, entry: { event: 'notice.ended' } };
      });
    },
    notices: (): Promise<Notice[]> => standing.active(),
    noticeById: (id: string): Promise<Notice | null> => standing.find(id),
  };
}
