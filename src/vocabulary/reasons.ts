import { z } from 'zod';
import { shownSchema } from './shown.ts';

/** Every reason that stops or delays a release; a closed list, used in records, metrics and tests. */
export const reasonCodes = [
  'not-authorized',
  'branch-not-allowed',
  'not-healthy-before',
  'approvals-missing',
  'locked',
  'needs-go',
  'awaits-turn',
  'awaits-step',
  'step-ended',
  'frozen',
  'reference-missing',
  'check-missing',
  'vulnerable',
  'rule-refused',
  'not-soaked',
  'behind-another',
  'not-newer',
  'rolled-back',
  'unknown-service',
  'unknown-environment',
  'unknown-version',
  'ambiguous-version',
  'nothing-to-release',
  'nothing-to-roll-back-to',
  'artifact-differs',
  'place-not-found',
  'place-refused',
  'policy-file-invalid',
  'policy-file-unreadable',
  'policy-unsigned',
  'directory-unreadable',
  'record-not-confirmed',
  'override-unconfirmed',
  'clock-skewed',
  'content-changed',
  'branch-refused',
  'remote-unreachable',
] as const;
export const reasonCodeSchema = z.enum(reasonCodes);
export type ReasonCode = z.infer<typeof reasonCodeSchema>;

/** Who still has to vote before a release may go. */
export const approvalDemandSchema = z.strictObject({
  /** As written in `sluice.yaml`: `@group` or a name from `people:`. */
  from: z.array(z.string()),
  count: z.number().int(),
  /** Slack user ids of those whose votes count so far. */
  have: z.array(z.string()),
  /** Slack user ids of all who may vote. */
  may: z.array(z.string()),
});
export type ApprovalDemand = z.infer<typeof approvalDemandSchema>;

/** One reason: what is wrong, which policy says so, and what to do next. */
export const reasonSchema = z.strictObject({
  code: reasonCodeSchema,
  /** `deny` ends the request; `hold` waits for a fact that can change; `warn` is shown and stops nothing. */
  effect: z.enum(['deny', 'hold', 'warn']),
  /** A sentence for people; foreign text in it is raw and is escaped where it is shown. */
  text: z.string(),
  /** The exact command, or whom to ask. */
  next: z.string().optional(),
  /** `sluice.yaml:12@8f14e45`: line and commit. */
  source: z.string().optional(),
  demand: approvalDemandSchema.optional(),
  /** What this held goes by itself, one at a time, from this moment on: where it is missing, somebody is asked. */
  auto: z.string().optional(),
  /** The kind of policy that says so: what an override names. Absent where nothing can be passed. */
  policy: z.string().optional(),
  /** Roles that may pass it. */
  override: z.array(z.string()).optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** An approvals line that holds, met or not: who counts for it, and behind which of its names they stand. */
const approvalRecordSchema = z.strictObject({
  from: z.array(z.string()),
  count: z.number().int(),
  have: z.array(z.strictObject({ user: z.string(), as: z.array(z.string()) })),
});

/** What the policies say, with all their reasons. */
export const decisionSchema = z.strictObject({
  kind: z.enum(['allowed', 'held', 'denied']),
  reasons: z.array(reasonSchema),
  /** What policies of the level `warn` say: shown, and no obstacle. */
  warnings: z.array(reasonSchema).optional(),
  /** What the requester passed by an override: what it would have been without, to be reviewed afterwards. */
  overridden: z.array(reasonSchema).optional(),
  /** Slack user ids of the operators whose click let approvals be passed. */
  confirmedBy: z.array(z.string()).optional(),
  /** The blob of `sluice.yaml` that decided; absent where none could be read. */
  policy: z.string().optional(),
  /** When a held release gives up waiting. */
  expiresAt: z.string().optional(),
  /** What a vote is bound to: own from → to with digests, places, environment, and the policies that hold. */
  bound: z.string().optional(),
  /** The same as it can be read, to say what changed. */
  shown: shownSchema.optional(),
  /** What had changed when it was last asked again: sentences with old and new. */
  changed: z.array(z.string()).optional(),
  /** When votes were asked for first. */
  askedAt: z.string().optional(),
  /** The last moment for which those who can still vote were reminded. */
  remindedAt: z.string().optional(),
  approvals: z.array(approvalRecordSchema).optional(),
  /** Approvals of exactly this that count no longer, and why. */
  uncounted: z.array(z.strictObject({ user: z.string(), because: z.string() })).optional(),
});
export type Decision = z.infer<typeof decisionSchema>;
