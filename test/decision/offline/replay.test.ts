import { describe, expect, test } from 'vitest';
import { type LogLine, logLineSchema, replay, replayReport } from '../../../src/decision/offline/replay.ts';
import { type Release, releaseSchema } from '../../../src/vocabulary/release.ts';
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
  digest,
  mia,
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
    expect(under('', [line(toDev(), -86_400_000)])).toHaveLength(1);
    expect(under('', [line(toDev(), -86_400_001)])).toHaveLength(0);
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
    expect(knowing(at())).toEqual([['allowed', 'allowed', '']]);
    expect(knowing(at(60_000))).toEqual([['allowed', 'denied', 'not-healthy-before']]);
  });

  test('locks that held', () => {
    const hold = aHold({ environment: 'dev' });
    const ended = { ...hold, state: { kind: 'ended', at: at() } } as const;
    expect(kinds(under('', [line(hold), line(toDev(), 1)]))).toEqual([['allowed', 'held', 'locked']]);
    expect(kinds(under('', [line(hold), line(ended), line(toDev(), 1)]))).toEqual([['allowed', 'allowed', '']]);
  });
});

describe('what the log tells', () => {
  const order = sluiceYaml.replace('from: ["@platform", "@storefront"], count: 2', 'from: ["@platform"], count: 1');
  const inStaging = (clusters: Record<string, object>, over: Partial<Release> = {}) =>
    releaseSchema.parse({
      ...toDev({ id: releaseId(0), ...over }),
      request: { ...toDev().request, environment: 'staging' },
      arrival: { clusters },
    });
  const asked = aRelease({ plan: aPlan(), state: written, decision: aDecision(), votes: [aVote(bo)] });
  const members = new Map([['@platform', [bo.user]]]);
  const codes = (file: string, ...log: readonly LogLine[]) =>
    kinds(replay(log, aReadFile(file), { ...options, members })).at(-1)?.[2];
  const two = order.replace('clusters: [staging]', 'clusters: [a, b]');
  const healthy = { kind: 'healthy', since: at(-60_000) };

  test.each<[string, string, readonly Record<string, object>[], string]>([
    ['healthy on all clusters', two, [{ a: healthy, b: healthy }], ''],
    ['healthy on one after the other', two, [{ a: healthy }, { b: healthy }], ''],
    ['healthy on one only', two, [{ a: healthy }], 'not-healthy-before'],
    [
      'failed on the other',
      two,
      [
        {
          a: healthy,
          b: { kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', since: at(-60_000), because: 'x' },
        },
      ],
      'not-healthy-before',
    ],
  ])('is what was %s', (_title, file, arrivals, expected) => {
    const log = arrivals.map((clusters, index) => line(inStaging(clusters), -50_000 + index));
    expect(codes(file, ...log, line(asked))).toBe(expected);
  });

  test('is what was healthy of this version and digest there, and no other', () => {
    const other = (over: object) => line(inStaging({ staging: healthy }, { plan: aPlan(over) }), -10);
    const artifact = aPlan().artifact;
    expect(codes(order, other({ artifact: { ...artifact, version: '1.4.1' } }), line(asked))).toBe(
      'not-healthy-before',
    );
    expect(codes(order, other({ artifact: { ...artifact, digest: digest('ee') } }), line(asked))).toBe(
      'not-healthy-before',
    );
    expect(codes(order, other({ artifact: { ...artifact, digest: undefined } }), line(asked))).toBe('');
    const elsewhere = line(toDev({ id: releaseId(0), arrival: { clusters: { staging: healthy } } } as never), -10);
    expect(codes(order, elsewhere, line(asked))).toBe('not-healthy-before');
    // What came before and after it changes nothing.
    const [older, newer] = ['1.4.1', '1.4.3'].map((version) => other({ artifact: { ...artifact, version } }));
    const [stranger] = [other({ artifact: { ...artifact, digest: digest('ee') } })];
    expect(older && newer && codes(order, older, other({}), stranger, newer, line(asked))).toBe('');
  });

  test('since when it was healthy, is never later than the line that says so', () => {
    const soaked = `${order}  - { kind: promotion-order, environments: [production], soak: 1h }\n`;
    const late = line(inStaging({ staging: { kind: 'healthy', since: at(-60_000) } }), -7_200_000);
    expect(codes(soaked, late, line(asked))).toBe('');
    const again = line(inStaging({ staging: { kind: 'healthy', since: at(-60_000) } }), -30_000);
    expect(codes(soaked, again, line(asked))).toBe('not-soaked');
    // The first sighting counts, whatever is told later.
    expect(codes(soaked, late, again, line(asked))).toBe('');
    const known = line(inStaging({ staging: { kind: 'healthy', since: at(-7_200_000) } }), -30_000);
    expect(codes(soaked, known, line(asked))).toBe('');
  });

  test('is who was in a group, as what they voted', () => {
    const file = order.replace('"@platform"', '"@qa"');
    const voted = { ...asked, votes: [{ ...aVote(bo), as: ['@qa'] }] };
    expect(codes(file, line(inStaging({ staging: healthy }), -10), line(asked))).toBe('approvals-missing');
    expect(codes(file, line(inStaging({ staging: healthy }), -10), line(voted))).toBe('');
  });

  test('is who is a person of the file', () => {
    const file = order.replace('"@platform"', 'mia');
    const voted = { ...asked, votes: [aVote(mia)] };
    expect(codes(file, line(inStaging({ staging: healthy }), -10), line(voted))).toBe('');
  });

  test('is no vote for something else', () => {
    const voted = { ...asked, votes: [aVote(bo, { bound: 'other' })] };
    expect(codes(order, line(inStaging({ staging: healthy }), -10), line(voted))).toBe('approvals-missing');
  });

  test('is who had no right, where nobody else knows', () => {
    const decision = aDecision({ kind: 'denied', reasons: [{ code: 'not-authorized', effect: 'deny', text: 'x' }] });
    const denied = line(toDev({ state: { kind: 'denied' }, decision }));
    expect(kinds(under('', [denied]))).toEqual([['denied', 'denied', 'not-authorized']]);
    expect(replayReport(under('', [denied]))).toBe('1 of 1 releases would have gone as they did.');
  });

  test('is what was written without a decision that is kept', () => {
    const { decision: _, ...undecided } = toDev({ votes: [aVote(bo)] });
    expect(kinds(under('', [line(undecided)]))).toEqual([['allowed', 'allowed', '']]);
  });

  test('is not what was refused by a plan, or asks for no plan', () => {
    const refused = toDev({ state: { kind: 'denied' }, decision: aDecision({ kind: 'denied', policy: undefined }) });
    const { plan: _, ...unplanned } = toDev({ id: releaseId(2) });
    expect(under('', [line(refused), line(unplanned)])).toEqual([]);
    const { decision: __, ...undecided } = toDev({ id: releaseId(3), state: { kind: 'denied' } });
    expect(under('', [line(undecided)])).toEqual([]);
  });
});

test('the report names what would have been held, and says why all goes otherwise', () => {
  const locked = under('', [line(aHold({ environment: 'dev' })), line(toDev(), 1)]);
  expect(replayReport(locked)).toBe(`Newly held: 1
  when              release          asked by  because
  2026-11-24 12:00  web 1.4.2 → dev  ana       locked: dev is locked by @mia (audit)

0 of 1 releases would have gone as they did.`);
  const decision = aDecision({ kind: 'denied', reasons: [] });
  const freed = under('', [line(toDev({ state: { kind: 'denied' }, decision }))]);
  expect(replayReport(freed)).toContain('nothing speaks against it any more');
  const both = under('  - { kind: checks, environments: [dev], checks: [ci] }\n', [
    line(aHold({ environment: 'dev' })),
    line(toDev(), 1),
  ]);
  expect(replayReport(both)).toContain('check-missing: web 1.4.2: ci was not reported; locked: dev is locked');
  expect(replayReport([])).toBe('0 of 0 releases would have gone as they did.');
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
