import { messageOf } from '../doors/errors.ts';
import { pause } from '../doors/time.ts';
import type { Delivery } from '../vocabulary/delivery.ts';
import type { Drift } from '../vocabulary/drift.ts';
import type { Verdict } from '../vocabulary/verdict.ts';
import type { IsAncestor } from './arrival/ancestry.ts';
import { clockTime } from './arrival/finding.ts';
import { suspendedIn } from './arrival/own.ts';
import { type ClusterWatchOptions, watchCluster } from './cluster-watch.ts';
import { deliveryOf } from './delivery.ts';
import type { Expected } from './expected.ts';
import { createFirstSeen } from './first-seen.ts';
import { createAncestry } from './gather-ancestry.ts';
import { createHints } from './hints.ts';
import { createJudge, type Judgement } from './judge.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { overviewOf } from './overview.ts';
import { createOwnFiles, type OwnFilesPorts } from './own-files.ts';
import type { KubernetesPorts } from './ports.ts';
import { requestRun } from './request-run.ts';
import { unreachableVerdict } from './unreachable.ts';
import { createVoice, type VoiceOptions } from './voice.ts';

export type ClusterDeskOptions = Pick<KubernetesPorts, 'isAncestor' | 'onUnknownCommit'> &
  Pick<OwnFilesPorts, 'readFile'> &
  Omit<VoiceOptions, 'signal'> &
  Omit<ClusterWatchOptions, 'onChange'>;

/** Changes come in bursts of five to eight a run of Flux; they are judged together, this much later at the most. */
const coalesceMs = 60;
/** That Flux does nothing shows in no event: everything is looked at again after so many ticks. */
const silenceTicks = 15;
/** A cluster that is silent for this long is said to be. */
const silentMs = 10_000;

/** One cluster: what it should run, what it shows, and what is said of it. Only who leads says anything; others look on. */
export function createClusterDesk(options: ClusterDeskOptions) {
  const { name, clock, log } = options;
  const stop = new AbortController();
  let leads = false;
  const newVoice = () => createVoice({ ...options, signal: stop.signal });
  let voice = newVoice();
  let judge = createJudge(name, [], clock.now());
  const firstSeen = createFirstSeen();
  let toldSilent = false;
  /** Null until it is known: nothing to expect would mean that everything has gone. */
  let expectations: readonly Expected[] | null = null;
  let current: Judgement['verdicts'] = [];

  /** As it was gathered for what was judged last. */
  let isAncestor: IsAncestor = () => false;
  let ticks = 0;

  const mark = () => void judging.ask();
  const watch = watchCluster({ ...options, onChange: mark });
  const ownFiles = createOwnFiles(options);
  const ancestry = createAncestry({ ...options, onFetched: mark });

  const judging = oneAtATime(async () => {
    if (stop.signal.aborted) return;
    await pause(coalesceMs, stop.signal);
    try {
      await judgeNow();
    } catch (error) {
      log.warn({ cluster: name, err: messageOf(error) }, 'a cluster cannot be judged at the moment');
    }
    await voice.flush();
  });

  const judgeNow = async (): Promise<void> => {
    if (expectations === null) return;
    if (!watch.synced()) return sayUnreachable(expectations);
    const wanted = expectations;
    isAncestor = await ancestry.gather(watch.view, wanted);
    const filesOf = await ownFiles.gather(watch.view, wanted, isAncestor);
    const blind = watch.staleSince() !== null;
    const { verdicts, drift } = judge.judge(watch.view, wanted, isAncestor, clock.now(), { blind, filesOf });
    watch.follow(verdicts.flatMap(({ customs }) => customs));
    current = verdicts.map((each) => ({ ...each, verdict: withSilence(each.verdict) }));
    toldSilent = isSilent();
    const isFresh = watch.staleSince() === null;
    for (const { expected, verdict, reached, earlier } of current) {
      const isNew = isFresh && expected.release !== undefined;
      const steps = isNew ? firstSeen.note(expected, reached, clock.now()) : (expected.steps ?? {});
      if (leads) voice.tell(expected, { verdict, steps, earlier }, !toldSilent);
    }
    if (leads) voice.tellDrift(drift);
  };

  const isSilent = (): boolean => {
    const since = watch.staleSince();
    return since !== null && clock.now() - since >= silentMs;
  };

  const withSilence = (verdict: Verdict): Verdict => {
    const since = watch.staleSince();
    if (since === null || !isSilent()) return verdict;
    if (verdict.kind !== 'waiting' && verdict.kind !== 'unverified') return verdict;
    return { ...verdict, because: `${name} has not answered since ${clockTime(since)}` };
  };

  const sayUnreachable = (wanted: readonly Expected[]): void => {
    if (!isSilent()) return;
    const because = watch.because() ?? 'no answer';
    current = wanted.map((expected) => {
      const verdict = unreachableVerdict(name, because, expected, voice.previous(expected), clock.now());
      return { expected, units: [], verdict, reached: [], customs: [], earlier: expected.earlier ?? {} };
    });
    for (const { expected, verdict, earlier } of leads ? current : [])
      voice.tell(expected, { verdict, steps: expected.steps ?? {}, earlier }, false);
  };

  /** What was said by others is not known here, so that all of it is said anew: what is on record already changes nothing. */
  const begin = (drifts: readonly Drift[]): void => {
    voice = newVoice();
    judge = createJudge(name, drifts, clock.now());
    mark();
  };

  return {
    name,
    /** From now on this replica speaks for the cluster; these drifts of it are on record. */
    lead: (drifts: readonly Drift[]) => {
      leads = true;
      expectations = null;
      begin(drifts);
    },
    follow: () => {
      leads = false;
      begin([]);
    },
    expect: (next: readonly Expected[]) => {
      const same = JSON.stringify(next) === JSON.stringify(expectations);
      expectations = next;
      if (!same) mark();
    },
    /** Deadlines pass without an event, and what could not be told is tried again. */
    tick: () => {
      ticks += 1;
      const isMoving = current.some(({ verdict }) => verdict.kind === 'waiting') || isSilent() !== toldSilent;
      if (!watch.synced() || isMoving || judge.waits() || ticks % silenceTicks === 0) mark();
      else void voice.flush();
    },
    /** What is said of it at the moment, with what it is said of. */
    judged: () => ({ reachable: watch.synced() && watch.staleSince() === null, judged: current }),
    /** The way of a service from its commit to its pods; null where nothing of it is expected here. */
    delivery: (service: string, environment: string): Omit<Delivery, 'cluster' | 'staleSince'> | null => {
      const found = current.find(({ expected: each }) => each.service === service && each.environment === environment);
      if (found === undefined) return null;
      const { expected, units, verdict } = found;
      const { version, commit, branch, writtenAt } = expected;
      const nodes = deliveryOf({ view: watch.view, expected, isAncestor }, units, verdict);
      return { version, commit, branch, writtenAt, verdict, nodes };
    },
    hint: createHints({ ...options, look: watch.look }),
    /** The source goes first, so that the run takes what it fetches. */
    reconcile: (object: string) => {
      const source = watch.view.kustomization(object.replace(/^Kustomization\//, ''))?.source;
      const objects = [...(source === undefined ? [] : [source]), object];
      return requestRun(options.api, objects, new Date(clock.now()).toISOString());
    },
    overview: () => ({
      ...overviewOf(
        watch.view,
        current.map(({ expected, units }) => ({ question: { view: watch.view, expected, isAncestor }, units })),
      ),
      heardAt: watch.heardAt(),
      missingRights: watch.missingRights(),
    }),
    state: () => ({
      reachable: watch.synced() && watch.staleSince() === null,
      staleSince: watch.staleSince(),
      because: watch.because(),
      flux: watch.flux(),
      services: current.map(({ expected: { service, environment }, units, verdict }) => ({
        ...{ service, environment, verdict },
        suspended: suspendedIn(units),
      })),
    }),
    stop: async () => {
      stop.abort();
      await watch.stop();
      await judging.idle();
    },
  };
}
