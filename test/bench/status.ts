import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { kubeconfigFor } from '../support/tiny-api.ts';
import { startWorld } from '../support/world.ts';
import { fluxOf, stillCopy } from './status/cluster.ts';

// G7: from a status of Flux, written to the API server, to the request that changes the release's message in Slack: the whole
// application over real wires, against an informer of client-node in a process of its own that only notices the same change.
// After minutes in which nothing happened: QUIET_SECONDS=600.
const samples = 30;
const quietSeconds = Number(process.env['QUIET_SECONDS'] ?? 10);
const quietSamples = quietSeconds > 60 ? 1 : 3;
/** Of other Kustomizations, while it is busy. */
const otherEveryMs = 20;
const others = 200;
/** Slack takes an update a second: what comes sooner waits on purpose. */
const betweenMs = 1_500;

const now = () => performance.timeOrigin + performance.now();
const shown = (ms: number) => (ms >= 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${ms.toFixed(0)} ms`);

const world = await startWorld({ idle: true });
const api = await stillCopy(world.cluster('dev'));
const kubeconfig = join(dirname(world.configuration['SLUICE_CONFIG'] ?? ''), 'kubeconfig-dev.yaml');
writeFileSync(kubeconfig, kubeconfigFor(api.url), { mode: 0o600 });
await world.startApp();
const before = await world.head();
await world.say('ana', 'general', '/release web dev 1.4.2');
let commit = before;
while (commit === before) {
  await pause(50);
  commit = await world.head();
}
const flux = fluxOf(api, commit);
flux.fetched('flux-system');
flux.applied('flux-system');

const informer = fork(join(import.meta.dirname, 'status', 'watch-informer.ts'), [kubeconfig, 'shop']);
await once(informer, 'message');
const noticed = new Map<string, number>();
informer.on('message', ({ message, at }: { message: string; at: number }) => {
  if (!noticed.has(message)) noticed.set(message, at);
});

let number = 0;
/** Milliseconds until Slack was asked, and until the informer noticed. */
async function sample(): Promise<{ readonly sluice: number; readonly informer: number }> {
  number += 1;
  const message = `kustomize build failed: sample-${number} is missing`;
  const isShown = () => world.messagesOf('releases-dev', new RegExp(`sample-${number} `)).length > 0;
  const told = world.wait(message, () => (isShown() ? now() : null), 120_000);
  const written = now();
  flux.failed('shop', message);
  const sluice = (await told) - written;
  while (!noticed.has(message)) await pause(20);
  return { sluice, informer: (noticed.get(message) ?? 0) - written };
}

async function measure(name: string, count: number, waitMs: number): Promise<void> {
  const found: { readonly sluice: number; readonly informer: number }[] = [];
  for (let round = 0; round < count; round += 1) {
    await pause(waitMs);
    found.push(await sample());
  }
  const of = (side: 'sluice' | 'informer') => found.map((each) => each[side]).toSorted((a, b) => a - b);
  const [ours, theirs] = [of('sluice'), of('informer')];
  const at = (list: readonly number[], part: number) => list[Math.ceil(list.length * part) - 1] ?? 0;
  console.log(
    `G7 Flux status written to request to Slack, ${name}: median ${shown(at(ours, 0.5))}, at the most ${shown(at(ours, 1))} of ${count}; an informer notices after ${shown(at(theirs, 0.5))}, at the most ${shown(at(theirs, 1))}; ratio ${(at(ours, 1) / at(theirs, 1)).toFixed(2)}x`,
  );
}

await sample();
await measure('calm', samples, betweenMs);
let changes = 0;
const busy = setInterval(() => {
  changes += 1;
  flux.other(changes % others, `change ${changes}`);
}, otherEveryMs);
await measure(`${1_000 / otherEveryMs} other changes a second`, samples, betweenMs);
clearInterval(busy);
await measure(`after ${quietSeconds} quiet seconds`, quietSamples, quietSeconds * 1_000);
informer.kill();
await world.close();
await api.close();
process.exit(0);
