import type { DeliveryNode } from '../vocabulary/delivery.ts';
import type { Stage, Verdict } from '../vocabulary/verdict.ts';
import { coverageOf, shortCommit } from './arrival/ancestry.ts';
import { hasApplied, hasSucceeded, healthCheckOf, type Question } from './arrival/coverage.ts';
import { customRolloutOf, ownCustoms } from './arrival/custom.ts';
import { clockTime } from './arrival/finding.ts';
import { helmFinding } from './arrival/helm.ts';
import type { Unit } from './arrival/own.ts';
import { sourceFinding } from './arrival/source-stage.ts';
import { live, type Step, workloadStep } from './delivery-workload.ts';
import { fluxStateOf } from './flux/state.ts';
import { revisionWords, stateWords } from './flux/words.ts';
import type { HelmRelease, Kustomization, Workload } from './objects.ts';

const shown = 8;

/** The way of a commit through one cluster as a tree, drawn by what the verdict rests on; what it waits for is marked. */
export function deliveryOf(question: Question, units: readonly Unit[], verdict: Verdict): DeliveryNode[] {
  const trees = units.slice(0, shown).map((unit) => unitSteps(question, unit));
  const at = 'stage' in verdict ? blockingStep(trees.flatMap(walk), verdict.stage) : undefined;
  const node = (step: Step): DeliveryNode => ({
    what: step.what,
    state: step === at ? (verdict.kind === 'failed' ? 'failed' : 'here') : step.done ? 'done' : 'open',
    facts: step.facts,
    words: step.words,
    ...(step.aside === true ? { aside: true } : {}),
    below: step.below.map(node),
  });
  return trees.map(node);
}

function walk(step: Step): Step[] {
  return [step, ...step.below.flatMap(walk)];
}

/** The first that is not done of those that the stage is about; a dependency before what depends on it. */
function blockingStep(steps: readonly Step[], stage: Stage): Step | undefined {
  const meant = steps.filter(({ stages }) => stages.includes(stage));
  const open = meant.filter(({ done }) => !done);
  return open.find(({ aside }) => aside) ?? open[0] ?? meant.at(-1) ?? steps.at(-1);
}

function unitSteps(question: Question, unit: Unit): Step {
  const spine = unit.parents.toReversed().map((parent) => parentStep(question, parent));
  const last = kustomizationStep(question, unit);
  const below = spine.reduceRight((inner, step): Step => ({ ...step, below: [inner] }), last);
  return { ...sourceStep(question, unit), below: [below] };
}

function sourceStep(question: Question, unit: Unit): Step {
  const { source, kustomization } = unit;
  const finding = sourceFinding(question, unit);
  const [kind = '', , name = ''] = kustomization.source.split('/');
  const waits = finding?.kind === 'waiting' ? finding.because : '';
  return {
    what: `${kind} ${name}`,
    facts: source === undefined ? '' : holdsWords(source.revision, source.origin, question),
    words: waits === '' ? pausedWords(source) : waits,
    done: finding === null,
    stages: ['source'],
    below: [],
  };
}

/** `main@d4e5f6a`, and whether that holds the commit because it is a later one. */
function holdsWords(revision: string | null, origin: string | null, { expected, isAncestor }: Question): string {
  const made = origin === null || origin === revision ? '' : `, made from ${revisionWords(origin)}`;
  const isLater = coverageOf(origin, expected.commit, isAncestor) === 'included';
  return `${revisionWords(revision)}${made}${isLater ? `, which holds ${shortCommit(expected.commit)}` : ''}`;
}

function pausedWords(object: { readonly suspended: boolean } | undefined): string {
  return object?.suspended === true ? 'suspended' : '';
}

function parentStep(question: Question, parent: Kustomization): Step {
  const source = question.view.source(parent.source);
  const coverage = coverageOf(source?.origin ?? null, question.expected.commit, question.isAncestor);
  const foreign = coverage === 'diverged' || coverage === 'unknown';
  const done = foreign || hasApplied(question, parent, source);
  return {
    what: `Kustomization ${parent.name}`,
    facts: `${appliedWords(parent, done)}${foreign ? ' of another repository' : ''}`,
    words: done ? pausedWords(parent) : stateWords(parent),
    done,
    stages: ['parent'],
    below: [],
  };
}

function appliedWords({ applied, attempted }: Kustomization, done: boolean): string {
  if (done) return `applied ${revisionWords(applied ?? attempted)}`;
  return applied === null ? 'nothing applied yet' : `still at ${revisionWords(applied)}`;
}

function kustomizationStep(question: Question, unit: Unit): Step {
  const { kustomization, source, helmReleases, workloads } = unit;
  const applied = hasApplied(question, kustomization, source);
  const done = hasSucceeded(question, kustomization, source);
  const check = healthCheckOf(kustomization);
  const until = check?.until == null ? '' : ` until ${clockTime(check.until)}`;
  const isChecked = applied && !done && check !== null;
  const own = workloads.filter(({ helmRelease }) => !helmReleases.some((each) => nameOf(each) === helmRelease));
  return {
    what: `Kustomization ${kustomization.name}`,
    facts: isChecked ? `applied ${revisionWords(kustomization.attempted)}` : appliedWords(kustomization, done),
    words: isChecked ? `its health check runs${until}` : done ? laterWords(kustomization) : stateWords(kustomization),
    done,
    stages: ['apply'],
    below: [
      ...kustomization.dependsOn.slice(0, shown).map((name) => dependencyStep(question, name)),
      ...helmReleases.slice(0, shown).map((release) => helmStep(question, release, workloads, applied)),
      ...own.slice(0, shown).map((workload) => workloadStep(question, workload)),
      ...otherSteps(question, unit),
    ],
  };
}

/** Of a Kustomization that has applied the commit: what became of a later run. */
function laterWords(kustomization: Kustomization): string {
  const state = fluxStateOf(kustomization);
  return state === 'failing' || state === 'stalled' ? `now ${stateWords(kustomization)}` : pausedWords(kustomization);
}

function dependencyStep({ view }: Question, name: string): Step {
  const dependency = view.kustomization(name);
  const done = dependency !== undefined && fluxStateOf(dependency) === 'ready';
  return {
    what: `Kustomization ${name.split('/').at(-1)}`,
    facts: dependency === undefined ? '' : appliedWords(dependency, dependency.applied !== null),
    words: dependency === undefined ? 'does not exist' : done ? '' : stateWords(dependency),
    done,
    stages: ['apply'],
    aside: true,
    below: [],
  };
}

function helmStep(question: Question, release: HelmRelease, workloads: readonly Workload[], applied: boolean): Step {
  const finding = helmFinding(release, question.expected, applied);
  return {
    what: `HelmRelease ${release.name}`,
    facts: release.newest ?? 'nothing released',
    words: finding !== null && 'because' in finding ? finding.because : '',
    done: finding === null,
    stages: ['helm'],
    below: workloads
      .filter(({ helmRelease }) => helmRelease === nameOf(release))
      .slice(0, shown)
      .map((workload) => workloadStep(question, workload)),
  };
}

/** What belongs to the service beside workloads: objects of operators, and what lives in another cluster. */
function otherSteps(question: Question, unit: Unit): Step[] {
  const { kustomization, workloads, helmReleases } = unit;
  if (workloads.length > 0 || helmReleases.length > 0) return [];
  const words = 'live in another cluster, where they are not seen';
  if (kustomization.remote) return [{ what: 'objects', facts: '', words, done: false, stages: live, below: [] }];
  return ownCustoms(question, unit)
    .slice(0, shown)
    .map((ref) => {
      const { finding, ready, wanted } = customRolloutOf(question, unit, ref);
      const said = finding.kind === 'healthy' ? (finding.note ?? '') : finding.because;
      return {
        what: `${ref.kind} ${ref.name}`,
        facts: wanted === 0 ? '' : `${ready}/${wanted} pods`,
        words: said,
        done: finding.kind === 'healthy',
        stages: live,
        below: [],
      };
    });
}

function nameOf(object: { readonly namespace: string; readonly name: string }): string {
  return `${object.namespace}/${object.name}`;
}
