import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/doors/time.ts';
import { createNotify } from '../../src/notify/notify.ts';
import type { NotifyPorts } from '../../src/notify/ports.ts';
import { anOffice } from '../chat/chat-office.ts';
import { aDecision, aPlan, aRelease, at, sha } from '../support/builders.ts';
import { aRecord } from './fake-record.ts';

/** Twenty times as fast as life: what Slack may still be about to carry out is waited for. */
const quickClock = { now: () => systemClock.now() * 20 };

/** Notify on a record in memory, with the real way to Slack. */
async function told() {
  const { start, ...world } = await untold();
  start();
  return world;
}

async function untold() {
  const office = await anOffice();
  const record = aRecord(quickClock);
  record.environments({ production: { channel: '#general', clusters: ['prod-eu'] } });
  const { post, update, findPosted, whisper } = office.chat;
  const start = (over: Partial<NotifyPorts> = {}) => {
    const notify = createNotify({ ...record.ports, post, update, findPosted, whisper, ...over });
    notify.start();
    onTestFinished(() => notify.stop());
  };
  return { ...office, record, start };
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

test.each(['before', 'after'])(
  'a private word is told once where Sluice was killed right %s Slack took it',
  async (when) => {
    const { control, record, chat, start } = await untold();
    record.outside['UANA'] = ['CGENERAL'];
    const killed = Promise.withResolvers<void>();
    start({
      post: async (channel, ...message) => {
        if (channel !== 'UANA') return chat.post(channel, ...message);
        if (when === 'after') await chat.post(channel, ...message);
        killed.resolve();
        return new Promise(() => {});
      },
    });
    const failed = { kind: 'failed', stage: 'rollout', reason: 'x', because: 'it crashes', since: at() } as const;
    const arrival = { clusters: { 'prod-eu': failed } };
    record.release({ ...queued, state: { kind: 'written', commit: sha() }, arrival });
    await killed.promise;
    start();
    await control.waitFor(() => record.dirty().length === 0);
    expect(control.messages('DANA').map(({ text }) => text)).toEqual([expect.stringContaining('failed on prod-eu')]);
  },
);
