import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';

/** The steps on the way from a commit to ready pods, in their order. */
export const stageSchema = z.enum(['source', 'parent', 'apply', 'helm', 'rollout', 'canary', 'image']);
export type Stage = z.infer<typeof stageSchema>;

/** The pod to look at: where its namespace, name and container are. */
const podSchema = z.strictObject({ namespace: z.string(), name: z.string(), container: z.string().optional() });
export type PodAt = z.infer<typeof podSchema>;

const podsSchema = z.strictObject({ ready: z.number().int(), wanted: z.number().int() });
const common = {
  since: instantSchema,
  /** The version that ready pods run in this cluster now, where it is known. */
  running: z.string().optional(),
  pods: podsSchema.optional(),
};

/** What became of a written release in one cluster. It may be revised at any time. */
export const verdictSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting'), stage: stageSchema, because: z.string(), ...common }),
  /** Proven: the wanted image runs in ready pods. `note` says so where no pods are wanted. */
  z.strictObject({ kind: z.literal('healthy'), note: z.string().optional(), ...common }),
  /** `reason` is the machine's word (`CrashLoopBackOff`, `RetriesExceeded`); `because` is a sentence. */
  z.strictObject({
    ...{ kind: z.literal('failed'), stage: stageSchema, reason: z.string(), because: z.string() },
    ...{ pod: podSchema.optional(), ...common },
  }),
  z.strictObject({ kind: z.literal('unverified'), stage: stageSchema, because: z.string(), ...common }),
  /** A newer commit for the same service is the one that counts now; `by` is its version. */
  z.strictObject({ kind: z.literal('superseded'), by: z.string(), since: instantSchema }),
  /** The commit is no longer in its branch. */
  z.strictObject({ kind: z.literal('gone'), because: z.string(), since: instantSchema }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** When something was seen for the first time; `after`: when it was last looked for in vain, where nobody looked for long in between. */
const seenSchema = z.strictObject({ at: instantSchema, after: instantSchema.optional() });
export type Seen = z.infer<typeof seenSchema>;

/** How far a commit has got in one cluster: fetched by its sources, sent to the API server, proven in ready pods. */
export const stepsSchema = z.strictObject({
  fetched: seenSchema.optional(),
  applied: seenSchema.optional(),
  healthy: seenSchema.optional(),
});
export type Steps = z.infer<typeof stepsSchema>;
export const stepNames = ['fetched', 'applied', 'healthy'] as const;

/** The verdicts of one release, cluster by cluster, and when it first got how far there: that is never revised. */
export const arrivalSchema = z.strictObject({
  clusters: z.record(z.string(), verdictSchema),
  steps: z.record(z.string(), stepsSchema).optional(),
  /** How Kustomizations of a cluster failed before they took the commit up, which is not its fault. */
  earlier: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});
export type Arrival = z.infer<typeof arrivalSchema>;

const weight = { failed: 0, gone: 1, unverified: 2, waiting: 3, superseded: 4, healthy: 5 } as const;

/** The verdict over all clusters: the worst one counts, so that one failed cluster is never hidden by healthy ones. */
export function overall(arrival: Arrival): Verdict | null {
  const verdicts = Object.values(arrival.clusters);
  return verdicts.toSorted((a, b) => weight[a.kind] - weight[b.kind] || a.since.localeCompare(b.since))[0] ?? null;
}

/** Whether a cluster is not watched for a release any more: another one has its place, or its commit is not in Git. */
export function hasLeft({ kind }: Verdict): boolean {
  return kind === 'superseded' || kind === 'gone';
}
