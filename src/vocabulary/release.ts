import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { artifactSchema, commitNoteSchema } from './artifact.ts';
import { commitShaSchema, laneSchema, lineChangeSchema, placedSchema, placeSchema } from './change.ts';
import { nameSchema } from './name.ts';
import { automatic, personSchema, type UserId } from './person.ts';
import { decisionSchema } from './reasons.ts';
import { arrivalSchema } from './verdict.ts';

/** A ULID: sortable by the time it was made. */
export const releaseIdSchema = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  .brand<'ReleaseId'>();
export type ReleaseId = z.infer<typeof releaseIdSchema>;

/** Whether a line of `sluice.yaml` asked, and not a person. */
export function isAutomatic({ requester }: { readonly requester: { readonly user: UserId } }): boolean {
  return requester.user === automatic;
}

/** What was asked for, in the words of the grammar; resolved to an artifact later. */
export const wantedSchema = z.discriminatedUnion('kind', [
  /** Nothing named: what is healthy in the environment before, or the newest of the main branch; for a rollback, the last good one. */
  z.strictObject({ kind: z.literal('default') }),
  /** A version, branch, or commit prefix; which of them is found out from the artifacts. */
  z.strictObject({ kind: z.literal('named'), name: z.string() }),
  z.strictObject({ kind: z.literal('from'), environment: nameSchema }),
]);
export type Wanted = z.infer<typeof wantedSchema>;

export const intentSchema = z.enum(['release', 'rollback', 'promote', 'auto-release']);
export type Intent = z.infer<typeof intentSchema>;

export const requestSchema = z.strictObject({
  intent: z.enum(['release', 'rollback']),
  service: z.string(),
  environment: z.string(),
  wanted: wantedSchema,
  because: z.string().optional(),
  ref: z.string().optional(),
  /** Kinds of policies that the requester means to pass. */
  override: z.array(z.string()).optional(),
  requester: personSchema,
  /** The failed release that this rollback was asked for by itself. */
  undoes: releaseIdSchema.optional(),
  at: instantSchema,
  /** Where it was asked, for private replies. */
  asked: z.strictObject({
    channel: z.string(),
    thread: z.string().optional(),
    /** Typed in a terminal, under a signature. */
    via: z.literal('command-line').optional(),
  }),
});
export type Request = z.infer<typeof requestSchema>;

/** What would be done: from → to, where it is written, and what lies between. */
export const planSchema = z.strictObject({
  intent: intentSchema,
  artifact: artifactSchema,
  /** What Git holds for this service in this environment now; null where nothing is written yet. */
  from: placedSchema.nullable(),
  lane: laneSchema,
  places: z.array(placeSchema),
  lines: z.array(lineChangeSchema),
  /** The application's commits that the step brings (or, backwards, takes away), newest first; capped for display. */
  commits: z.array(commitNoteSchema),
  commitCount: z.number().int(),
  backwards: z.boolean(),
  /** How the version was chosen when none was named: "healthy in staging", "newest of main". */
  chosen: z.string().optional(),
  /** A rollback to what was healthy here before: authorization and locks only. */
  knownGood: z.boolean(),
  /** Everybody who wrote what lies between, also where the commits are not all shown. */
  authors: z.array(z.string()).optional(),
  /** What those who approve should look at twice. */
  risks: z
    .array(z.strictObject({ kind: z.enum(['schema', 'skips', 'long-since', 'first-of-day']), text: z.string() }))
    .optional(),
  /** Head of the lane when this was planned: the release's trailer is looked for from here on. */
  head: commitShaSchema,
});
export type Plan = z.infer<typeof planSchema>;

export const voteSchema = z.strictObject({
  person: personSchema,
  vote: z.enum(['approve', 'reject', 'take-back']),
  at: instantSchema,
  /** The `bound` of the decision that was shown; a vote for another one does not count. */
  bound: z.string(),
  because: z.string().optional(),
  /** Names of `sluice.yaml` behind which the person stood when it was cast. */
  as: z.array(z.string()).optional(),
});
export type Vote = z.infer<typeof voteSchema>;

/** The one state machine. Everything up to `written` ends here; what follows is the series of verdicts. */
export const stateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('requested') }),
  z.strictObject({ kind: z.literal('denied') }),
  /** It is written already: nothing to do, its verdict is shown. */
  z.strictObject({ kind: z.literal('unchanged') }),
  z.strictObject({ kind: z.literal('held') }),
  z.strictObject({ kind: z.literal('queued') }),
  /** `onto`: the head that its commit is pushed onto, `at`: when that was last begun. */
  z.strictObject({ kind: z.literal('writing'), onto: commitShaSchema, at: instantSchema }),
  z.strictObject({ kind: z.literal('written'), commit: commitShaSchema }),
  z.strictObject({ kind: z.literal('rejected'), by: personSchema, because: z.string().optional() }),
  z.strictObject({ kind: z.literal('expired') }),
  z.strictObject({ kind: z.literal('cancelled'), by: personSchema }),
  z.strictObject({ kind: z.literal('superseded'), by: releaseIdSchema }),
]);
export type State = z.infer<typeof stateSchema>;

export const postedSchema = z.strictObject({ channel: z.string(), ts: z.string() });
export type Posted = z.infer<typeof postedSchema>;

/** A second look by somebody else, wanted on the next working day as `timezone` counts them (Monday to Friday). */
export const reviewSchema = z.strictObject({
  why: z.enum(['override', 'rollback']),
  dueAt: instantSchema,
  timezone: z.string(),
  done: z.strictObject({ by: personSchema, at: instantSchema, because: z.string().optional() }).optional(),
});

/** Its place among linked releases that were asked for at once: each of them goes when the one before is healthy. */
export const chainSchema = z.strictObject({
  /** The release of the first step. */
  id: releaseIdSchema,
  /** From 1. */
  step: z.int().min(1),
  /** Where to, step by step. */
  environments: z.array(z.string()).min(2),
  /** What the first step was found to be of, as soon as that is known. */
  version: z.string().optional(),
  /** The step before is healthy: from then on this one is decided like any other. */
  isReached: z.boolean().optional(),
});
export type Chain = z.infer<typeof chainSchema>;

/** Everything Sluice knows of one release. Changed by `transition` alone; `revision` counts its changes. */
export const releaseSchema = z.strictObject({
  kind: z.literal('release'),
  id: releaseIdSchema,
  revision: z.number().int(),
  request: requestSchema,
  state: stateSchema,
  /** When the present state began. */
  since: instantSchema,
  /** When it was first held, queued, taken up and written; what was before it was held last does not count. */
  entered: z
    .strictObject({
      held: instantSchema.optional(),
      queued: instantSchema.optional(),
      writing: instantSchema.optional(),
      written: instantSchema.optional(),
    })
    .optional(),
  plan: planSchema.optional(),
  decision: decisionSchema.optional(),
  votes: z.array(voteSchema),
  arrival: arrivalSchema.optional(),
  /** Its first failure: kept when it recovers, or when something else is written. */
  failed: z.strictObject({ at: instantSchema, cluster: z.string(), reason: z.string() }).optional(),
  /** Its place among what windows that ended at this moment had held: `taken` when its turn has come. */
  turn: z.strictObject({ of: instantSchema, taken: z.boolean().optional() }).optional(),
  chain: chainSchema.optional(),
  /** The rollback that was asked for by itself when it failed. */
  undone: releaseIdSchema.optional(),
  message: postedSchema.optional(),
  review: reviewSchema.optional(),
});
export type Release = z.infer<typeof releaseSchema>;

/** Whether the release has not reached Git and still may. */
export function isOpen(release: Release): boolean {
  return ['requested', 'held', 'queued', 'writing'].includes(release.state.kind);
}

/** Whether it is a later step of a chain that has not been reached: nothing of it is decided yet. */
export function awaitsStep({ chain }: Pick<Release, 'chain'>): boolean {
  return chain !== undefined && chain.step > 1 && chain.isReached !== true;
}

/** What it is of, as far as that is known: a version, else what was asked for by name. */
export function versionOf({ plan, chain, request }: Pick<Release, 'plan' | 'chain' | 'request'>): string {
  const { wanted } = request;
  return plan?.artifact.version ?? chain?.version ?? (wanted.kind === 'named' ? wanted.name : '');
}

/** The artifact as people say it: `web 1.4.2`. */
export function titleOf(release: Release): string {
  return `${release.request.service} ${versionOf(release)}`.trim();
}
