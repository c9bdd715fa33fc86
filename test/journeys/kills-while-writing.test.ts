import { describe, test } from 'vitest';
import { killedAgainAndAgain } from '../support/killed-again.ts';

describe('kill -9 on the way into Git, and a restart: one commit, one message, the right end', () => {
  const { releaseThroughKill } = killedAgainAndAgain();
  const steps = ['job', 'consider', 'settle', 'writing', 'commit', 'push', 'written'];

  test.each(['accept.after', ...steps.flatMap((step) => [`${step}.before`, `${step}.after`])])('at %s', (step) =>
    releaseThroughKill(step),
  );

  test('before it was accepted nothing was promised, and typing it again is enough', () =>
    releaseThroughKill('accept.before', true));
});
