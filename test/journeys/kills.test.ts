import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AppChild, startAppChild } from '../support/app-child.ts';
import { startWorld, type World, wordsOf } from '../support/world.ts';

let world: World;
let app: AppChild | null = null;
beforeAll(async () => {
  world = await startWorld({ idle: true, speed: 20 });
});
afterEach(async () => {
  await app?.end();
  app = null;
});
afterAll(() => world?.close());

const versions = ['1.4.2', '1.4.1'];
let turn = 0;

/** The next release of web to dev, typed once; `killed` at a step of its way, and Sluice started again. */
async function releaseThroughKill(step: string, retype = false) {
  const version = versions[turn % 2] ?? '';
  turn += 1;
  const before = new Set(await world.history());
  const shown = new Set(roots().map(({ ts }) => ts));
  app = await startAppChild(world.configuration);
  await app.killAt(step);
  const typed = world.say('ana', 'general', `/release web dev ${version}`);
  await app.dies();
  await typed;
  app = await startAppChild(world.configuration);
  if (retype) await world.say('ana', 'general', `/release web dev ${version}`);
  await world.wait(`web ${version} is running after a kill at ${step}`, () =>
    roots().some((message) => !shown.has(message.ts) && isRunning(message, version)),
  );
  return {
    commits: (await world.history()).filter((commit) => !before.has(commit)),
    messages: roots().filter(({ ts }) => !shown.has(ts)),
    version,
  };
}

const roots = () =>
  world.messagesOf('releases-dev', /web/).filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts);
const isRunning = (message: ReturnType<typeof roots>[number], version: string) =>
  wordsOf(message).includes(`web ${version} is running in dev`);

describe('kill -9 on the way of a release, and a restart: one commit, one message, the right end', () => {
  const steps = ['job', 'consider', 'settle', 'writing', 'commit', 'push', 'written'];
  const telling = ['cursor', 'post', 'note', 'update', 'arrival'];
  test.each(['accept.after', ...[...steps, ...telling].flatMap((step) => [`${step}.before`, `${step}.after`])])(
    'at %s',
    async (step) => {
      const { commits, messages, version } = await releaseThroughKill(step);
      expect(commits).toHaveLength(1);
      expect(await world.headMessage()).toMatch(new RegExp(`^Release web ${version.replaceAll('.', '\\.')} to dev\\n`));
      expect(messages.map(wordsOf)).toHaveLength(1);
      await world.wait('the image in the cluster', () => world.running('dev', 'web')?.endsWith(`:${version}`));
    },
    60_000,
  );

  test('before it was accepted nothing was promised, and typing it again is enough', async () => {
    const { commits, messages } = await releaseThroughKill('accept.before', true);
    expect(commits).toHaveLength(1);
    expect(messages).toHaveLength(1);
  }, 60_000);
});
