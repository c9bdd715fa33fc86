import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplica } from '../support/replica.ts';
import type { Served } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
const replicas = new Map<string, Served>();
const gone: Served[] = [];
beforeAll(async () => {
  world = await startWorld({ idle: true });
  await Promise.all(['a', 'b'].map(start));
});
afterAll(async () => {
  await Promise.all([...replicas.values()].map((each) => each.end('SIGKILL')));
  await world?.close();
});

async function start(name: string): Promise<void> {
  const before = replicas.get(name);
  if (before !== undefined) gone.push(before);
  replicas.set(name, await startReplica(name, world.configuration));
}

/** Whether a replica speaks, by its log. */
const leads = (name: string) =>
  replicas
    .get(name)
    ?.lines()
    .findLast((line) => line.includes(' replica leads'))
    ?.includes('this replica leads') === true;
/** The one that speaks for both. */
const leader = () => {
  const all = [...replicas.keys()].filter(leads);
  return all.length === 1 ? all[0] : undefined;
};

/** Two versions that CI has built of each. */
const versions: Readonly<Record<string, readonly [string, string]>> = {
  web: ['1.4.2', '1.4.1'],
  api: ['2.8.0', '2.7.1'],
  mail: ['1.12.2', '1.12.1'],
};
const asked: { service: string; version: string }[] = [];

/** Asks for another version of every service in dev; what a socket took that was just being closed is typed again, as people do. */
async function askForAll(): Promise<void> {
  for (const [service, [one, other]] of Object.entries(versions)) {
    const version = world.running('dev', service).endsWith(`:${one}`) ? other : one;
    const say = () => world.workspace.control.say('ana', 'general', `/release ${service} dev ${version}`);
    const { ephemeral } = await say();
    if (ephemeral.some(({ text }) => /failed with the error/.test(text))) await say();
    asked.push({ service, version });
  }
}

async function allRun(): Promise<void> {
  const last = new Map(asked.map(({ service, version }) => [service, version]));
  for (const [service, version] of last)
    await world.message('releases-dev', new RegExp(`${service} ${version.replaceAll('.', '\\.')} is running in dev`));
}

test('a restart of one replica, a kill and a pause of the one that speaks lose nothing, and nothing is said twice', async () => {
  await world.wait('one that leads', () => leader() !== undefined);
  const restarted = leader() ?? '';
  const asking = askForAll();
  expect(await replicas.get(restarted)?.end('SIGTERM')).toBe('exit 0');
  await asking;
  await start(restarted);
  await allRun();

  await world.wait('one that leads', () => leader() !== undefined);
  const killed = leader() ?? '';
  expect(killed).not.toBe(restarted);
  await askForAll();
  await replicas.get(killed)?.end('SIGKILL');
  gone.push(...[replicas.get(killed)].filter((each) => each !== undefined));
  replicas.delete(killed);
  await world.wait('the other one that leads', () => leader() === restarted);
  await allRun();

  // Paused in the middle of it, it finds that another one speaks, and says no more.
  await start(killed);
  await askForAll();
  const paused = replicas.get(restarted)?.pid ?? 0;
  process.kill(paused, 'SIGSTOP');
  try {
    await world.wait('the other one that leads', () => leads(killed));
    await allRun();
  } finally {
    process.kill(paused, 'SIGCONT');
  }
  await world.wait('one that leads', () => leader() === killed);

  const shown = world.messagesOf('releases-dev', /./);
  const roots = shown.filter(({ ts, thread_ts, text }) => (thread_ts ?? ts) === ts && text.includes('Asked by'));
  expect(roots).toHaveLength(asked.length);
  const lines = shown.map(({ thread_ts, ts, text }) => `${thread_ts ?? ts} ${text}`);
  expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
  // Whoever follows one release by its id finds its whole way, on whichever replica it went.
  const log = [...gone, ...replicas.values()].flatMap(({ lines: all }) => all()).filter((line) => line.startsWith('{'));
  const ids = log.flatMap((line) => /"release":"(\w+)".*"msg":"a release was asked for"/.exec(line)?.[1] ?? []);
  expect(ids).toHaveLength(asked.length);
  for (const id of ids) {
    const about = log.filter((line) => line.includes(id)).map((line) => JSON.parse(line));
    expect(about.filter(({ release }) => release !== id)).toEqual([]);
    const steps = ['queued', 'written', 'healthy in a cluster'].map((step) => `a release is ${step}`);
    expect(about.map(({ msg }) => msg)).toEqual(expect.arrayContaining(steps));
  }

  const titles = (await world.messages()).map((message) => message.split('\n')[0]);
  for (const { service, version } of asked) expect(titles).toContain(`Release ${service} ${version} to dev`);
}, 300_000);
