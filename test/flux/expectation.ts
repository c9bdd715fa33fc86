import { pause } from '../../src/doors/time.ts';
import { isObject } from '../../src/playground/cluster/json.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { filled, objectPath } from './act.ts';
import type { Game, Row } from './game.ts';
import type { ExpectedDrift, ExpectedVerdict, Step } from './scenarios/scenario.ts';

type RowRest = Omit<Row, 'scenario' | 'where'>;
type Expectation = Extract<Step, { expect: string }>;

/** Waits for what a step expects, and tells what was seen and when. */
export async function expectation(game: Game, step: Expectation): Promise<RowRest> {
  switch (step.expect) {
    case 'verdict':
      return await expectVerdict(game, step);
    case 'stays':
      return await expectStays(game, step);
    case 'drift':
      return await expectDrift(game, step);
    case 'object': {
      const { api, place } = game.stage;
      return await waitFor(game, `${step.object} is ${step.is}`, 60, async () => {
        const is = (await api.get(objectPath(place, step.object))) === null ? 'gone' : 'there';
        return { ok: is === step.is, seen: `it is ${is}` };
      });
    }
    case 'unset': {
      const { api, place } = game.stage;
      return await waitFor(game, `${step.object} has no ${step.path.at(-1)}`, 60, async () => {
        let at: unknown = await api.get(objectPath(place, step.object));
        for (const name of step.path) at = isObject(at) ? at[name] : undefined;
        return { ok: at === undefined, seen: at === undefined ? 'it has none' : `it is ${String(at)}` };
      });
    }
  }
}

interface Look {
  readonly ok: boolean;
  readonly seen: string;
}

/** Looks until what is expected is seen, or its time is over. */
async function waitFor(
  { stage, doneMs }: Game,
  expected: string,
  withinS: number,
  look: () => Promise<Look>,
  notBeforeS = 0,
): Promise<RowRest> {
  const begun = performance.now();
  const time = `${notBeforeS}–${withinS} s`;
  for (;;) {
    const { ok, seen } = await look();
    const afterS = (stage.elapsed() - doneMs) / 1000;
    if (ok && afterS < notBeforeS) return { expected, seen: `${seen}; too early`, afterS, time, ok: false };
    const over = afterS > withinS && performance.now() - begun > stage.patienceMs;
    if (ok || over) return { expected, seen, afterS, time, ok };
    await pause(25);
  }
}

async function expectVerdict(game: Game, wanted: ExpectedVerdict): Promise<RowRest> {
  const { watch, releases, series, mark } = game;
  const id = releases.get(wanted.of);
  const expected = sentence(wanted.of, wanted.kind, wanted.stage, wanted.reason, wanted.says?.source, wanted.running);
  const passing = wanted.kind === 'waiting' || wanted.kind === 'unverified';
  const row = await waitFor(
    game,
    expected,
    wanted.withinS,
    async () => {
      const own = watch.said.filter(({ release }) => release === id);
      // What is waited for passes: it counts when it was said since the last thing was done.
      const since = watch.said.slice(mark).filter(({ release }) => release === id);
      const found = passing ? since.find(({ verdict }) => fits(verdict, wanted)) : undefined;
      const last = (found ?? own.at(-1))?.verdict;
      if (last === undefined) return { ok: false, seen: 'nothing is said' };
      return { ok: fits(last, wanted), seen: describe(last) };
    },
    wanted.notBeforeS,
  );
  if (row.ok && id !== undefined) series.set(id, [...(series.get(id) ?? []), wanted.kind]);
  return row;
}

function fits(verdict: Verdict, wanted: ExpectedVerdict): boolean {
  const text = 'because' in verdict ? verdict.because : 'note' in verdict ? (verdict.note ?? '') : '';
  return (
    verdict.kind === wanted.kind &&
    (wanted.stage === undefined || ('stage' in verdict && verdict.stage === wanted.stage)) &&
    (wanted.reason === undefined || ('reason' in verdict && verdict.reason === wanted.reason)) &&
    (wanted.says === undefined || wanted.says.test(text)) &&
    (wanted.running === undefined || ('running' in verdict && verdict.running === wanted.running))
  );
}

function sentence(of: string, kind: string, ...more: readonly (string | undefined)[]): string {
  const [stage, reason, says, running] = more;
  const parts = [reason ?? stage, says === undefined ? undefined : `“${says}”`, running && `${running} runs`];
  return [`${of} is ${kind}`, ...parts.filter((part) => part !== undefined)].join(', ');
}

function describe(verdict: Verdict): string {
  const reason = 'reason' in verdict ? verdict.reason : 'stage' in verdict ? verdict.stage : undefined;
  const by = 'by' in verdict ? `by ${verdict.by}` : undefined;
  const text = 'because' in verdict ? verdict.because : 'note' in verdict ? verdict.note : undefined;
  const runs = 'running' in verdict && verdict.running !== undefined ? `${verdict.running} runs` : undefined;
  const pods =
    'pods' in verdict && verdict.pods !== undefined ? `${verdict.pods.ready}/${verdict.pods.wanted} pods` : undefined;
  return [verdict.kind, by, reason, text, runs, pods].filter((part) => part !== undefined).join(', ');
}

async function expectStays(game: Game, step: Extract<Step, { expect: 'stays' }>): Promise<RowRest> {
  const { watch, releases, stage } = game;
  const own = () => watch.said.filter(({ release }) => release === releases.get(step.of));
  const before = own().length;
  const begun = stage.elapsed();
  const [expected, time] = [`${step.of} stays ${step.kind}`, `for ${step.forS} s`];
  while (stage.elapsed() - begun < step.forS * 1000) await pause(25);
  const others = own()
    .slice(Math.max(0, before - 1))
    .find(({ verdict }) => verdict.kind !== step.kind);
  const seen = others === undefined ? 'nothing else is said' : describe(others.verdict);
  return { expected, seen, afterS: (stage.elapsed() - begun) / 1000, time, ok: others === undefined };
}

async function expectDrift(game: Game, wanted: ExpectedDrift): Promise<RowRest> {
  const { place } = game.stage;
  const value = (text: string | undefined) => (text === undefined ? undefined : filled(place, text));
  const [live, should] = [value(wanted.live), value(wanted.wanted)];
  const name = `${wanted.object} ${wanted.field.source}`;
  const details = [live && `live ${live}`, should && `wanted ${should}`, wanted.manager && `by ${wanted.manager}`];
  const expected = [`drift of ${name} is ${wanted.state}`, ...details.filter(Boolean)].join(', ');
  return await waitFor(game, expected, wanted.withinS, async () => {
    const last = game.watch.drifts.findLast(
      ({ drift }) => drift.object.replace(/\/[^/]+\//, '/') === wanted.object && wanted.field.test(drift.field),
    );
    if (last === undefined) return { ok: false, seen: 'no drift' };
    const { drift, state } = last;
    const same = (said: string, is: string | undefined) => is === undefined || said === is;
    const all = same(drift.live, live) && same(drift.wanted, should) && same(drift.manager, wanted.manager);
    const seen = `${state}, live ${drift.live}, wanted ${drift.wanted}, by ${drift.manager}`;
    return { ok: state === wanted.state && all, seen };
  });
}
