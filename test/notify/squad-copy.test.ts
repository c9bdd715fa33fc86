import { describe, expect, onTestFinished, test } from 'vitest';
import { pause } from '../../src/doors/time.ts';
import { createNotify } from '../../src/notify/notify.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aDecision, aPlan, aRelease, aSilence, at, sha } from '../support/builders.ts';
import { aRecord, type FakeRecord } from './fake-record.ts';

const failed: Verdict = {
  kind: 'failed',
  stage: 'rollout',
  reason: 'CrashLoopBackOff',
  because: 'it crashes',
  since: at(),
};
const healthy: Verdict = { kind: 'healthy', since: at() };

function written(revision: number, verdict: Verdict, environment = 'dev'): Release {
  return aRelease({
    revision,
    request: { environment },
    state: { kind: 'written', commit: sha() },
    plan: aPlan(),
    decision: aDecision(),
    arrival: { clusters: { dev: verdict } },
  });
}

/** What a squad was told while a release went through these verdicts. */
async function heardOf(squad: ReturnType<FakeRecord['ports']['squad']>, verdicts: readonly Verdict[]) {
  const record = aRecord({ now: () => Date.now() * 20 });
  record.squads['web'] = squad;
  const notify = createNotify(record.ports);
  notify.start();
  onTestFinished(() => notify.stop());
  for (const [index, verdict] of verdicts.entries()) {
    record.release(written(index + 1, verdict));
    for (let tries = 0; record.dirty().length > 0 && tries < 150; tries += 1) await pause(20);
  }
  return { heard: record.said.filter(({ channel }) => channel === squad?.channel).map(({ text }) => text), record };
}

describe('the squad that owns a service', () => {
  const storefront = { name: 'storefront', channel: '#storefront', tell: 'failures' } as const;

  test('hears of a failure, with its owners called, and of the recovery from it', async () => {
    const { heard } = await heardOf(storefront, [failed, failed, healthy]);
    expect(heard).toHaveLength(2);
    expect(heard[0]).toMatch(
      /^<!subteam\^SPLATFORM> web 1\.4\.2 failed on dev: .* Asked by ana\. More in <#C-releases-dev>\.$/,
    );
    expect(heard[1]).toMatch(/^web 1\.4\.2 is running in dev/);
  });

  test('hears of what went well only where it asked for all', async () => {
    expect((await heardOf(storefront, [healthy])).heard).toEqual([]);
    expect((await heardOf({ ...storefront, tell: 'all' }, [healthy])).heard).toHaveLength(1);
  });

  test('hears nothing while it is muted, and of what still lasts at the next change', async () => {
    const record = aRecord({ now: () => Date.now() * 20 });
    record.squads['web'] = storefront;
    record.silences.push(aSilence({ whose: { kind: 'squad', squad: 'storefront' }, environment: 'dev' }));
    const notify = createNotify(record.ports);
    notify.start();
    onTestFinished(() => notify.stop());
    const told = async (revision: number, verdict: Verdict) => {
      record.release(written(revision, verdict));
      for (let tries = 0; record.dirty().length > 0 && tries < 1_000; tries += 1) await pause(20);
      return record.said.filter(({ channel }) => channel === '#storefront').length;
    };
    expect(await told(1, failed)).toBe(0);
    record.silences.length = 0;
    expect(await told(2, { ...failed, because: 'it still crashes' })).toBe(1);
    expect(await told(3, healthy)).toBe(2);
  });

  test('hears nothing twice in the channel of the release', async () => {
    const { heard } = await heardOf({ ...storefront, channel: '#releases-dev' }, [failed]);
    expect(heard.filter((text) => text.includes('More in'))).toEqual([]);
  });

  test('hears nothing in its quiet hours; what is over by their end was none of its news', async () => {
    const quiet = { from: '00:00', to: '24:00', timezone: 'UTC' };
    const { heard, record } = await heardOf({ ...storefront, quiet }, [failed]);
    expect(heard).toEqual([]);
    expect(record.dirty()).toHaveLength(1);
    record.squads['web'] = storefront;
    record.release(written(2, healthy));
    for (let tries = 0; record.dirty().length > 0 && tries < 150; tries += 1) await pause(20);
    expect(record.said.filter(({ channel }) => channel === '#storefront')).toEqual([]);
  });
});
