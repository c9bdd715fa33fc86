import type { History } from './history.ts';
import type { Recording, Replayed, Said, SaidDrift, Truth } from './replay.ts';

/** The faults of one truth at its time. */
export function faultsAt(t: number, truth: Truth, history: History, replayed: Replayed): string[] {
  return truth.verdict === undefined
    ? driftFaults(t, truth, replayed.drifts)
    : verdictFaults(t, truth, history, replayed);
}

/**
 * Compares what was said with what a recording knows to be true: each truth at its time or earlier, and never the opposite of it.
 * Returns a sentence for each fault.
 */
export function faultsOf(recording: Recording, history: History, replayed: Replayed): string[] {
  const truths = recording.lines.flatMap(({ t, truth }) => (truth === undefined ? [] : [{ t: t ?? 0, truth }]));
  return [
    ...truths.flatMap(({ t, truth }) => faultsAt(t, truth, history, replayed)),
    ...oppositesOf(recording, history, replayed),
    ...flapFaults(replayed),
  ];
}

/** The commit whose release a truth is about: the commit itself, or the newest release that it holds. */
function releaseOf({ commit, service }: Truth, history: History): string | undefined {
  return history.releases.findLast(
    (each) => each.service === service && commit !== undefined && history.isAncestor(each.commit, commit),
  )?.commit;
}

function verdictFaults(t: number, truth: Truth, history: History, { verdicts }: Replayed): string[] {
  const commit = releaseOf(truth, history);
  const said = verdicts.findLast((each) => each.t <= t && each.commit === commit && each.service === truth.service);
  const where = `${t} ms: ${truth.service} ${truth.commit?.slice(0, 7)}`;
  if (said === undefined) return [`${where}: nothing was said, true is ${truth.verdict}`];
  const { verdict } = said;
  const faults: string[] = [];
  if (!agrees(verdict.kind, truth.verdict ?? ''))
    faults.push(
      `${where}: said ${verdict.kind}${'because' in verdict ? ` (${verdict.because})` : ''}, true is ${truth.verdict}`,
    );
  if (truth.running !== undefined && 'running' in verdict && verdict.running !== truth.running.split(':').at(-1))
    faults.push(`${where}: said that ${verdict.running} runs, true is ${truth.running}`);
  const cause = typeof truth['because'] === 'string' ? truth['because'] : '';
  if (verdict.kind === 'failed' && /^\w+$/.test(cause) && verdict.reason !== cause)
    faults.push(`${where}: said ${verdict.reason}, true is ${cause}`);
  return faults;
}

/** Before its deadline, what is not proven is waited for. */
function agrees(said: string, truth: string): boolean {
  return said === truth || (truth === 'unverified' && said === 'waiting');
}

function driftFaults(t: number, truth: Truth, drifts: readonly SaidDrift[]): string[] {
  const own = drifts.filter(
    ({ drift }) => drift.object.replace(/\/[^/]+\//, '/') === truth.object && drift.field !== 'spec.suspend',
  );
  const until = own.filter((each) => each.t <= t);
  if (truth.drift === 'restart') return restartFaults(t, truth, own);
  if (truth.drift === 'none')
    return own.map((each) => `${t} ms: told a drift where there is none: ${JSON.stringify(each)}`);
  const last = until.at(-1);
  const wanted = truth.state === 'corrected' ? 'corrected' : 'open';
  if (last?.state !== wanted)
    return [`${t} ms: ${truth.object}: drift is ${last?.state ?? 'not seen'}, true is ${wanted}`];
  if (truth.drift === 'opt-out' && last.drift.signal !== 'opt-out')
    return [`${t} ms: ${truth.object}: said ${last.drift.signal}, true is an opt-out`];
  const { live, wanted: should, manager } = truth;
  const same = (said: string, true_: unknown) => true_ === undefined || said === String(true_);
  return same(last.drift.live, live) && same(last.drift.wanted, should) && same(last.drift.manager, manager)
    ? []
    : [`${t} ms: said ${JSON.stringify(last.drift)}, true is ${JSON.stringify(truth)}`];
}

/** A restart by hand is one quiet line; where its moment was missed, one that Flux put something back. */
function restartFaults(t: number, { object }: Truth, own: readonly SaidDrift[]): string[] {
  const quiet = own.filter(({ drift }) => drift.signal === 'restart' || drift.signal === 'corrected');
  const begun = quiet.filter(({ state }) => state === 'open').length;
  return [
    ...(begun === 1 ? [] : [`${t} ms: the restart of ${object} was told ${begun} times`]),
    ...own
      .filter((each) => !quiet.includes(each))
      .map((each) => `${t} ms: told a drift where there is only a restart: ${JSON.stringify(each)}`),
  ];
}

/** What was said although it was never true, whatever the order in which events came. */
export function oppositesOf(recording: Recording, history: History, { verdicts }: Replayed): string[] {
  const truths = recording.lines.flatMap(({ truth }) => (truth === undefined ? [] : [truth]));
  const claims = verdicts.filter(({ verdict }) => verdict.kind === 'healthy' || verdict.kind === 'failed');
  return claims.flatMap(({ t, commit, service, verdict }) => {
    const about = truths.filter(
      (truth) => truth.verdict !== undefined && truth.service === service && releaseOf(truth, history) === commit,
    );
    const open =
      about.length === 0 || about.some((truth) => truth.verdict === verdict.kind || truth.verdict === 'superseded');
    return open ? [] : [`${t} ms: ${service} ${commit.slice(0, 7)}: said ${verdict.kind}, which was never true`];
  });
}

/** A failure that is taken back and said again without anything new in between would ring twice. */
function flapFaults({ verdicts }: Replayed): string[] {
  const series = Map.groupBy(verdicts, ({ commit, service }) => `${service} ${commit.slice(0, 7)}`);
  return [...series].flatMap(([name, said]) => {
    const kinds = said.map((each: Said) => each.verdict.kind).filter((kind, index, all) => kind !== all[index - 1]);
    const failures = kinds.filter((kind) => kind === 'failed').length;
    return failures > 1 ? [`${name}: failed ${failures} times: ${kinds.join(', ')}`] : [];
  });
}
