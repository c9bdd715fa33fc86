import { instantOf } from '../../doors/time.ts';
import type { Stage, Verdict } from '../../vocabulary/verdict.ts';
import type { Expected } from '../expected.ts';
import { isFluxManager } from '../flux/managers.ts';
import { covers, shortCommit } from './ancestry.ts';
import { applyFinding } from './apply.ts';
import { attemptOf, hasApplied, hasSucceeded, type Question } from './coverage.ts';
import { customRollouts } from './custom.ts';
import { isOverdue } from './deadline.ts';
import { type Finding, listed, stageOrder, waiting, worstOf } from './finding.ts';
import { helmFinding, pendingFinding } from './helm.ts';
import type { Unit } from './own.ts';
import { parentFinding } from './parent-stage.ts';
import { type Rollout, rolloutOf } from './rollout.ts';
import { sourceFinding } from './source-stage.ts';

/** How long Kustomization and workload, which come by separate watches, may contradict each other. */
const settleMs = 1_500;

/**
 * What became of a commit for one service in one cluster: what a person would conclude who looks at every object. It rests on the
 * service's own objects, `units`; `previous` keeps it from flapping while Flux retries.
 */
export function arrival(
  question: Question,
  units: readonly Unit[],
  nowMs: number,
  previous: Verdict | undefined,
): Verdict {
  const { view, expected } = question;
  const rollouts = units.map(({ workloads }) => workloads.map((workload) => rolloutOf(view, workload, expected)));
  const customs = units.map((unit) => (unit.workloads.length === 0 ? customRollouts(question, unit) : []));
  const findings = units.map((unit, index) =>
    unitFinding(question, unit, { rollouts: rollouts[index] ?? [], customs: customs[index] ?? [] }, previous),
  );
  const finding = worstOf(findings) ?? nowhere(expected);
  const seen = summary([...rollouts.flat(), ...customs.flat().filter(({ wanted }) => wanted > 0)], expected.version);
  const earlier = previous?.kind === 'gone' || previous?.kind === 'superseded' ? undefined : previous;
  if (earlier !== undefined && outlasts(earlier, finding, seen.pods))
    return { ...withoutSeen(earlier), ...seen, since: earlier.since };
  return dated(settled(finding, expected, units, nowMs, earlier), seen, nowMs, earlier);
}

/** The way of one commit through one Kustomization; the first thing that is in its way. */
function unitFinding(
  question: Question,
  unit: Unit,
  { rollouts, customs }: { readonly rollouts: readonly Rollout[]; readonly customs: readonly Rollout[] },
  previous: Verdict | undefined,
): Finding {
  const { expected } = question;
  const applied = hasApplied(question, unit.kustomization, unit.source);
  const helm = worstOf(unit.helmReleases.flatMap((release) => helmFinding(release, expected, applied) ?? []));
  const own = worstOf(rollouts.map(({ finding }) => finding));
  if (helm?.kind === 'failed') return helm;
  if (own?.kind === 'failed') return own;
  if (own?.kind === 'healthy') {
    // What was proven, or is nobody's release, needs no commit: the objects are the proof.
    const proven = previous?.kind === 'healthy' || expected.release === undefined;
    if (proven) return own;
    if (helm === undefined && covers(attemptOf(question, unit.kustomization, unit.source))) return own;
  }
  return (
    sourceFinding(question, unit) ??
    applyFinding(question, unit, own) ??
    (helm?.kind === 'waiting' ? helm : undefined) ??
    liveFinding(question, unit, own, worstOf(customs.map(({ finding }) => finding)), applied)
  );
}

/** Flux has nothing more in its way: what do the live objects lack? */
function liveFinding(
  question: Question,
  unit: Unit,
  own: Finding | undefined,
  custom: Finding | undefined,
  applied: boolean,
): Finding {
  const { expected } = question;
  const { kustomization } = unit;
  const commit = shortCommit(expected.commit);
  if (own !== undefined && (own.kind !== 'waiting' || own.stage !== 'image')) return own;
  const parent = parentFinding(question, unit);
  const editors = foreignOwners(unit, expected);
  if (editors.length === 0 && parent !== null) return parent;
  if (editors.length === 0 && !applied)
    return waiting('apply', `Kustomization ${kustomization.name} is applying ${commit}`);
  if (own === undefined) return custom === undefined ? withoutObjects(question, unit) : late(custom, commit);
  const pending = editors.length === 0 ? pendingFinding(unit.helmReleases, expected) : null;
  if (pending !== null) return pending;
  const edited = editors.length === 0 ? '' : `, changed by ${listed(editors)}`;
  return { ...own, because: `Flux has applied ${commit}, yet ${own.because}${edited}`, stuck: true };
}

/** Nothing that carries the image can be seen, although Flux has applied the commit. */
function withoutObjects(question: Question, unit: Unit): Finding {
  const { kustomization, source } = unit;
  const { name, remote, waits } = kustomization;
  if (remote && waits)
    return hasSucceeded(question, kustomization, source)
      ? { kind: 'healthy', note: `its objects live in another cluster; Flux's own health check of ${name} passed` }
      : waiting('rollout', `its objects live in another cluster; Flux checks the health of ${name}`);
  const because = remote
    ? `Kustomization ${name} applied it to another cluster, where it cannot be seen, and Flux checks no health there`
    : `no workload of Kustomization ${name} carries ${question.expected.image}`;
  return { kind: 'waiting', stage: 'image', because, stuck: true };
}

/** Where Flux has applied the commit, an object that still names another image will not change by waiting. */
function late(custom: Finding, commit: string): Finding {
  if (custom.kind !== 'waiting' || custom.stage !== 'image') return custom;
  return { ...custom, because: `Flux has applied ${commit}, yet ${custom.because}`, stuck: true };
}

/** Clients other than Flux that own the image of the service in its workloads. */
function foreignOwners(unit: Unit, expected: Expected): string[] {
  const owners = unit.workloads.flatMap(({ owners: byField, images }) =>
    images.flatMap(({ container, image }) =>
      image.includes(expected.image) ? (byField[`image:${container}`] ?? []) : [],
    ),
  );
  const foreign = owners.map(({ manager }) => manager).filter((manager) => !isFluxManager(manager));
  return [...new Set(foreign)];
}

function nowhere(expected: Expected): Finding {
  const [path] = expected.paths;
  return waiting('source', `no Kustomization of this cluster applies ${path ?? 'it'} or carries ${expected.image}`);
}

interface Seen {
  readonly running?: string;
  readonly pods?: { readonly ready: number; readonly wanted: number };
}

function summary(rollouts: readonly Rollout[], version: string): Seen {
  if (rollouts.length === 0) return {};
  const counts = new Map<string, number>();
  for (const { running } of rollouts) {
    for (const [each, pods] of running) counts.set(each, (counts.get(each) ?? 0) + pods);
  }
  // Where as many pods run the old version as the new one, people still reach the old one.
  const rank = ([each, pods]: [string, number]) => pods - (each === version ? 0.5 : 0);
  const [most] = [...counts].toSorted((a, b) => rank(b) - rank(a));
  const ready = rollouts.reduce((sum, rollout) => sum + rollout.ready, 0);
  const wanted = rollouts.reduce((sum, rollout) => sum + rollout.wanted, 0);
  return { ...(most === undefined ? {} : { running: most[0] }), pods: { ready, wanted } };
}

type Lasting = Exclude<Verdict, { kind: 'gone' | 'superseded' }>;

/** Whether an earlier verdict stands although the objects say something less clear at the moment. */
function outlasts(earlier: Lasting, finding: Finding, pods: Seen['pods']): boolean {
  // While a crashing container is between two tries, Flux only knows that its health check failed.
  if (finding.kind === 'failed' && finding.reason === 'HealthCheckFailed')
    return earlier.kind === 'failed' && earlier.stage === 'rollout';
  // The kubelet tries to pull, fails and backs off in turns: that is one cause.
  if (finding.kind === 'failed' && finding.reason === 'ErrImagePull')
    return earlier.kind === 'failed' && earlier.reason === 'ImagePullBackOff';
  if (finding.kind !== 'waiting') return false;
  if (earlier.kind === 'healthy' && finding.brief === true) return true;
  // One pod that moves to another node does not take a proof back.
  if (earlier.kind === 'healthy')
    return (finding.stage === 'rollout' || finding.stage === 'canary') && (pods?.ready ?? 0) > 0;
  // A retry goes through the same stages again; only getting further than the failure is news.
  return earlier.kind === 'failed' && stageOrder.indexOf(finding.stage) <= stageOrder.indexOf(earlier.stage);
}

function withoutSeen(verdict: Lasting) {
  const { running: _running, pods: _pods, since: _since, ...rest } = verdict;
  return rest;
}

/** Waiting turns into `unverified` when Flux has done all it will do, or after the deadline of the objects themselves. */
function settled(
  finding: Finding,
  expected: Expected,
  units: readonly Unit[],
  nowMs: number,
  earlier: Lasting | undefined,
): Exclude<Finding, { kind: 'waiting' }> | { kind: 'waiting' | 'unverified'; stage: Stage; because: string } {
  if (finding.kind === 'failed' && finding.stage === 'helm') return withPodTrouble(finding, earlier);
  if (finding.kind === 'healthy' && finding.settling === true) return lasting(finding, nowMs, earlier);
  if (finding.kind !== 'waiting') return finding;
  const { stage, because } = finding;
  const sameStage = earlier !== undefined && 'stage' in earlier && earlier.stage === stage;
  const sinceMs = sameStage ? Date.parse(earlier.since) : nowMs;
  const done = finding.stuck === true && nowMs - sinceMs >= settleMs;
  const kind = done || isOverdue(expected, units, sinceMs, nowMs) ? 'unverified' : 'waiting';
  return { kind, stage, because };
}

/** What proves nothing of its commit counts when it has lasted: its objects come by another watch than what Flux says of them. */
function lasting(
  { note = '' }: Extract<Finding, { kind: 'healthy' }>,
  nowMs: number,
  earlier: Lasting | undefined,
): ReturnType<typeof settled> {
  const isKnown = earlier !== undefined && (earlier.kind === 'healthy' || earlier.stage === 'rollout');
  return isKnown && nowMs - Date.parse(earlier.since) >= settleMs
    ? { kind: 'healthy', note }
    : { kind: 'waiting', stage: 'rollout', because: note };
}

/** Helm only says that it timed out, and takes the pods away: what was wrong with them is carried on. */
function withPodTrouble(finding: Extract<Finding, { kind: 'failed' }>, earlier: Lasting | undefined) {
  if (earlier?.kind !== 'failed') return finding;
  const trouble = earlier.stage === 'rollout' ? earlier.reason : / \(pods: (\w+)\)$/.exec(earlier.because)?.[1];
  return trouble === undefined ? finding : { ...finding, because: `${finding.because} (pods: ${trouble})` };
}

/** `since` tells when the kind and the stage of a verdict began; waiting that outlasts its deadline began as waiting. */
function dated(finding: ReturnType<typeof settled>, seen: Seen, nowMs: number, earlier: Lasting | undefined): Lasting {
  const since = earlier !== undefined && isSameMatter(earlier, finding) ? earlier.since : instantOf(nowMs);
  return { ...finding, ...seen, since };
}

function isSameMatter(earlier: Lasting, finding: ReturnType<typeof settled>): boolean {
  if (finding.kind === 'healthy' || earlier.kind === 'healthy') return finding.kind === earlier.kind;
  const open = (kind: string) => kind !== 'failed';
  if (open(finding.kind) !== open(earlier.kind) || finding.stage !== earlier.stage) return false;
  return finding.kind !== 'failed' || (earlier.kind === 'failed' && earlier.reason === finding.reason);
}
