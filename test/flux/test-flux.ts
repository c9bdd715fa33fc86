import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApi } from './api.ts';
import type { Row } from './game.ts';
import { play } from './play.ts';
import { playgroundStages } from './playground-stage.ts';
import { differencesOf, tableOf } from './print-table.ts';
import { findBinaries } from './real/binaries.ts';
import { startControlPlane } from './real/control-plane.ts';
import { startKubelet } from './real/kubelet.ts';
import { realStages } from './real/real-stage.ts';
import { grantReader, tryRights } from './real/rights.ts';
import { defineSite } from './real/site.ts';
import { hasSourceController, serveSources } from './real/source-controller.ts';
import { startSourceStandIn } from './real/source-stand-in.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { scenarios } from './scenarios/scenarios.ts';
import type { OpenStage } from './stage.ts';

// npm run test:flux [-- SCENARIO...]: plays the scenarios on the playground and on a real API server with the real
// kustomize-controller, or with KUBECONFIG set on that cluster, and prints one table.

const root = resolve(import.meta.dirname, '../..');
const say = (line: string) => void process.stderr.write(`${line}\n`);

interface Real {
  readonly where: string;
  /** With all rights. */
  readonly kubeconfig: string;
  readonly folder: string;
  /** Nobody there takes care of GitRepositories. */
  readonly ownSource: boolean;
}

/** Plays them side by side; a scenario that throws is a row that failed. */
async function playAll(
  chosen: readonly Scenario[],
  open: OpenStage,
  atOnce: number,
  where: string,
  fluxOf: (name: string) => string,
) {
  const waiting = [...chosen];
  const played = new Map<string, Row[]>();
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { name } = next;
      const rows = await play(next, open, { name, flux: fluxOf(name) }).catch((error: unknown): Row[] => {
        const seen = error instanceof Error ? error.message : String(error);
        return [{ scenario: name, where, expected: 'it plays', seen, afterS: 0, time: '', ok: false }];
      });
      played.set(name, rows);
      say(`${rows.every(({ ok }) => ok) ? '✓' : '✗'} ${where}: ${name}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return chosen.flatMap(({ name }) => played.get(name) ?? []);
}

/** What is not there is stood in for: kubelet, scheduler, and source-controller. */
async function playReal(chosen: readonly Scenario[], { where, kubeconfig, folder, ownSource }: Real): Promise<Row[]> {
  const api = openApi(kubeconfig);
  await using ends = new AsyncDisposableStack();
  const reader = await grantReader(api, root, folder);
  ends.defer(reader.revoke);
  const trials = (await tryRights(reader.kubeconfig)).map(
    (trial): Row => ({ scenario: 'rights-of-the-watcher', where, afterS: 0, time: '', ...trial }),
  );
  ends.defer(await defineSite(api));
  const kubelet = startKubelet(kubeconfig, api);
  ends.defer(kubelet.stop);
  const source = ownSource ? await startSourceStandIn(api) : await serveSources(api);
  ends.defer(source.close);
  const open = realStages({ where, kubeconfig, reader: reader.kubeconfig, kubelet, source });
  return [...trials, ...(await playAll(chosen, open, 10, where, (name) => name))];
}

async function onRealFlux(chosen: readonly Scenario[]): Promise<Row[]> {
  const binaries = await findBinaries(root, say);
  if (binaries.kind === 'missing') {
    say(`Skipped: real etcd, kube-apiserver and kustomize-controller: ${binaries.because}.`);
    return [];
  }
  const plane = await startControlPlane(binaries.folder);
  try {
    return await playReal(chosen, { where: 'real', ownSource: true, ...plane });
  } finally {
    await plane.close();
  }
}

async function onCluster(kubeconfig: string, chosen: readonly Scenario[]): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-flux-'));
  try {
    const ownSource = !(await hasSourceController(openApi(kubeconfig)));
    say(`The sources of this cluster are fetched by ${ownSource ? 'a stand-in' : 'its source-controller'}.`);
    return await playReal(chosen, { where: 'cluster', kubeconfig, folder, ownSource });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(names: readonly string[]): Promise<number> {
  const strange = names.filter((name) => !scenarios.some((each) => each.name === name));
  if (strange.length > 0) {
    say(`There is no scenario ${strange.join(', ')}. There are: ${scenarios.map(({ name }) => name).join(', ')}.`);
    return 1;
  }
  const chosen = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
  const plain = chosen.filter(({ needs }) => needs === undefined);
  for (const { name, needs } of chosen)
    if (needs !== undefined)
      say(`Skipped on real Flux: ${name}, which needs ${needs}; it is played to the recordings.`);
  const given = process.env['KUBECONFIG'];
  const simulated = await playAll(chosen, playgroundStages(20), 5, 'playground', () => 'flux-system');
  const real = given === undefined || given === '' ? await onRealFlux(plain) : await onCluster(given, plain);
  const rows = [...simulated, ...real];
  const sorted = [...Map.groupBy(rows, ({ scenario }) => scenario).values()].flat();
  process.stdout.write(`${tableOf(sorted)}\n`);
  const differences = differencesOf(rows);
  if (differences.length > 0) process.stdout.write(`\nThe playground says it otherwise:\n${differences.join('\n')}\n`);
  const bad = rows.filter(({ ok }) => !ok).length;
  say(bad === 0 ? `All ${rows.length} expectations are met.` : `${bad} of ${rows.length} expectations are not met.`);
  return bad === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 1;
});
