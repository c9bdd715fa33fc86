import { describe, expect, test } from 'vitest';
import type { Release } from '../../src/vocabulary/release.ts';
import { timelineLines, timelineOf } from '../../src/vocabulary/timeline.ts';
import type { Arrival, Verdict } from '../../src/vocabulary/verdict.ts';
import { aDecision, aPlan, aRelease, at, aVote, bo, cy, sha } from '../support/builders.ts';

const second = 1_000;
const healthy = (atMs: number): Verdict => ({ kind: 'healthy', since: at(atMs) });
const failed: Verdict = {
  ...{ kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'CrashLoopBackOff in 1 of 3 pods' },
  since: at(150 * second),
};
const steps = (fetched: number, applied: number, proven?: number) => ({
  fetched: { at: at(fetched * second) },
  applied: { at: at(applied * second) },
  ...(proven === undefined ? {} : { healthy: { at: at(proven * second) } }),
});

/** Asked at noon, approved by bo and then cy, queued and written two minutes later. */
function aWritten(arrival: Arrival | undefined, over: Partial<Release> = {}): Release {
  return {
    ...aRelease({
      state: { kind: 'written', commit: sha() },
      since: at(122 * second),
      plan: aPlan(),
      decision: aDecision({
        approvals: [{ from: ['@platform'], count: 2, have: [bo, cy].map(({ user }) => ({ user, as: ['@platform'] })) }],
      }),
      votes: [aVote(bo, { at: at(60 * second) }), aVote(cy, { at: at(120 * second) })],
    }),
    entered: { held: at(100), queued: at(120.4 * second), writing: at(121 * second), written: at(122 * second) },
    ...(arrival === undefined ? {} : { arrival }),
    ...over,
  };
}

const words = (release: Release, clusters: readonly string[]) => {
  const timeline = timelineOf(release, clusters);
  return timeline === null ? null : timelineLines(timeline, '12:00:00 UTC');
};
const head = 'asked 12:00:00 UTC → approved +2 m → queued +0.4 s → written +1.6 s';

describe('what a release took', () => {
  test.each<[string, Release, readonly string[], string[] | null]>([
    [
      'on one cluster, in one line',
      aWritten({ clusters: { dev: healthy(140 * second) }, steps: { dev: steps(124, 125, 140) } }),
      ['dev'],
      [`${head} → fetched +2.0 s → applied +1.0 s → healthy +15 s; in all 2 m 20 s`],
    ],
    [
      'on two, with the slower one named',
      aWritten({
        clusters: { eu: healthy(140 * second), us: healthy(150 * second) },
        steps: { eu: steps(124, 125, 140), us: steps(126, 127, 150) },
      }),
      ['eu', 'us'],
      [
        `${head}; in all 2 m 30 s`,
        'eu: fetched +2.0 s → applied +1.0 s → healthy +15 s',
        'us: fetched +4.0 s → applied +1.0 s → healthy +23 s (slowest)',
      ],
    ],
    [
      'on two that were as fast, with none named',
      aWritten({
        clusters: { eu: healthy(140 * second), us: healthy(140 * second) },
        steps: { eu: steps(124, 125, 140), us: steps(124, 125, 140.4) },
      }),
      ['eu', 'us'],
      [
        `${head}; in all 2 m 20 s`,
        'eu: fetched +2.0 s → applied +1.0 s → healthy +15 s',
        'us: fetched +2.0 s → applied +1.0 s → healthy +15 s',
      ],
    ],
    [
      'up to a failure',
      aWritten({ clusters: { dev: failed }, steps: { dev: steps(124, 125) } }),
      ['dev'],
      [`${head} → fetched +2.0 s → applied +1.0 s → failed +25 s; in all 2 m 30 s`],
    ],
    [
      'until it was healthy first, whatever came later',
      aWritten({ clusters: { dev: failed }, steps: { dev: steps(124, 125, 140) } }),
      ['dev'],
      [`${head} → fetched +2.0 s → applied +1.0 s → healthy +15 s; in all 2 m 20 s`],
    ],
    [
      'as far as anybody watched',
      aWritten({
        clusters: { dev: healthy(140 * second) },
        steps: { dev: { ...steps(124, 125), healthy: { at: at(600 * second), after: at(130 * second) } } },
      }),
      ['dev'],
      [`${head} → fetched +2.0 s → applied +1.0 s → healthy at most +7 m 55 s; in all 10 m`],
    ],
    [
      'without votes and without a queue that was recorded',
      { ...aWritten({ clusters: {}, steps: { dev: steps(124, 125, 140) } }, { votes: [] }), entered: undefined },
      ['dev'],
      ['asked 12:00:00 UTC → written +2 m 2 s → fetched +2.0 s → applied +1.0 s → healthy +15 s; in all 2 m 20 s'],
    ],
    ['is not guessed where no instants are recorded', aWritten({ clusters: { dev: healthy(1) } }), ['dev'], null],
    ['is not told before it is written', aRelease({ state: { kind: 'queued' } }), ['dev'], null],
  ])('%s', (_, release, clusters, expected) => {
    expect(words(release, clusters)).toEqual(expected);
  });

  test('of many clusters tells the slowest ones', () => {
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
    const all = Object.fromEntries(names.map((name, index) => [name, steps(124, 125, 130 + index)]));
    const lines = words(aWritten({ clusters: {}, steps: all }), names) ?? [];
    expect(lines).toHaveLength(8);
    expect(lines[1]).toBe('c39: fetched +2.0 s → applied +1.0 s → healthy +44 s (slowest)');
    expect(lines.at(-1)).toBe('… 34 more, in 42 s or less');
  });
});
