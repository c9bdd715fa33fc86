import { isImageOf, versionOf } from '../vocabulary/image.ts';
import type { Stage } from '../vocabulary/verdict.ts';
import type { Question } from './arrival/coverage.ts';
import { rolloutOf } from './arrival/rollout.ts';
import { keyOf, type Pod, type Workload } from './objects.ts';

/** A node before it is known which of them all is waited for. */
export interface Step {
  readonly what: string;
  readonly facts: string;
  readonly words: string;
  readonly done: boolean;
  /** The stages of a verdict that speak of it. */
  readonly stages: readonly Stage[];
  readonly aside?: boolean;
  readonly below: readonly Step[];
}

/** The stages that are about workloads and their pods. */
export const live: readonly Stage[] = ['rollout', 'canary', 'image'];
const shown = 8;

/** A workload of a service with its pods. */
export function workloadStep(question: Question, workload: Workload): Step {
  const { view, expected } = question;
  const { finding } = rolloutOf(view, workload, expected);
  const deliverer = view.delivererOf(keyOf(workload));
  const counted = deliverer?.kind === 'Rollout' ? deliverer : workload;
  const count = countWords(counted);
  return {
    what: `${workload.kind} ${workload.name}`,
    facts: `${templateVersion(workload, expected.image)}${count === '' ? '' : `, ${count}`}`,
    words: finding.kind === 'healthy' ? (finding.note ?? '') : workload.paused ? 'paused' : '',
    done: finding.kind === 'healthy',
    stages: live,
    below: [...deliverySteps(deliverer), ...podsSteps(question, counted)],
  };
}

function templateVersion({ images }: Workload, image: string): string {
  const own = images.find((each) => isImageOf(each.image, image));
  return own === undefined ? 'another image' : versionOf(own.image);
}

function countWords({ kind, wanted, updated, available }: Workload): string {
  if (kind === 'CronJob') return '';
  return kind === 'Job' ? `${available}/${wanted} completed` : `${updated}/${wanted} updated, ${available} available`;
}

/** What lets a version in step by step, below the workload that it is about. */
function deliverySteps(deliverer: ReturnType<Question['view']['delivererOf']>): Step[] {
  if (deliverer === undefined) return [];
  const { phase, weight } =
    deliverer.kind === 'Canary' ? deliverer : (deliverer.delivery ?? { phase: '', weight: null });
  const facts = `${phase || 'has not begun'}${weight === null ? '' : `, ${weight}% of the traffic`}`;
  const done = ['Succeeded', 'Initialized', 'Healthy'].includes(phase);
  return [{ what: `${deliverer.kind} ${deliverer.name}`, facts, words: '', done, stages: [], below: [] }];
}

/** The pods by what they run: `1.4.2: 2 ready, 1 CrashLoopBackOff`; with digests where one version has several. */
function podsSteps({ view, expected }: Question, workload: Workload): Step[] {
  const step = (facts: string, done: boolean): Step => ({
    what: 'pods',
    facts,
    words: '',
    done,
    stages: [],
    below: [],
  });
  const pods = view.pods(keyOf(workload));
  if (pods === null) return [step('may not be listed', false)];
  if (pods.length === 0) return [];
  const runs = pods.map((pod) => ({ pod, ...podImage(pod, expected.image) }));
  const words = [...Map.groupBy(runs, ({ version, digest }) => `${version} ${digest}`).values()].map((some) => {
    const { version = '', digest = '' } = some[0] ?? {};
    const isOne = runs.every((each) => each.version !== version || each.digest === digest);
    return `${version}${isOne ? '' : ` (${digest.slice(0, 14) || 'no digest'})`}: ${podWords(some.map(({ pod }) => pod))}`;
  });
  return [
    step(
      words.slice(0, shown).join('; '),
      pods.every(({ ready }) => ready),
    ),
  ];
}

function podImage({ images, digests }: Pod, image: string): { readonly version: string; readonly digest: string } {
  const own = images.find((each) => isImageOf(each.image, image));
  if (own === undefined) return { version: 'another image', digest: '' };
  return { version: versionOf(own.image), digest: digests[own.container] ?? '' };
}

function podWords(pods: readonly Pod[]): string {
  const states = pods.map(({ ready, leaving, trouble, unscheduled }) => {
    if (leaving) return 'ending';
    if (ready) return 'ready';
    return trouble?.reason ?? (unscheduled === null ? 'not ready' : 'not scheduled');
  });
  return [...Map.groupBy(states, (state) => state)].map(([state, some]) => `${some.length} ${state}`).join(', ');
}
