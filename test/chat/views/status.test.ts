import { describe, expect, test } from 'vitest';
import { type Standing, statusReply } from '../../../src/chat/views/status.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { aHold, at, noonMs } from '../../support/builders.ts';

const minutes = 60_000;
const days = 86_400_000;

const healthy: Verdict = { kind: 'healthy', pods: { ready: 3, wanted: 3 }, since: at(-5 * minutes) };
const failed: Verdict = {
  ...{ kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'CrashLoopBackOff in 1 of 3 pods' },
  ...{ running: '1.4.1', since: at(-3 * minutes) },
};
const waiting: Verdict = { kind: 'waiting', stage: 'apply', because: "Flux waits for api's check", since: at() };

const seen = (verdict: Verdict | undefined, over: Partial<Standing['clusters'][number]> = {}) => ({
  cluster: 'dev',
  verdict,
  since: verdict?.since,
  suspended: [],
  ...over,
});

function aStanding(over: Partial<Standing> = {}): Standing {
  return {
    ...{ service: 'web', environment: 'dev', version: '1.4.2' },
    ...{ clusters: [seen(healthy)], lags: [], holds: [], drifts: 0 },
    ...over,
  };
}

/** The lines of an answer as a person reads them: references by their fallback, without marks of style. */
function linesOf(standings: readonly Standing[], more = 0): string[] {
  const { blocks } = statusReply({ title: 'What runs', standings, more, nowMs: noonMs });
  return blocks
    .flatMap((block) => (block.type === 'section' ? [block.text?.text ?? ''] : []))
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/<[^|>]*\|([^>]*)>/g, '$1').replace(/[*\u200b]/g, ''));
}

test('a service that the title names is not named again', () => {
  const { blocks } = statusReply({ title: 'web', standings: [aStanding()], more: 0, nowMs: noonMs });
  expect(JSON.stringify(blocks)).not.toContain('*web*');
});

describe('one service in one environment', () => {
  const two = [seen(healthy, { cluster: 'prod-eu' }), seen(failed, { cluster: 'prod-us' })];
  test.each<[string, Partial<Standing>, string]>([
    ['healthy', {}, '✓ dev 1.4.2: healthy 3/3 since 11:55 UTC'],
    [
      'healthy for long',
      { clusters: [seen(healthy, { since: at(-9 * days) })] },
      '✓ dev 1.4.2: healthy 3/3 since 2026-11-15',
    ],
    [
      'healthy on both clusters, since the later one is',
      { clusters: [seen(healthy, { since: at(-9 * days) }), seen(healthy)] },
      '✓ dev 1.4.2: healthy 6/6 since 11:55 UTC',
    ],
    [
      'failed on one of two',
      { clusters: two },
      '✗ dev 1.4.2: prod-eu healthy 3/3 since 11:55 UTC, prod-us failed since 11:57 UTC: CrashLoopBackOff in 1 of 3 pods (runs 1.4.1)',
    ],
    [
      'on its way',
      { clusters: [seen(waiting)] },
      "… dev 1.4.2: on its way since 12:00 UTC: Flux waits for api's check",
    ],
    [
      'not seen any more',
      { clusters: [seen(healthy, { staleSince: at(-2 * minutes) })] },
      '! dev 1.4.2: healthy 3/3, not seen since 11:58 UTC',
    ],
    ['not judged yet', { clusters: [seen(undefined)] }, '… dev 1.4.2: not looked at yet'],
    [
      'behind',
      { lags: [{ than: 'staging', lag: { kind: 'behind', versions: 2, commits: 1 } }] },
      '✓ dev 1.4.2: healthy 3/3 since 11:55 UTC · 2 versions (1 commit) behind staging',
    ],
    [
      'ahead of what comes before',
      { lags: [{ than: 'staging', lag: { kind: 'ahead', versions: 1, commits: 0 } }] },
      '✓ dev 1.4.2: healthy 3/3 since 11:55 UTC · 1 version ahead of staging',
    ],
    [
      'beside a version that is not known',
      { lags: [{ than: 'staging', lag: { kind: 'unknown' } }] },
      '✓ dev 1.4.2: healthy 3/3 since 11:55 UTC · differs from staging',
    ],
    [
      'suspended on one of two',
      {
        clusters: [
          seen(healthy),
          seen(healthy, { cluster: 'prod-us', suspended: ['Kustomization shop', 'GitRepository config', 'x'] }),
        ],
      },
      '! dev 1.4.2: healthy 6/6 since 11:55 UTC · suspended: Kustomization shop on prod-us, GitRepository config on prod-us, 1 more',
    ],
    [
      'locked',
      { holds: [aHold({ until: at(60 * minutes) })] },
      '✓ dev 1.4.2: healthy 3/3 since 11:55 UTC · locked by mia until 13:00 UTC (audit)',
    ],
    [
      'frozen and drifted',
      { holds: [aHold({ what: 'freeze' })], drifts: 2 },
      '! dev 1.4.2: healthy 3/3 since 11:55 UTC · frozen by mia (audit) · 2 drifts',
    ],
    [
      'hostile',
      { clusters: [seen({ ...failed, because: '<!channel> *look*\nhere' })] },
      '✗ dev 1.4.2: failed since 11:57 UTC: &lt;!channel&gt; look here (runs 1.4.1)',
    ],
  ])('%s', (_, over, expected) => {
    expect(linesOf([aStanding(over)])).toEqual(['web', expected]);
  });
});

describe('many services', () => {
  test('those where all is well and the same share one section, a line each', () => {
    const calm = ['api', 'mail'].flatMap((service) =>
      ['dev', 'production'].map((environment) => aStanding({ service, environment })),
    );
    expect(linesOf([aStanding({ drifts: 1 }), ...calm])).toEqual([
      'web',
      '! dev 1.4.2: healthy 3/3 since 11:55 UTC · 1 drift',
      '✓ api 1.4.2 in dev, production: healthy since 11:55 UTC',
      '✓ mail 1.4.2 in dev, production: healthy since 11:55 UTC',
    ]);
  });

  test.each([40, 200])(
    '%i of them in trouble stay within the limits of Slack, and what is left out is counted',
    (number) => {
      const because = 'x & <y> '.repeat(100);
      const standings = Array.from({ length: number }, (_, index) =>
        ['dev', 'staging', 'production'].map((environment) =>
          aStanding({ service: `service-${index}`, environment, clusters: [seen({ ...failed, because })] }),
        ),
      ).flat();
      const { blocks, text } = statusReply({ title: 'What runs', standings, more: 7, nowMs: noonMs });
      const texts = blocks.flatMap((block) => (block.type === 'section' ? [block.text?.text ?? ''] : []));
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const each of texts) expect(each.length).toBeLessThanOrEqual(3_000);
      expect(JSON.stringify(blocks).length).toBeLessThan(16_000);
      expect(texts.join('').length).toBeLessThan(13_000);
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(JSON.stringify(blocks)).toContain(`… ${number - texts.length + 7} more`);
    },
  );
});

test('nothing is known', () => {
  expect(statusReply({ title: 'web', standings: [], more: 0, nowMs: noonMs }).text).toBe(
    'Nothing is known about that yet.',
  );
});
