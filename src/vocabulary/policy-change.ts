import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { commitShaSchema, laneSchema } from './change.ts';
import { personSchema } from './person.ts';
import { reasonSchema } from './reasons.ts';
import { postedSchema, voteSchema } from './release.ts';
import type { Limits } from './scope.ts';

/** A line of `policies:` as the file reads it. */
const lineSchema = z.looseObject({
  kind: z.string(),
  environments: z.array(z.string()).optional(),
  services: z.array(z.string()).optional(),
  squads: z.array(z.string()).optional(),
});
export type ReadLine = z.infer<typeof lineSchema>;

/** What a line is about; a kind with one environment of its own (auto-release) is about that one. */
export function scopeOfLine({ environments, services, squads, ...more }: ReadLine): Limits {
  const own = more['environment'];
  return { environments: environments ?? (typeof own === 'string' ? [own] : undefined), services, squads };
}

/** One line of `policies:` more or less; `line` is how it is read. What is taken out is named by its id, and is what was shown. */
export const policyEditSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), item: z.record(z.string(), z.unknown()), line: lineSchema }),
  z.strictObject({ kind: z.literal('remove'), id: z.string(), line: lineSchema }),
]);
export type PolicyEdit = z.infer<typeof policyEditSchema>;

/** What somebody was shown, and may have committed. */
export const policyDraftSchema = z.strictObject({
  id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  edit: policyEditSchema,
  by: personSchema,
  at: instantSchema,
  because: z.string().optional(),
  /** The lines that change, as `- old` and `+ new`. */
  diff: z.array(z.string()),
  /** Where it is told: the channel of the last environment that the line is about. */
  channel: z.string(),
  lane: laneSchema,
  /** Head of the lane when it was shown: its trailer is looked for from here on. */
  head: commitShaSchema,
});
export type PolicyDraft = z.infer<typeof policyDraftSchema>;

/** A change of `sluice.yaml` that somebody asked for in Slack. It lives until it is written or not. */
export const policyChangeSchema = policyDraftSchema.extend({
  kind: z.literal('policy-change'),
  revision: z.number().int(),
  votes: z.array(voteSchema),
  /** Why it waits or was refused, as it was decided last. */
  reasons: z.array(reasonSchema).optional(),
  /** What a vote is for. */
  bound: z.string().optional(),
  expiresAt: z.string().optional(),
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('queued') }),
    z.strictObject({ kind: z.literal('held') }),
    /** From here on nobody can withdraw or reject it: the push may be under way. */
    z.strictObject({ kind: z.literal('writing') }),
    z.strictObject({ kind: z.literal('written'), commit: commitShaSchema }),
    z.strictObject({ kind: z.literal('refused'), because: z.string() }),
    z.strictObject({ kind: z.literal('rejected'), by: personSchema, because: z.string().optional() }),
    z.strictObject({ kind: z.literal('withdrawn'), by: personSchema }),
    z.strictObject({ kind: z.literal('expired') }),
  ]),
  message: postedSchema.optional(),
});
export type PolicyChange = z.infer<typeof policyChangeSchema>;

export function isOpenChange({ state }: Pick<PolicyChange, 'state'>): boolean {
  return state.kind === 'queued' || state.kind === 'held' || state.kind === 'writing';
}
