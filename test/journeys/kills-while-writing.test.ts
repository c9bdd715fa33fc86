import { describe, expect, test } from 'vitest';
import { killedAgainAndAgain } from '../support/killed-again.ts';

describe('kill -9 on the way into Git, and a restart: one commit, one message, the right end', () => {
  const { releaseThroughKill, world, armed, startAgain } = killedAgainAndAgain();
  const steps = ['job', 'consider', 'settle', 'writing', 'commit', 'push', 'written'];

  test.each(['accept.after', ...steps.flatMap((step) => [`${step}.before`, `${step}.after`])])('at %s', (step) =>
    releaseThroughKill(step),
  );

  test('before it was accepted nothing was promised, and typing it again is enough', () =>
    releaseThroughKill('accept.before', true));

  test('what CI has posted goes to dev by itself, though nobody could be told that it was kept', async () => {
    const { git, build, wait, running } = world();
    const policies = git.read('sluice.yaml') ?? '';
    git.commit(
      { 'sluice.yaml': `${policies}  - { kind: auto-release, services: [web], branch: main, environment: dev }\n` },
      { message: 'Let web go to dev by itself\n', author: 'Mia Mork <mia@acme.test>' },
    );
    const killed = await armed('artifact.kept');
    await expect(build('web', '1.6.0', {}, killed.port)).rejects.toThrow();
    await startAgain(killed);
    await wait('web 1.6.0 in dev', () => running('dev', 'web')?.endsWith(':1.6.0'));
  });
});
