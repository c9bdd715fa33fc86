import { type OutgoingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { ReleaseId } from '../../src/vocabulary/release.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { withClient } from '../support/redis-server.ts';
import { startReplica } from '../support/replica.ts';
import type { Served } from '../support/serve.ts';
import { signedRequest, slashBody } from '../support/signed.ts';
import { startWorld, type World } from '../support/world.ts';

/** How often both replicas are restarted, one after another: RESTARTS=50 takes minutes. */
const restarts = Number(process.env['RESTARTS'] ?? 1);

let world: World;
let balancer: Balancer;
let replicas: Served[] = [];
beforeAll(async () => {
  world = await startWorld({ idle: true, slackMode: 'http', slackSpeed: 0.1 });
  balancer = await startBalancer();
  await Promise.all(['a-0', 'b-0'].map(start));
  await world.workspace.control.deliverTo(balancer.url);
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.end('SIGKILL')));
  await balancer?.close();
  await world?.close();
});

async function start(name: string): Promise<void> {
  const replica = await startReplica(name, world.configuration, 1);
  replicas.push(replica);
  balancer.add(replica.port);
  await world.wait('a replica that is ready', () => balancer.ready().includes(replica.port));
}

/** As a rollout does it: another one is ready before it is asked to end. */
async function restart(old: Served, name: string): Promise<void> {
  await start(name);
  const late = statusesUntilGone(old.port);
  expect(await old.end('SIGTERM')).toBe('exit 0');
  expect(await late).not.toContain(503);
  balancer.remove(old.port);
  replicas = replicas.filter((each) => each !== old);
}

/** What a balancer gets that has not noticed yet: each request is answered by Sluice, or finds nobody and goes to another replica. */
async function statusesUntilGone(port: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  // One of its own: whatever somebody types just now would be a replay for the replica that gets it second.
  const secret = world.configuration['SLACK_SIGNING_SECRET'] ?? '';
  const { headers, body } = signedRequest(slashBody('help', `${port}.gone`), systemClock.now(), { secret });
  for (;;) {
    const answer = await post(port, headers, body);
    if (answer === 'ECONNREFUSED') return statuses;
    if (typeof answer === 'number') statuses.push(answer);
  }
}

function post(port: number, headers: OutgoingHttpHeaders, body: Buffer): Promise<number | string> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/slack/events', method: 'POST', headers, agent: false };
    const asked = request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    asked.end(body);
  });
}

/** Two versions that CI has built of each, and who asks for them. */
const services = {
  web: { who: 'ana', versions: ['1.4.2', '1.4.1'] },
  api: { who: 'bo', versions: ['2.8.0', '2.7.1'] },
  mail: { who: 'cy', versions: ['1.12.2', '1.12.1'] },
} as const;

/** People who type one command after another until they are told to stop: what each was answered at once. */
function people() {
  const answers: string[] = [];
  let releases = 0;
  let isOver = false;
  const typing = Object.entries(services).map(async ([service, { who, versions }]) => {
    for (let turn = 0; !isOver; turn += 1) {
      const asks = turn % 3 !== 2;
      if (asks) releases += 1;
      const text = asks ? `/release ${service} dev ${versions[turn % 2]}` : '/release status';
      const { ephemeral } = await world.workspace.control.say(who, 'general', text);
      answers.push(...ephemeral.map((answer) => answer.text));
      await pause(100);
    }
  });
  return {
    answers,
    releases: () => releases,
    stop: async () => {
      isOver = true;
      await Promise.all(typing);
    },
  };
}

test(
  `both replicas restarted under load, ${restarts} times: every command is taken, nothing is lost or said twice`,
  async () => {
    await withClient(world.redis.url, async (redis) => {
      const ledger = createLedger({ redis, clock: systemClock });
      const earlier = new Set((await ledger.history({ limit: 1_000 })).map(({ id }) => id));
      const shownBefore = new Set(world.messagesOf('releases-dev', /./).map(({ ts }) => ts));
      const { answers, releases, stop } = people();
      for (let round = 1; round <= restarts; round += 1)
        for (const [index, old] of [...replicas].entries()) await restart(old, `${'ab'[index]}-${round}`);
      await stop();
      expect(answers.length).toBeGreaterThan(10);
      expect(answers.filter((text) => /failed with|Not accepted/.test(text))).toEqual([]);
      expect([...balancer.given.values()].filter((count) => count === 0)).toEqual([]);

      while ((await ledger.open()).length > 0 || (await ledger.messagesWaiting()) > 0) await pause(100);
      const all = await ledger.history({ limit: 10_000 });
      const asked = all.filter(({ id }) => !earlier.has(id));
      expect(asked).toHaveLength(releases());
      const written = asked.filter(({ state }) => state.kind === 'written').map(({ id }) => id);
      const commits = (await world.messages()).flatMap(
        (message) => /^Sluice-Release: (\w+)$/m.exec(message)?.[1] ?? [],
      );
      const stateOf = new Map<string, string>(asked.map(({ id, state }) => [id, state.kind]));
      const landed = commits.filter((id) => !earlier.has(id as ReleaseId)).map((id) => `${id} ${stateOf.get(id)}`);
      expect(landed.toSorted()).toEqual(written.map((id) => `${id} written`).toSorted());

      const shown = world.messagesOf('releases-dev', /./).filter(({ ts }) => !shownBefore.has(ts));
      const roots = shown.filter(({ ts, thread_ts }) => (thread_ts ?? ts) === ts).map(({ ts }) => ts);
      // What ran before gets its message when something else replaces it.
      const noted = all.flatMap(({ message }) => message?.ts ?? []).filter((ts) => !shownBefore.has(ts));
      expect(roots.toSorted()).toEqual(noted.toSorted());
      const lines = shown
        .map(({ thread_ts, ts, text }) => `${thread_ts ?? ts} ${text}`)
        .filter((line) => / ./.test(line));
      expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
    });
  },
  300_000 * restarts,
);
