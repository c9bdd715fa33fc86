import { act, fill, written } from './act.ts';
import { expectation } from './expectation.ts';
import type { Game, Row } from './game.ts';
import { createGitHistory } from './git-history.ts';
import { filesOf, type Place } from './scenarios/repository.ts';
import type { Scenario, Step } from './scenarios/scenario.ts';
import type { OpenStage } from './stage.ts';
import { openWatch } from './watch.ts';

/** Plays one scenario from an empty repository to its last expectation; stops at the first that is not met. */
export async function play(scenario: Scenario, open: OpenStage, place: Place): Promise<Row[]> {
  await using ends = new AsyncDisposableStack();
  const git = await createGitHistory();
  ends.defer(git.close);
  await git.commit(fill(place, filesOf(place, scenario.units, scenario.versions)), `Begin ${scenario.name}`);
  const stage = await open(place, git);
  ends.defer(stage.close);
  const watch = await openWatch({ kubeconfig: stage.kubeconfig, isAncestor: git.isAncestor });
  ends.defer(watch.close);
  const { units, versions } = scenario;
  const memory = { releases: new Map(), series: new Map(), units, versions, extra: {} };
  const game: Game = { scenario, stage, git, watch, ...memory, doneMs: stage.elapsed(), mark: 0 };
  written(game);
  const begin = Object.entries(versions).map(([service, version]): Step => {
    return { expect: 'verdict', of: `${service} ${version}`, kind: 'healthy', withinS: 120 };
  });
  return await steps(game, [...begin, ...scenario.steps]);
}

async function steps(game: Game, all: readonly Step[]): Promise<Row[]> {
  const rows: Row[] = [];
  const of = { scenario: game.scenario.name, where: game.stage.where };
  for (const step of all) {
    if ('do' in step) {
      game.mark = game.watch.said.length;
      await act(game, step);
      game.doneMs = game.stage.elapsed();
      continue;
    }
    const row = await expectation(game, step);
    rows.push({ ...of, ...row });
    if (!row.ok) return rows;
  }
  const faults = [...oppositesOf(game), ...strayDrifts(game)];
  return [...rows, ...faults.map((seen) => ({ ...of, ...faultRow, seen }))];
}

const faultRow = { expected: 'nothing else is said', afterS: 0, time: '', ok: false } as const;

/** What was claimed of a release beyond what was expected, in whatever order events came. */
function oppositesOf({ watch, releases, series }: Game): string[] {
  return [...releases].flatMap(([title, id]) => {
    const claims = watch.said.filter(({ release }) => release === id).map(({ verdict }) => verdict);
    const firm = claims.filter(({ kind }) => kind === 'healthy' || kind === 'failed').map(({ kind }) => kind);
    const said = firm.filter((kind, index) => kind !== firm[index - 1]);
    const wanted = (series.get(id) ?? []).filter((kind) => kind === 'healthy' || kind === 'failed');
    const should = wanted.filter((kind, index) => kind !== wanted[index - 1]);
    return said.join() === should.join()
      ? []
      : [`${title} was ${said.join(', ') || 'never settled'}, not ${should.join(', ') || 'either'}`];
  });
}

/** Live edits that were told although nothing of the kind was expected. */
function strayDrifts({ watch, scenario }: Game): string[] {
  const fields = scenario.steps.flatMap((step) => ('expect' in step && step.expect === 'drift' ? [step.field] : []));
  const edits = watch.drifts.filter(({ drift }) => /image$|replicas$/.test(drift.field));
  const strays = edits.filter(({ drift }) => !fields.some((field) => field.test(drift.field)));
  return strays.map(({ drift }) => `a drift of ${drift.object} ${drift.field}, live ${drift.live}`);
}
