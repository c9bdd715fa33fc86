import { describe, expect, test } from 'vitest';
import { type LogLine, logLineSchema, replay, replayReport } from '../../../src/decision/offline/replay.ts';
import type { Release } from '../../../src/release.ts';
import {
  aDecision,
  aHold,
  aPlan,
  aReadFile,
  aRelease,
  at,
  aVote,
  bo,
  cy,
  noonMs,
  releaseId,
  sha,
  sluiceYaml,
  userId,
} from '../../support/builders.ts';

const line = (record: LogLine['record'], offsetMs = 0): LogLine => logLineSchema.parse({ at: at(offsetMs), record });
const written = { kind: 'written', commit: sha('aa') } as const;
const toDev = (over: Partial<Release> = {}) =>
  aRelease({ request: { environment: 'dev' }, plan: aPlan(), decision: aDecision(), state: written, ...over });
const demand = { from: ['@platform'], count: 2, have: [], may: [bo.user, cy.user, userId('UOLU')] };
const options = { sinceMs: noonMs - 86_400_000 };
const under = (lines: string, log: readonly LogLine[], more = {}) =>
  replay(log, aReadFile(`${sluiceYaml}${lines}`), { ...options, ...more });
const kinds = (replayed: ReturnType<typeof under>) =>
  replayed.map(({ was, now }) => [was, now.kind, now.reasons.map(({ code }) => code).join()]);

describe('what was decided is decided again', () => {
  test('a release that a new line would have refused', () => {
    const log = [line(toDev())];
    expect(kinds(under('', log))).toEqual([['allowed', 'allowed', '']]);
    expect(kinds(under('  - { kind: reference, environments: [dev], pattern: "^CHG" }\n', log))).toEqual([
      ['allowed', 'denied', 'reference-missing'],
    ]);
  });

  test('one that was refused, and would not be any more', () => {
    const decision = aDecision({ kind: 'denied', reasons: [{ code: 'reference-missing', effect: 'deny', text: 'x' }] });
    const log = [line(toDev({ state: { kind: 'denied' }, decision }))];
    const replayed = under('', log);
    expect(kinds(replayed)).toEqual([['denied', 'allowed', '']]);
    expect(replayReport(replayed)).toContain('Newly allowed: 1');
  });

  test('each once, from the moment that is asked for', () => {
    const old = line(toDev({ id: releaseId(1) }), -2 * 86_400_000);
    const twice = line(toDev({ id: releaseId(2) }));
    expect(under('', [old, twice, twice])).toHaveLength(1);
  });

  test("what people ended is nobody's decision", () => {
    const log = [
      line(toDev({ state: { kind: 'cancelled', by: bo } })),
      line(toDev({ id: releaseId(2), state: { kind: 'held' } })),
    ];
    expect(under('', log)).toEqual([]);
  });
});

describe('the facts of that moment are taken from the log', () => {
  const asked = aRelease({
    plan: aPlan(),
    state: { kind: 'held' },
    decision: aDecision({ kind: 'held', reasons: [{ code: 'approvals-missing', effect: 'hold', text: 'x', demand }] }),
  });
  const approved: Release = { ...asked, state: written, decision: aDecision(), votes: [aVote(bo), aVote(cy)] };
  const staged = aRelease({
    id: releaseId(0),
    request: { environment: 'staging' },
    plan: aPlan(),
    decision: aDecision(),
    state: written,
    arrival: { clusters: { staging: { kind: 'healthy', since: at(-60_000) } } },
  });
  const order = sluiceYaml.replace('from: ["@platform", "@storefront"], ', 'from: ["@platform"], ');

  test('what was healthy, who voted, and who might have', () => {
    const log = [line(staged, -60_000), line(asked), line(approved, 1_000)];
    expect(kinds(replay(log, aReadFile(order), options))).toEqual([
      ['allowed', 'denied', 'not-healthy-before'],
      ['allowed', 'allowed', ''],
    ]);
    expect(kinds(replay(log, aReadFile(order.replace('count: 2', 'count: 3')), options))[1]).toEqual([
      'allowed',
      'held',
      'approvals-missing',
    ]);
  });

  test('a group that the log never saw has nobody in it, unless it is said who', () => {
    const log = [line(staged, -60_000), line(asked), line(approved, 1_000)];
    const file = aReadFile(order.replace('"@platform"', '"@security"').replace('count: 2', 'count: 1'));
    expect(kinds(replay(log, file, options))[1]).toEqual(['allowed', 'held', 'approvals-missing']);
    const members = new Map([['@security', [cy.user]]]);
    expect(kinds(replay(log, file, { ...options, members }))[1]).toEqual(['allowed', 'allowed', '']);
  });

  test('what Redis knows to have been healthy before, and not what came later', () => {
    const record = (since: string) => [{ version: '1.4.2', clusters: { staging: since } }];
    const knowing = (since: string) =>
      kinds(
        replay([line(asked), line(approved)], aReadFile(order), { ...options, healthyBefore: () => record(since) }),
      );
    expect(knowing(at(-1))).toEqual([['allowed', 'allowed', '']]);
    expect(knowing(at(60_000))).toEqual([['allowed', 'denied', 'not-healthy-before']]);
  });

  test('locks that held', () => {
    const hold = aHold({ environment: 'dev' });
    const ended = { ...hold, state: { kind: 'ended', at: at() } } as const;
    expect(kinds(under('', [line(hold), line(toDev(), 1)]))).toEqual([['allowed', 'held', 'locked']]);
    expect(kinds(under('', [line(hold), line(ended), line(toDev(), 1)]))).toEqual([['allowed', 'allowed', '']]);
  });
});

test('the report names what would have gone otherwise, and counts the rest', () => {
  const log = [line(toDev()), line(toDev({ id: releaseId(2), request: { ...toDev().request, ref: 'CHG1' } }))];
  const report = replayReport(under('  - { kind: reference, environments: [dev], pattern: "^CHG" }\n', log));
  expect(report).toMatch(/^Newly denied: 1\n {2}when {14}release/);
  expect(report).toContain('2026-11-24 12:00  web 1.4.2 → dev  ana');
  expect(report).toContain('1 of 2 releases would have gone as they did.');
});

test('a line that is no record of Sluice is refused', () => {
  expect(logLineSchema.safeParse({ at: at(), record: { kind: 'release', id: 1 } }).success).toBe(false);
  expect(logLineSchema.safeParse({ at: at(), record: { kind: 'notice', id: 'x' } }).success).toBe(true);
});
