import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { instantOf, systemClock } from '../doors/time.ts';
import { endLeftoverApp, startAppProcess } from './app-process.ts';
import { createCi } from './ci.ts';
import { artifactToken, startCompany } from './company.ts';
import { lockFolder } from './folder-lock.ts';
import { startFrontDoor } from './front-door.ts';
import { createPanel } from './panel.ts';
import { startPlaygroundRedis } from './redis.ts';

export { startPart } from './parts.ts';

const portsSchema = z.record(z.string(), z.int());

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** All of it on one URL: a workspace, clusters, Git, Redis, and the real app in a process of its own. Resolves after Ctrl-C. */
export async function startPlayground(options: { readonly data?: string; readonly port?: number } = {}): Promise<void> {
  const stopped = interrupted();
  const folder = resolve(options.data ?? '.sluice/playground');
  mkdirSync(folder, { recursive: true });
  const ends: (() => unknown)[] = [lockFolder(folder)];
  try {
    await begin(folder, options.port, ends, stopped);
    await stopped;
    print('Stopping…');
  } finally {
    // What was started last ends first: the app before what it talks to, Redis at the end.
    for (const end of ends.toReversed())
      await (async () => end())().catch((error: unknown) => print(`A part did not end well: ${messageOf(error)}`));
  }
}

async function begin(
  folder: string,
  port: number | undefined,
  ends: (() => unknown)[],
  stopped: Promise<void>,
): Promise<void> {
  const marker = join(folder, 'company.json');
  const begun = existsSync(marker);
  await endLeftoverApp(folder);
  // A company that was left half founded cannot be continued.
  const redis = await startPlaygroundRedis(join(folder, 'redis'), { empty: !begun });
  ends.push(redis.close);
  if (!redis.keeps)
    print('No redis-server on PATH: Redis lives in memory and keeps nothing, so this start begins a new company.');
  const fresh = !redis.keeps || !begun;
  if (fresh)
    for (const old of ['company.json', 'git', 'clones', 'seed-clone', 'slack.json'])
      rmSync(join(folder, old), { recursive: true, force: true });
  const ports = rememberedPorts(folder);
  const company = await startCompany({ folder, redisUrl: redis.url, fresh, ports });
  ends.push(company.close);
  if (!company.git.overHttp)
    print(
      'This git has no http-backend (often a package of its own): Sluice reads the repository as a folder instead.',
    );
  if (redis.keeps) writeFileSync(marker, JSON.stringify({ begun: instantOf(systemClock.now()) }));
  const app = startAppProcess({ company, folder, port: ports['app'], say: print });
  ends.push(app.stop);
  const ci = createCi({
    appUrl: () => `http://127.0.0.1:${app.port()}`,
    token: artifactToken,
    nowMs: systemClock.now,
  });
  const panel = createPanel({ clusters: company.clusters, git: company.git, ci });
  const door = await startFrontDoor({ workspace: company.workspace.handle, panel, port, usual: ports['page'] });
  ends.push(door.close);
  const ready = await Promise.race([app.ready().then(() => true), stopped.then(() => false)]);
  if (!ready) return;
  writeFileSync(join(folder, 'ports.json'), JSON.stringify({ ...company.ports, page: door.port, app: app.port() }));
  print(`Sluice playground: http://127.0.0.1:${door.port}/`);
}

/** Settles at the first Ctrl-C, also when it comes from a terminal that is gone by then. */
function interrupted(): Promise<void> {
  process.stdout.on('error', () => {});
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function rememberedPorts(folder: string): Readonly<Record<string, number>> {
  try {
    return portsSchema.parse(JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')));
  } catch {
    return {};
  }
}
