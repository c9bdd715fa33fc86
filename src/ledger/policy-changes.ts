import { key, onRedis, type Redis } from '../doors/redis.ts';
import {
  isOpenChange,
  type PolicyChange,
  type PolicyDraft,
  policyChangeSchema,
  policyDraftSchema,
} from '../vocabulary/policy-change.ts';
import type { Entry, Moved, Records } from './record.ts';
import { createStanding } from './standing.ts';

export interface PolicyChangePorts {
  readonly redis: Redis;
  readonly records: Records;
}

/** A preview that nobody commits is forgotten. */
const draftSeconds = 3_600;

/** Changes of `sluice.yaml` that were asked for, from the preview to the commit. */
export function createPolicyChanges({ redis, records }: PolicyChangePorts) {
  const standing = createStanding<PolicyChange>({
    redis,
    records,
    schema: policyChangeSchema,
    folder: 'policy-change',
    isActive: isOpenChange,
    shown: true,
  });
  /** The lane judges it, and judges it again whenever it changes. */
  const dueIn = ({ lane }: PolicyDraft) => ({
    effects: [{ kind: 'due' as const, work: `lane/${lane.repository}/${lane.branch}` }],
  });
  const draftKey = (id: string) => key('policy-draft', id);
  return {
    keepDraft: async (draft: PolicyDraft): Promise<void> => {
      await onRedis(() => redis.set(draftKey(draft.id), JSON.stringify(draft), 'EX', draftSeconds));
    },
    /** Null where it is too old, or never was. */
    draft: async (id: string): Promise<PolicyDraft | null> => {
      const text = await onRedis(() => redis.get(draftKey(id)));
      return text === null ? null : policyDraftSchema.parse(JSON.parse(text));
    },
    policyChange: (id: string): Promise<PolicyChange | null> => standing.find(id),
    /** The same draft twice is one change. */
    proposeChange: (draft: PolicyDraft, entry: Entry): Promise<Moved<PolicyChange>> =>
      standing.write(
        null,
        { ...draft, kind: 'policy-change', revision: 1, votes: [], state: { kind: 'queued' } },
        entry,
        dueIn(draft),
      ),
    /** `moved` where somebody else changed it first. */
    moveChange: (
      before: PolicyChange,
      change: Partial<Pick<PolicyChange, 'state' | 'votes' | 'reasons' | 'bound' | 'expiresAt'>>,
      entry: Entry,
    ): Promise<Moved<PolicyChange>> =>
      standing.write(before, { ...before, ...change, revision: before.revision + 1 }, entry, dueIn(before)),
    /** Those that are neither written nor given up, oldest first. */
    openChanges: async (): Promise<PolicyChange[]> =>
      (await standing.active()).filter(isOpenChange).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
