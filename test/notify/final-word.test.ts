import { describe, expect, onTestFinished, test } from 'vitest';
import { pause } from '../../src/doors/time.ts';
import { createNotify } from '../../src/notify/notify.ts';
import { automatic, slackIdSchema } from '../../src/vocabulary/person.ts';
import type { Release, State } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aDecision, ana, aPlan, aRelease, aSilence, at, aVote, bo, releaseId, sha } from '../support/builders.ts';
import { aRecord, type FakeRecord } from './fake-record.ts';

const failed: Verdict = {
  kind: 'failed',
  stage: 'rollout',
  reason: 'CrashLoopBackOff',
  because: 'it crashes',
  since: at(),
};
const healthy: Verdict = { kind: 'healthy', since: at() };
const waiting: Verdict = { kind: 'waiting', stage: 'rollout', because: '0 of 2 pods', since: at() };
const gone: Verdict = { kind: 'gone', because: 'main was reset', since: at() };

const held = (over: Partial<Release> = {}): Release =>
  aRelease({
    request: { environment: 'dev' },
    state: { kind: 'held' },
    plan: aPlan(),
    decision: aDecision({ kind: 'held' }),
    ...over,
  });
const ended = (state: State, over: Partial<Release> = {}): Release => ({ ...held(over), state });
const arrived = (verdict: Verdict): Release => ({
  ...held(),
  state: { kind: 'written', commit: sha() },
  arrival: { clusters: { dev: verdict } },
});

/** What is said while a release goes through these states, its requester being in the channel or not. */
async function heard(releases: readonly Release[], isIn: boolean, prepare: (record: FakeRecord) => void = () => {}) {
  const record = aRecord({ now: () => Date.now() * 20 });
  if (!isIn) record.outside[ana.user] = ['C-releases-dev'];
  prepare(record);
  const notify = createNotify(record.ports);
  notify.start();
  onTestFinished(() => notify.stop());
  for (const [index, release] of releases.entries()) {
    record.release({ ...release, revision: index + 1 });
    for (let tries = 0; record.dirty().length > 0 && tries < 2_000; tries += 1) await pause(20);
    expect(record.dirty()).toEqual([]);
  }
  const words = (those: typeof record.said) => those.map(({ text }) => text);
  return {
    called: record.said.filter(({ thread, text }) => thread !== undefined && text.includes('<@')).length,
    thread: words(record.said.filter(({ thread, text }) => thread !== undefined && text.startsWith('<@UANA>'))),
    privately: words(record.said.filter(({ channel }) => channel === ana.user)),
  };
}

describe('whoever asked', () => {
  test('is told in the thread alone where they are in the channel', async () => {
    const { thread, privately } = await heard([arrived(healthy), arrived(failed)], true);
    expect(thread).toHaveLength(2);
    expect(privately).toEqual([]);
  });

  test('is told privately as well where no mention reaches them: once for each ending, also a late one', async () => {
    const through = [waiting, healthy, healthy, waiting, failed, failed, healthy];
    const { thread, privately } = await heard(through.map(arrived), false);
    expect(thread).toHaveLength(3);
    expect(privately.map((text) => /running|failed/.exec(text)?.[0])).toEqual(['running', 'failed', 'running']);
    expect(privately[1]).toBe('web 1.4.2 failed on dev: CrashLoopBackOff, it crashes. More in <#C-releases-dev>.');
  });

  test.each<[string, State, string]>([
    ['rejected', { kind: 'rejected', by: bo, because: 'no <test>' }, 'was rejected by bo: no &lt;test&gt;.'],
    ['expired', { kind: 'expired' }, 'has expired: it was not let go in time.'],
    ['cancelled by somebody else', { kind: 'cancelled', by: bo }, 'was cancelled by bo.'],
  ])('hears that it was %s', async (_, state, words) => {
    const { thread, privately } = await heard([held(), ended(state), ended(state)], false);
    expect(thread).toEqual([`<@UANA> web 1.4.1 → 1.4.2 in dev ${words}`]);
    expect(privately).toEqual([`web 1.4.1 → 1.4.2 in dev ${words} More in <#C-releases-dev>.`]);
  });

  test('hears that it is gone from Git', async () => {
    const { thread, privately } = await heard([arrived(healthy), arrived(gone)], false);
    expect(thread[1]).toContain('main was reset');
    expect(privately[1]).toContain('main was reset');
  });

  test.each<[string, Release]>([
    ['cancelled themselves', ended({ kind: 'cancelled', by: ana })],
    ['replaced', ended({ kind: 'superseded', by: releaseId(2) })],
    [
      'asked as a later step of a chain that somebody cancelled',
      ended(
        { kind: 'cancelled', by: bo },
        { chain: { id: releaseId(9), step: 2, environments: ['staging', 'dev'], version: '1.4.2' } },
      ),
    ],
  ])('is not told what they know: what they %s', async (_, release) => {
    expect(await heard([held(), release], false)).toEqual({ called: 0, thread: [], privately: [] });
  });

  test('is told once although the private word had to wait, and nothing where Slack takes it never', async () => {
    let refusals = 0;
    const later = await heard([arrived(failed)], false, (record) =>
      record.answer(({ channel }) => {
        if (channel !== ana.user || refusals === 3) return null;
        refusals += 1;
        return { kind: 'later', afterMs: 100, because: 'ratelimited' };
      }),
    );
    expect(refusals).toBe(3);
    expect(later.privately).toHaveLength(1);
    const never = await heard([arrived(failed)], false, (record) =>
      record.answer(({ channel }) => (channel === ana.user ? { kind: 'impossible', because: 'user_disabled' } : null)),
    );
    expect(never.privately).toEqual([]);
  });

  test('is called alone: neither who voted nor who ended it', async () => {
    const approved = { ...arrived(healthy), votes: [aVote(bo)] };
    const { thread } = await heard([approved], true);
    expect(thread).toEqual(['<@UANA> web 1.4.2 is running in dev: dev. 0 s.']);
  });

  test('is only named, and not written to, while they have muted it', async () => {
    const muted = (environment: string) =>
      heard([arrived(failed)], false, (record) =>
        record.silences.push(aSilence({ whose: { kind: 'person', user: slackIdSchema.parse('UANA') }, environment })),
      );
    expect(await muted('dev')).toEqual({ called: 0, thread: [], privately: [] });
    const elsewhere = await muted('production');
    expect([elsewhere.thread.length, elsewhere.privately.length]).toEqual([1, 1]);
  });

  test('is asked for where nobody did: the author is told privately, if Slack knows them', async () => {
    const { request } = arrived(failed);
    const built = (email: string): Release => ({
      ...arrived(failed),
      request: { ...request, requester: { user: automatic, name: 'Ana', email } },
    });
    expect((await heard([built('ana@example.com')], false)).privately).toHaveLength(1);
    expect((await heard([built('who@example.com')], false)).privately).toEqual([]);
  });
});
