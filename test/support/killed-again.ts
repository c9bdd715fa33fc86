import { afterAll, beforeAll, expect } from 'vitest';
import { type AppChild, startAppChild } from './app-child.ts';
import { startWorld, type World, wordsOf } from './world.ts';

const versions = ['1.4.2', '1.4.1'];

/** A world whose Sluice is a process of its own, which is killed with SIGKILL again and again. */
export function killedAgainAndAgain() {
  let world: World;
  let app: AppChild | null = null;
  let turn = 0;
  beforeAll(async () => {
    world = await startWorld({ idle: true, speed: 20 });
  });
  afterAll(async () => {
    await app?.end();
    await world?.close();
  });
  const roots = () =>
    world.messagesOf('releases-dev', /web/).filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts);
  const isRunning = (message: ReturnType<typeof roots>[number], version: string) =>
    wordsOf(message).includes(`web ${version} is running in dev`);

  /** Sluice, about to end itself at a step. */
  const armed = async (step: string) => {
    const killed = app ?? (await startAppChild(world.configuration));
    app = killed;
    await killed.killAt(step);
    return killed;
  };
  const startAgain = async (killed: AppChild) => {
    await killed.dies();
    app = null;
    app = await startAppChild(world.configuration);
    return app;
  };

  return {
    world: () => world,
    armed,
    startAgain,
    /**
     * The next release of web to dev, typed once; Sluice is killed at a step of its way and started again. Fails unless
     * that gives one commit and one message, and the version runs.
     */
    releaseThroughKill: async (step: string, retype = false): Promise<void> => {
      const version = versions[turn % 2] ?? '';
      turn += 1;
      const before = new Set(await world.history());
      const shown = new Set(roots().map(({ ts }) => ts));
      const killed = await armed(step);
      const typed = world.say('ana', 'general', `/release web dev ${version}`);
      await Promise.all([typed, startAgain(killed)]);
      if (retype) await world.say('ana', 'general', `/release web dev ${version}`);
      await world.wait(`web ${version} is running after a kill at ${step}`, () =>
        roots().some((message) => !shown.has(message.ts) && isRunning(message, version)),
      );
      expect((await world.history()).filter((commit) => !before.has(commit))).toHaveLength(1);
      expect(await world.headMessage()).toMatch(new RegExp(`^Release web ${version.replaceAll('.', '\\.')} to dev\\n`));
      expect(
        roots()
          .filter(({ ts }) => !shown.has(ts))
          .map(wordsOf),
      ).toEqual([expect.stringContaining(`web ${version} is running in dev`)]);
      await world.wait('the image in the cluster', () => world.running('dev', 'web')?.endsWith(`:${version}`));
    },
  };
}
