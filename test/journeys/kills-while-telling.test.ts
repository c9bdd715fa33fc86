import { describe, test } from 'vitest';
import { killedAgainAndAgain } from '../support/killed-again.ts';

describe('kill -9 on the way to Slack, and a restart: one commit, one message, the right end', () => {
  const { releaseThroughKill } = killedAgainAndAgain();
  const steps = ['cursor', 'post', 'note', 'update', 'arrival'];

  test.each(steps.flatMap((step) => [`${step}.before`, `${step}.after`]))('at %s', (step) => releaseThroughKill(step));
});
