import type { SeenDrift } from '../vocabulary/drift.ts';
import { stepNames, type Verdict } from '../vocabulary/verdict.ts';
import type { ClusterApi } from './clusters.ts';
import type { DriftStep } from './drift/drift-tracker.ts';
import type { Expected } from './expected.ts';
import { createOutbox } from './outbox.ts';
import { readPodLog } from './pod-log.ts';
import type { HealthSeen, KubernetesPorts, Told } from './ports.ts';
import { sameVerdict } from './same-verdict.ts';

export interface VoiceOptions
  extends Pick<
    KubernetesPorts,
    'log' | 'onVerdict' | 'showsLogs' | 'onPodLog' | 'onHealthy' | 'onHealth' | 'onDrift' | 'onDriftEnded'
  > {
  /** Of the cluster. */
  readonly name: string;
  readonly api: ClusterApi;
  readonly signal: AbortSignal;
}

/** What is said of one cluster: each thing once, in order, and until it is taken. */
export function createVoice(options: VoiceOptions) {
  const { name, log } = options;
  const outbox = createOutbox(log);
  /** Of their own, so that a slow log holds up no verdict. */
  const logs = createOutbox(log);
  const told = new Map<string, Told & { readonly of: string }>();
  const healthy = new Map<string, string>();
  /** What was last said of the health of each service. */
  const health = new Map<string, string>();

  /** What was said last of the same release or version, here or on record. */
  const lastOf = (expected: Expected): Partial<Told> => {
    const before = told.get(keyOf(expected));
    if (before?.of === identityOf(expected)) return before;
    const { previous, steps = {}, earlier = {} } = expected;
    return { steps, earlier, ...(previous === undefined ? {} : { verdict: previous }) };
  };

  /** Every change is told in its order, so that none between two others is lost while the record cannot be written. */
  const tellHealth = (key: string, seen: Omit<HealthSeen, 'health'>, state: HealthSeen['health']): void => {
    const of = `${seen.version}@${seen.digest ?? ''} ${state}`;
    if (health.get(key) === of) return;
    health.set(key, of);
    outbox.put(
      `health/${key}/${of}/${seen.at}`,
      async () => void (await options.onHealth?.({ ...seen, health: state })),
    );
  };

  /** Once for each cause: a container that crashes again writes the same again. */
  const tellLog = (expected: Expected, verdict: Verdict, last: Verdict | undefined): void => {
    if (verdict.kind !== 'failed' || verdict.pod === undefined || !options.showsLogs?.(expected.environment)) return;
    if (last?.kind === 'failed' && last.reason === verdict.reason) return;
    const { pod } = verdict;
    const read = async () => {
      const found = await readPodLog(options.api, pod, options.signal);
      if (found !== null) await options.onPodLog?.(expected, name, found);
    };
    logs.put(keyOf(expected), read, aboutOf(expected));
    void logs.flush();
  };

  return {
    previous: (expected: Expected): Verdict | undefined => lastOf(expected).verdict,
    /** `isSeen`: the objects are fresh, so that they tell something of its health. */
    tell: (expected: Expected, said: Told, isSeen = true): void => {
      const { verdict } = said;
      const key = keyOf(expected);
      const last = lastOf(expected);
      told.set(key, { ...said, of: identityOf(expected) });
      if (isNews(last, said))
        outbox.put(`verdict/${key}`, () => options.onVerdict(expected, name, said), aboutOf(expected));
      tellLog(expected, verdict, last.verdict);
      const { service, environment, version, digest } = expected;
      const seen = {
        service,
        environment,
        cluster: name,
        version,
        ...(digest === undefined ? {} : { digest }),
        at: verdict.since,
      };
      const proof = `${version}@${digest ?? ''}`;
      if (verdict.kind === 'healthy' && healthy.get(key) !== proof) {
        healthy.set(key, proof);
        outbox.put(`healthy/${key}/${proof}`, async () => void (await options.onHealthy(seen)));
      }
      tellHealth(key, seen, isSeen ? healthOf(verdict) : 'unsure');
    },
    tellDrift: ({ seen, ended }: DriftStep): void => {
      const put = (id: string, say: () => Promise<unknown>) =>
        outbox.put(`drift/${id}`, async () => void (await say()));
      for (const drift of seen) put(drift.id, () => options.onDrift(drift satisfies SeenDrift));
      for (const { id, how } of ended) put(id, () => options.onDriftEnded(id, how));
    },
    flush: async (): Promise<void> => {
      void logs.flush();
      await outbox.flush();
    },
  };
}
export type Voice = ReturnType<typeof createVoice>;

function isNews(last: Partial<Told>, { verdict, steps, earlier }: Told): boolean {
  if (last.verdict === undefined || !sameVerdict(last.verdict, verdict)) return true;
  if (stepNames.some((step) => steps[step] !== undefined && last.steps?.[step] === undefined)) return true;
  return Object.entries(earlier).some(([key, failure]) => last.earlier?.[key] !== failure);
}

function healthOf({ kind }: Verdict): HealthSeen['health'] {
  return kind === 'healthy' || kind === 'failed' ? kind : 'unsure';
}

function aboutOf({ release }: Expected): object {
  return release === undefined ? {} : { release };
}

function keyOf({ environment, service }: Expected): string {
  return `${environment}/${service}`;
}

/** What a verdict is about: another commit or release has verdicts of its own. */
function identityOf({ commit, release, version, digest }: Expected): string {
  return release === undefined ? `${version}@${digest ?? ''}` : `${release} ${commit}`;
}
