import { expect, onTestFinished, test } from 'vitest';
import { instantOf, pause, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { createNotify } from '../../src/notify/notify.ts';
import type { WorkspaceSeed } from '../../src/playground/slack/seed.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { anOffice } from '../chat/chat-office.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aDecision, aPlan, aRequest, sha } from '../support/builders.ts';
import { startRedisWithClient } from '../support/redis.ts';
import { aRecord } from './fake-record.ts';

/** How many messages are behind when Slack comes back, and how long it was away: UPDATES=500 OUTAGE_MS=600000 takes minutes. */
const isLong = process.env['UPDATES'] !== undefined;
const updates = Number(process.env['UPDATES'] ?? 50);
const outageMs = Number(process.env['OUTAGE_MS'] ?? 1_000);
/** Slack takes one message a second in each, and a short run has less time. */
const channels = Math.ceil(updates / 10);
const pace = isLong ? {} : { channelEveryMs: 20 };
const longestMs = outageMs + 300_000;

const seed: WorkspaceSeed = {
  team: { id: 'TACME', name: 'Acme', domain: 'acme' },
  app: { id: 'ASLUICE', name: 'Sluice', botUserId: 'USLUICE' },
  users: [{ id: 'UANA', name: 'ana', real_name: 'Ana Lima' }],
  channels: Array.from({ length: channels }, (_, number) => ({ id: `C${number}`, name: `releases-${number}` })),
};

/** Notify as the service has it, on a real record and over the wire to a Slack with many channels, an environment each. */
async function telling(timeoutMs = 8_000) {
  const { server, redis } = await startRedisWithClient();
  const ledger = createLedger({ redis, clock: systemClock });
  const { chat, control } = await anOffice({ workspace: { seed, rateLimits: false }, slack: { timeoutMs } });
  const { post, update, findPosted, whisper } = chat;
  const notify = createNotify({
    ...aRecord(systemClock).ports,
    ...ledger,
    ...pace,
    log: silent,
    ...{ post, update, findPosted, whisper },
    environment: (name) => ({ channel: `#releases-${name}`, clusters: ['one'] }),
  });
  notify.start();
  onTestFinished(async () => {
    await notify.stop();
    redis.disconnect();
    await server.close();
  });
  let asked = 0;
  const ask = async (channel: number): Promise<Release> => {
    asked += 1;
    const { release } = await ledger.accept(aRequest({ environment: String(channel) }), `payload ${asked}`);
    return moved(release, { state: { kind: 'queued' }, plan: aPlan(), decision: aDecision() });
  };
  const moved = async (release: Release, change: Parameters<typeof ledger.transition>[1]): Promise<Release> =>
    (await ledger.transition(release, change, { event: 'release.moved', text: 'a line for the thread' })).record;
  /** Written, waited for, and healthy: three changes of its message, of which the last one counts. */
  const arrive = async (release: Release): Promise<void> => {
    const now = () => instantOf(systemClock.now());
    const written = await moved(release, { state: { kind: 'written', commit: sha() } });
    const waiting = { kind: 'waiting', stage: 'apply', because: 'Flux applies it next', since: now() } as const;
    const waits = await moved(written, { arrival: { clusters: { one: waiting } } });
    await moved(waits, { arrival: { clusters: { one: { kind: 'healthy', since: now() } } } });
  };
  const roots = () =>
    seed.channels.flatMap(({ id }) =>
      control.messages(id).filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts),
    );
  const shown = () => roots().filter(({ text }) => text.includes('is running in')).length;
  return { control, ask, arrive, roots, shown, messagesWaiting: ledger.messagesWaiting };
}

test(
  'after an outage of Slack each message shows its final state, once and without what came between',
  async ({ annotate }) => {
    const { control, ask, arrive, roots, shown } = await telling();
    const releases = await Promise.all(Array.from({ length: updates }, (_, number) => ask(number % channels)));
    await control.waitFor(() => roots().length === updates, longestMs);
    control.fail('*', { status: 503, times: Number.POSITIVE_INFINITY });
    await Promise.all(releases.map(arrive));
    await pause(outageMs);
    const during = control.calls().filter(({ status }) => status === 503).length;
    control.clearFaults();
    const backMs = performance.now();
    await control.waitFor(() => shown() === updates, longestMs);
    const shownMs = performance.now() - backMs;
    await annotate(
      `${updates} messages in ${channels} channels showed how it ended ${(shownMs / 1_000).toFixed(1)} s after Slack was back from ${outageMs / 1_000} s; ${during} calls in vain`,
    );
    expect(roots()).toHaveLength(updates);
    const taken = control.calls().filter(({ method, status }) => method === 'chat.update' && status === 200);
    expect(taken.filter(({ args }) => !String(args['text']).includes('is running in'))).toEqual([]);
    // A pause that doubles: nobody asks an API that is away for each of so many messages again and again.
    expect(during).toBeLessThan(channels * (10 + outageMs / 15_000));
  },
  longestMs * 2,
);

test('a channel that Slack holds back, and one where it never answers, hold up no other', async ({ annotate }) => {
  const { control, ask, roots } = await telling(2_000);
  const asked = (channel: string) =>
    control.calls().filter(({ method, args }) => method === 'chat.postMessage' && args['channel'] === channel);
  control.fail('chat.postMessage', { error: 'ratelimited', retryAfterSeconds: 60 });
  await ask(0);
  await control.waitFor(() => asked('#releases-0').length === 1);
  control.hang('chat.postMessage');
  await ask(1);
  await control.waitFor(() => asked('#releases-1').length === 1);
  const askedMs = performance.now();
  await Promise.all([2, 3, 4].map(ask));
  await control.waitFor(() => [2, 3, 4].every((number) => control.messages(`C${number}`).length > 0));
  await annotate(`the others waited for ${(performance.now() - askedMs).toFixed(0)} ms`);
  expect(roots().every(({ text }) => text.includes('queued'))).toBe(true);
  expect([asked('#releases-0'), asked('#releases-1')].flat().map(({ status }) => status)).toEqual([429, 0]);
});
