import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { pause, steadyClock, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { artifactOf } from '../../src/playground/seed/versions.ts';
import { startBalancer } from '../support/balancer.ts';
import { startRedis } from '../support/redis.ts';
import { seeded } from '../support/seeded.ts';
import { artifactToken, services, startFleet, versions } from './fleet.ts';
import { createGatherer } from './gather.ts';
import { differences, type Evidence, unfinished } from './judge.ts';
import { createMemory } from './memory.ts';
import { excuses, startNemesis, type TroubleName, troubles } from './nemesis.ts';
import { startPeople } from './people.ts';
import { createReplicas } from './replicas.ts';

// Two replicas under load for hours, while one thing after another breaks. Whatever is accepted has to end as one record, one
// commit and one message, with a verdict that is true; the first differences are printed, and the exit code is 1.

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '4' },
    'releases-per-second': { type: 'string', default: '5' },
    clusters: { type: 'string', default: '50' },
    /** The part of all commands that only look. */
    looks: { type: 'string', default: '0.2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    /** Names of troubles, with commas between them. */
    troubles: { type: 'string', default: Object.keys(troubles).join() },
    /** Seconds of the longest trouble, and of a rest. */
    trouble: { type: 'string', default: '20' },
    rest: { type: 'string', default: '20' },
    /** From this part of the time on, the first replica is neither killed nor restarted: its memory is measured. */
    'spared-after': { type: 'string', default: '0.25' },
  },
});
const number = (text: string, what: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${what} wants a number above 0, not "${text}"`);
  return value;
};
const hours = number(values.hours, 'hours');
const perSecond = number(values['releases-per-second'], 'releases-per-second');
const chosen = values.troubles.split(',').map((name): TroubleName => {
  if (!(name in troubles))
    throw new Error(`There is no trouble "${name}"; there are ${Object.keys(troubles).join(', ')}`);
  return name as TroubleName;
});
const seed = Number(values.seed);
const random = seeded(seed);
const firstPart = number(values['spared-after'], 'spared-after');
const shownLimit = 20;
const settleMs = 10 * 60_000;
const replicaNames = ['a', 'b'];

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
const folder = mkdtempSync(join(tmpdir(), 'sluice-soak-'));
say(`soak: ${hours} h, ${perSecond} releases/s, ${values.clusters} clusters, seed ${seed}; files in ${folder}`);

const redis = await startRedis();
const fleet = await startFleet(join(folder, 'fleet'), redis.url, number(values.clusters, 'clusters'));
const client = openRedis({ url: redis.url }, 'commands', () => {});
await whenReady(client, 10_000);
const ledger = createLedger({ redis: client, clock: systemClock });
await ledger.confirm('the start');
const balancer = await startBalancer();
mkdirSync(join(folder, 'logs'));
const replicas = createReplicas(balancer, fleet.configuration, join(folder, 'logs'));
await Promise.all(replicaNames.map(replicas.start));
while (balancer.ready().length < replicaNames.length) await pause(100);
await fleet.workspace.control.deliverTo(balancer.url);
await buildAll();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().then(() => process.exit(1)));
say('everything runs');

/** How late this process is itself, with all that it plays: on a machine that does not bear the load, Slack is slow for everybody. */
const lateness = monitorEventLoopDelay();
lateness.enable();
const begunMs = steadyClock.now();
const forMs = hours * 3_600_000;
const passed = () => (steadyClock.now() - begunMs) / forMs;
const gather = createGatherer(fleet, ledger);
const memory = createMemory(replicas.residentMb, () => (steadyClock.now() - begunMs) / 3_600_000);
const people = startPeople(fleet, random, { perSecond, looks: Number(values.looks) });
const nemesis = startNemesis(
  { fleet, redis, replicas, random, mortal: () => (passed() < firstPart ? replicaNames : replicaNames.slice(1)) },
  chosen,
  { longestMs: number(values.trouble, 'trouble') * 1_000, restMs: number(values.rest, 'rest') * 1_000 },
);

while (passed() < 1) {
  await pause(Math.min(60_000, forMs * (1 - passed()) + 10));
  await judgeNow().catch((error: unknown) => say(`not judged: ${error instanceof Error ? error.message : error}`));
}
await people.stop();
await nemesis.stop();
say('everything is whole again');
const isSettled = await settled();
const evidence = await evidenceNow();
const left = isSettled ? unfinished(evidence) : ['nothing came to rest', ...unfinished(evidence)];
const failed = [...differences(evidence), ...left, ...nemesis.broken(), ...unexcused(evidence)];
say(summary(evidence));
for (const [words, count] of people.words()) say(`${count}× ${words}`);
for (const line of balancer.failures.slice(0, shownLimit)) say(`not answered: ${line}`);
for (const line of memory.report(firstPart * hours)) say(line);
say([...nemesis.counts()].map(([name, count]) => `${name} ${count}×`).join(', '));
say(failed.length === 0 ? 'no difference' : `${failed.length} differences:`);
for (const line of failed.slice(0, shownLimit)) say(`  ${line}`);
await end();
if (failed.length === 0) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
process.exit(failed.length === 0 ? 0 : 1);

/** Also of what was started as a process of its own. */
async function end(): Promise<void> {
  await replicas.close();
  await balancer.close();
  client.disconnect();
  await fleet.close();
  await redis.close();
}

/** What CI has built, told to the service as CI tells it. */
async function buildAll(): Promise<void> {
  for (const service of services)
    for (const [index, version] of versions.entries()) {
      const daysAgo = versions.length - index;
      const built = artifactOf(
        service,
        { version, daysAgo, commits: [['Change something', 'Ana Andersen']] },
        Date.now(),
      );
      const answer = await fetch(`${balancer.url}/artifacts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${artifactToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(built),
      });
      if (!answer.ok) throw new Error(`POST /artifacts answered ${answer.status}: ${await answer.text()}`);
    }
}

async function evidenceNow(): Promise<Evidence> {
  const [roots, records] = await Promise.all([gather.roots(), gather.records()]);
  return { asked: people.asked(), roots, records, commits: gather.commits(), running: gather.running };
}

/** Where nothing that breaks may cost an answer, each one that was not given is a difference. */
function unexcused({ asked }: Evidence): string[] {
  if (chosen.some((name) => excuses.has(name))) return [];
  const looks = people.looked().map((answer) => ({ mark: 'a look', answer }));
  return [...asked, ...looks]
    .filter(({ answer }) => answer === 'failed' || answer === 'refused')
    .map(({ mark, answer }) => `${mark}: ${answer}, and nothing excuses it`);
}

function summary({ asked, records, commits, roots }: Evidence): string {
  const answers = [...Map.groupBy(asked, ({ answer }) => answer)].map(([answer, own]) => `${own.length} ${answer}`);
  const states = [...Map.groupBy(records, ({ state }) => state.kind)].map(([kind, own]) => `${own.length} ${kind}`);
  const ms = (part: number) => people.tookMs(part).toFixed(0);
  return [
    `${asked.length} asked (${answers.join(', ')}; answered in ${ms(0.5)} ms, p99 ${ms(0.99)} ms)`,
    `${people.looked().length} looked`,
    `${records.length} records (${states.join(', ')})`,
    `${commits.length} commits, ${roots.length} messages`,
  ].join('; ');
}

async function judgeNow(): Promise<void> {
  memory.sample(replicas.names());
  const now = await evidenceNow();
  say(
    `${summary(now)}; ${memory.last()}; late by ${(lateness.percentile(99) / 1e6).toFixed(0)} ms; ${nemesis.present()}`,
  );
  lateness.reset();
  const first = new Set(differences(now));
  if (first.size === 0) return;
  // What was only on its way between one place and the other is gone at the next look.
  await pause(5_000);
  const both = differences(await evidenceNow()).filter((each) => first.has(each));
  for (const line of both.slice(0, shownLimit)) say(`  ${line}`);
}

/** Whether everything that was asked for has come to its end: written or not, told, and with a verdict. */
async function settled(): Promise<boolean> {
  const untilMs = steadyClock.now() + settleMs;
  for (let turn = 1; steadyClock.now() < untilMs; turn += 1) {
    const open = unfinished(await evidenceNow());
    if (open.length === 0) return true;
    if (turn % 6 === 0) for (const line of [`waits for ${open.length}:`, ...open.slice(0, 3)]) say(`  ${line}`);
    await pause(5_000);
  }
  return false;
}
