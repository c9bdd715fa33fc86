import { expect, test } from 'vitest';
import { createMembership } from '../../src/chat/membership.ts';
import { createSlackApp } from '../../src/chat/slack/slack-app.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aClock } from '../support/builders.ts';
import { aWorkspace } from './chat-office.ts';

async function aMembership() {
  const { botToken, appToken, apiUrl, control } = await aWorkspace();
  const slack = createSlackApp(
    { botToken, connection: { mode: 'socket', appToken }, apiUrl, timeoutMs: 2_000 },
    { log: silent, clock: aClock(), firstSeen: async () => true },
  );
  const clock = aClock();
  return { isIn: createMembership(slack, clock), control, clock };
}
const general = 'CGENERAL';
const reads = (control: Awaited<ReturnType<typeof aMembership>>['control']) =>
  control.calls().filter(({ method }) => method === 'conversations.members').length;

test('who is in a channel is asked once a minute', async () => {
  const { isIn, control, clock } = await aMembership();
  expect(await isIn(general, 'UANA')).toBe(true);
  control.setMembers('general', ['bo']);
  expect(await Promise.all([isIn(general, 'UANA'), isIn(general, 'UBO')])).toEqual([true, true]);
  expect(reads(control)).toBe(1);
  clock.move(60_000);
  expect(await Promise.all([isIn(general, 'UANA'), isIn(general, 'UBO')])).toEqual([false, true]);
  expect(reads(control)).toBe(2);
});

test('where Slack does not tell, nobody is taken for reached', async () => {
  const { isIn, control } = await aMembership();
  expect(await isIn('C0NOWHERE', 'UANA')).toBe(false);
  control.fail('conversations.members', { error: 'missing_scope' });
  expect(await isIn(general, 'UANA')).toBe(false);
  expect(await isIn(general, 'UANA')).toBe(true);
});

test('an answer that may come later is waited for', async () => {
  const { isIn, control } = await aMembership();
  control.fail('conversations.members', { error: 'internal_error' });
  await expect(isIn(general, 'UANA')).rejects.toThrow(Retryable);
  expect(await isIn(general, 'UANA')).toBe(true);
});
