import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from './fleet/report.ts';

// G8 and G9: what it takes to watch 1 and 50 clusters of 1,000 Kustomizations each, over HTTP, and each change of them; Sluice's
// reflectors against informers of client-node, each in a process of its own, one after the other against the same API.
const perCluster = 1_000;
const events = 10_000;
const perSecond = 1_000;
const goalMb = 128;
/** As `serve` is started; both sides are. */
const flags = ['--max-semi-space-size=4', '--heap-growing-percent=30', '--expose-gc'];

const folder = mkdtempSync(join(tmpdir(), 'sluice-fleet-'));
const program = (name: string) => join(import.meta.dirname, 'fleet', `${name}.ts`);

function kubeconfig(port: number, clusters: number): string {
  const names = Array.from({ length: clusters }, (_, number) => `cluster-${number}`);
  const path = join(folder, `kubeconfig-${clusters}.json`);
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map((name, number) => ({
      name,
      cluster: { server: `http://127.0.0.1:${port}/${number}`, 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'reader', user: { token: 'reader' } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'reader' } })),
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

async function said<T>(child: ChildProcess): Promise<T> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('a process of the bench has ended'))),
  ]);
  return message;
}

async function measure(side: 'sluice' | 'informer', clusters: number): Promise<Report> {
  const api = fork(program('api'), [String(clusters), String(perCluster)]);
  const { port } = await said<{ port: number }>(api);
  const last = `team-${(perCluster - 1) % 40}/service-${perCluster - 1}`;
  const args = [kubeconfig(port, clusters), String(clusters), last, String(clusters * perCluster)];
  const child = fork(program(`watch-${side}`), args, { execArgv: flags });
  await said(child);
  child.send({});
  api.send({ events, perSecond });
  const { report } = await said<{ report: Report }>(child);
  api.kill();
  return report;
}

const mb = (value: number) => `${value.toFixed(0)} MB`;
const times = (a: number, b: number) => `${(a / b).toFixed(2)}x`;

const found = new Map<string, Report>();
for (const clusters of [1, 50])
  for (const side of ['sluice', 'informer'] as const) {
    const each = await measure(side, clusters);
    found.set(`${side}/${clusters}`, each);
    const kb = ((each.heapMb * 1024) / (clusters * perCluster)).toFixed(2);
    console.log(
      `${side}, ${clusters} × ${perCluster} Kustomizations: begins at ${mb(each.baseMb)}; RSS ${mb(each.listPeakMb)} at the most while listing, ${mb(each.residentMb)} after, ${mb(each.peakMb)} at the most with ${events} changes; heap ${mb(each.heapMb)} (${kb} kB an object, all in all); CPU ${(each.eventsCpuUs / events).toFixed(0)} µs a change`,
    );
  }
const get = (name: string) => found.get(name) ?? found.values().next().value;
const [one, ours, theirs] = [get('sluice/1'), get('sluice/50'), get('informer/50')];
if (one !== undefined && ours !== undefined && theirs !== undefined) {
  console.log(
    `G8 ${50 * perCluster} objects: RSS at the most ${mb(ours.peakMb)}, informers ${mb(theirs.peakMb)}; ratio ${times(ours.peakMb, theirs.peakMb)}; goal ${mb(goalMb)}: ${ours.peakMb <= goalMb ? 'met' : `missed; ${mb(ours.peakMb - one.peakMb)} of it are those of 49 clusters more than one`}`,
  );
  console.log(`G8 CPU a change against informers: ${times(ours.eventsCpuUs, theirs.eventsCpuUs)}`);
  console.log(
    `G9 CPU a change, 50 clusters against 1: ${times(ours.eventsCpuUs, one.eventsCpuUs)}; RSS for each cluster more: ${mb((ours.peakMb - one.peakMb) / 49)}`,
  );
}
rmSync(folder, { recursive: true, force: true });
