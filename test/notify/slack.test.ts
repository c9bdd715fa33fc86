import { expect, onTestFinished, test } from 'vitest';
import { createNotify } from '../../src/notify/notify.ts';
import { systemClock } from '../../src/time.ts';
import { anOffice } from '../chat/chat-office.ts';
import { aDecision, aPlan, aRelease, sha } from '../support/builders.ts';
import { aRecord } from './fake-record.ts';

/** Notify on a record in memory, with the real way to Slack. */
async function told() {
  const office = await anOffice();
  const record = aRecord(systemClock);
  record.environments({ production: { channel: '#general', clusters: ['prod-eu'] } });
  const { post, update, findPosted, whisper } = office.chat;
  const notify = createNotify({ ...record.ports, post, update, findPosted, whisper });
  notify.start();
  onTestFinished(() => notify.stop());
  return { ...office, record };
}

const queued = aRelease({ state: { kind: 'queued' }, plan: aPlan(), decision: aDecision() });

test('a message whose answer was lost is not posted twice, and goes on to be updated', async () => {
  const { control, record } = await told();
  control.hang('chat.postMessage', { after: true });
  record.release(queued);
  await control.waitFor(() => control.messages('general').length === 1);
  record.release({ ...queued, revision: 2, state: { kind: 'written', commit: sha() } });
  await control.waitFor(() => control.messages('general')[0]?.text.includes('is written'));
  expect(control.messages('general')).toHaveLength(1);
  expect(control.calls().filter(({ method }) => method === 'chat.postMessage')).toHaveLength(1);
});

test('what Slack refused for its rate is posted once, without looking for it', async () => {
  const { control, record } = await told();
  control.fail('chat.postMessage', { error: 'ratelimited', retryAfterSeconds: 1 });
  record.release(queued);
  await control.waitFor(() => control.messages('general').length === 1);
  expect(control.calls().map(({ method }) => method)).not.toContain('conversations.history');
});
