import { expect, test } from 'vitest';
import { createTriggers } from '../../../src/playground/slack/triggers.ts';
import { aClock } from '../../support/builders.ts';

test('a trigger opens something once, within three seconds, for whoever pulled it', () => {
  const clock = aClock();
  const triggers = createTriggers(clock);
  const [used, old] = [triggers.create('UANA'), triggers.create('UBO')];
  clock.move(3_000);
  expect(triggers.exchange(used)).toEqual({ user: 'UANA' });
  expect(triggers.exchange(used)).toEqual({ error: 'exchanged_trigger_id' });
  clock.move(1);
  expect(triggers.exchange(old)).toEqual({ error: 'expired_trigger_id' });
  expect(triggers.exchange('made up')).toEqual({ error: 'invalid_trigger_id' });
});
