import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const main = join(import.meta.dirname, '../../src/main.ts');
const until = { timeout: 40_000, interval: 50 };
let folder: string;
let started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-start-'));
});
afterEach(async () => {
  await Promise.all(started.map((child) => ended(child, 'SIGINT')));
  started = [];
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly url: () => Promise<string>;
}

function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [main, 'playground', ...args], { cwd: folder });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = () =>
    vi.waitFor(() => {
      const found = /Sluice playground: (\S+)/.exec(said)?.[1];
      if (found === undefined) throw new Error(`no URL yet, only: ${said}`);
      return found;
    }, until);
  return { child, said: () => said, url };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

/** Processes that have this test's folder open: the app by its log, Redis by its data. */
function processesHere(): string[] {
  return processesOf(
    ['app.pid', 'lock'].map((name) => read(join('.sluice/playground', name))),
    read('.sluice/playground/redis/socket'),
  );
}

function processesOf(pids: readonly string[], socket: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => !line.includes('<defunct>'))
    .filter((line) => pids.includes(line.trim().split(' ')[0] ?? '') || line.includes(socket));
}

function read(path: string): string {
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch {
    return '-';
  }
}

async function json(url: string, path: string): Promise<unknown> {
  return (await fetch(new URL(path, url))).json();
}

describe('npm start', { timeout: 90_000 }, () => {
  it('opens everything on one URL, refuses a second start, and ends all of it at Ctrl-C', async () => {
    const first = start();
    const url = await first.url();
    expect(await (await fetch(url)).text()).toContain('<!doctype html>');
    expect(await json(url, '/client/boot?as=UANA')).toMatchObject({ me: 'UANA', team: { name: 'Acme' } });
    expect(await json(url, '/panel/state')).toMatchObject({ git: { up: true } });
    const built = await fetch(new URL('/panel/do', url), {
      method: 'POST',
      body: JSON.stringify({ id: 'artifact', params: { service: 'web' } }),
    });
    expect(await built.json()).toEqual({ ok: true, message: 'CI built web 1.4.3. Try: /release web dev' });
    expect(processesHere()).toHaveLength(3);

    const second = start();
    expect(await ended(second.child, 'SIGCONT')).toBe(1);
    expect(second.said()).toMatch(/A playground runs already \(process \d+\)\. Stop it with Ctrl-C first\./);

    expect(await ended(first.child, 'SIGINT')).toBe(0);
    expect(processesHere()).toEqual([]);
    expect(first.said().match(/http:/g)).toHaveLength(1);
  });

  it('continues after it was killed, without what the killed one left running', async () => {
    const starts = () => read('.sluice/playground/app.log').match(/Sluice is ready/g)?.length;
    const first = start();
    const url = await first.url();
    await expect.poll(starts, { timeout: 60_000 }).toBe(1);
    const app = read('.sluice/playground/app.pid');
    const socket = read('.sluice/playground/redis/socket');
    await ended(first.child, 'SIGKILL');
    expect(processesHere().length).toBeGreaterThan(0);
    const second = start();
    expect(await second.url()).toBe(url);
    expect(read('.sluice/playground/app.pid')).not.toBe(app);
    expect(read('.sluice/playground/redis/socket')).not.toBe(socket);
    expect(processesOf([app], socket)).toEqual([]);
    await expect.poll(starts, { timeout: 60_000 }).toBe(2);
  });
});

describe('npm start -- playground PART', { timeout: 30_000 }, () => {
  it.each([
    ['git', ['GIT_URL', 'GIT_USERNAME', 'GIT_TOKEN']],
    ['slack', ['SLACK_API_URL', 'SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN']],
    ['cluster', ['KUBECONFIG', 'KUBERNETES_URL', 'GIT_URL', 'GIT_USERNAME', 'GIT_TOKEN']],
  ])('prints the configuration that points at %s', async (part, names) => {
    const running = start(part);
    await vi.waitFor(() => expect(running.said()).toContain(`export ${names.at(-1)}=`), until);
    const printed = running.said().trim().split('\n');
    expect(printed.map((line) => /^export (\w+)='[^']+'$/.exec(line)?.[1])).toEqual(names);
    const shell = spawnSync('sh', ['-c', `${running.said()}\nprintf %s "$${names[0]}"`], { encoding: 'utf8' });
    if (shell.stdout.startsWith('http')) expect((await fetch(shell.stdout)).status).toBeLessThan(500);
    else expect(readFileSync(shell.stdout, 'utf8')).toContain('insecure-skip-tls-verify: true');
    expect(await ended(running.child, 'SIGINT')).toBe(0);
  });
});
