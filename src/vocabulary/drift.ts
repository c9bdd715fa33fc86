import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';

/** What kind of deviation it is: each has its own signal in the cluster or in Git, its message, and its end. */
export const driftSignalSchema = z.enum([
  /** A field of a live object was changed by hand. */
  'edit',
  /** An object that Flux applied was deleted by hand. */
  'deleted',
  /** Flux put something back that nobody here saw change. */
  'corrected',
  /** Flux puts the same object back on every run. */
  'flapping',
  /** Pods were restarted by hand, which Flux undoes by restarting them again. */
  'restart',
  /** A HelmRelease says itself that the cluster differs from its release. */
  'helm',
  /** Flux is told to leave an object alone, and it is not what Git says. */
  'opt-out',
  /** Flux was paused. */
  'suspended',
  /** Flux fails and tries again, without success. */
  'stuck',
  /** The cluster does not follow the branch. */
  'behind',
  /** Flux has applied everything, yet another image runs. */
  'image',
  /** The version in Git was changed by somebody else than Sluice. */
  'outside',
  /** The clusters of one environment run different versions. */
  'apart',
  /** An object carries the mark of a Kustomization that does not apply it any more. */
  'orphan',
  /** Flux has not run for longer than it should. */
  'silent',
  /** Many deviations of one cluster at once, told as one. */
  'many',
]);
export type DriftSignal = z.infer<typeof driftSignalSchema>;

/** A place where a cluster does not hold what Git says. One record for each, opened once, closed when it ends. */
export const driftSchema = z.strictObject({
  kind: z.literal('drift'),
  /** Stable for (cluster, object, field): the same deviation seen twice is one drift. */
  id: z.string(),
  revision: z.number().int(),
  signal: driftSignalSchema.optional(),
  /** For what is in Git alone, the branch: `gitops/main`. */
  cluster: z.string(),
  environment: z.string(),
  service: z.string().optional(),
  /** `Deployment/default/web`. */
  object: z.string(),
  /** `spec.template.spec.containers[web].image`. */
  field: z.string(),
  live: z.string(),
  /** Empty where it is not known. */
  wanted: z.string(),
  /** The client that wrote it (`kubectl-edit`); people are not in the objects. Empty where nobody did or nothing tells. */
  manager: z.string(),
  /** The object of Flux that brings it: `Kustomization/flux-system/shop`. */
  appliedBy: z.string().optional(),
  /** What Flux itself says of it. */
  note: z.string().optional(),
  /** The drift that tells this one together with others. */
  bundle: z.string().optional(),
  since: instantSchema,
  muted: z
    .strictObject({
      by: z.strictObject({ user: z.string(), name: z.string() }),
      at: instantSchema,
      /** Without it: until it ends. */
      until: instantSchema.optional(),
    })
    .optional(),
  /** A run of Flux was asked for from its message. */
  asked: z.strictObject({ by: z.strictObject({ user: z.string(), name: z.string() }), at: instantSchema }).optional(),
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('open') }),
    z.strictObject({ kind: z.literal('ended'), at: instantSchema, how: z.enum(['corrected', 'released', 'gone']) }),
  ]),
  message: z.strictObject({ channel: z.string(), ts: z.string() }).optional(),
});
export type Drift = z.infer<typeof driftSchema>;

/** As it is seen, before it is on record. */
export type SeenDrift = Omit<Drift, 'kind' | 'revision' | 'state' | 'message' | 'muted' | 'asked'>;
export type DriftEnd = Extract<Drift['state'], { kind: 'ended' }>['how'];

/** Records of before there were signals are edits and suspensions. */
export function signalOf({ signal, field }: Pick<Drift, 'signal' | 'field'>): DriftSignal {
  return signal ?? (field === 'spec.suspend' ? 'suspended' : 'edit');
}

const running: ReadonlySet<DriftSignal> = new Set(['edit', 'deleted', 'corrected', 'helm', 'opt-out', 'image']);

/** Whether something else ran than what Git says, so that what ran before proves nothing any more. */
export function changesWhatRuns(drift: Pick<Drift, 'signal' | 'field'>): boolean {
  return running.has(signalOf(drift));
}
