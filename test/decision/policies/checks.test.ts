import { describe, expect, test } from 'vitest';
import { checks } from '../../../src/decision/policies/checks.ts';
import type { Question } from '../../../src/decision/question.ts';
import type { Check, Vulnerabilities } from '../../../src/vocabulary/artifact.ts';
import { aPlan, aRequest, at, someFacts } from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

const dayMs = 86_400_000;
const good: Vulnerabilities = { critical: 0, high: 2, medium: 40, low: 100, at: at(-dayMs) };
const passed = (name: string, ageMs = dayMs): Check => ({ name, state: 'passed', at: at(-ageMs) });

function ask(settings: string, checked: Question['facts']['checked'], over: Partial<Question> = {}) {
  const policy = withPolicies(`kind: checks, environments: [production], ${settings}`);
  const facts = someFacts({ policy, ...(checked === undefined ? {} : { checked }) });
  return checks(aQuestion({ ...over, facts }));
}
const told = (...args: Parameters<typeof ask>) => ask(...args).map(({ effect, text }) => `${effect}: ${text}`);
const both = 'checks: [ci, scan], within: 7d';

describe('checks', () => {
  test('of an artifact that has passed them all lately say nothing', () => {
    expect(told(both, { checks: [passed('ci'), passed('scan', 7 * dayMs), passed('other', 90 * dayMs)] })).toEqual([]);
  });

  test.each<[string, Question['facts']['checked'], string[]]>([
    ['nobody reported any', {}, ['hold: web 1.4.2: ci was not reported', 'hold: web 1.4.2: scan was not reported']],
    [
      'the artifact is not kept any more',
      undefined,
      ['hold: web 1.4.2: ci was not reported', 'hold: web 1.4.2: scan was not reported'],
    ],
    ['one is missing', { checks: [passed('ci')] }, ['hold: web 1.4.2: scan was not reported']],
    [
      'one is running',
      { checks: [passed('ci'), { ...passed('scan'), state: 'pending' }] },
      ['hold: web 1.4.2: scan is still running'],
    ],
    [
      'one has failed',
      { checks: [passed('scan'), { ...passed('ci'), state: 'failed' }] },
      ['deny: web 1.4.2: ci has failed'],
    ],
    [
      'one is a moment too old',
      { checks: [passed('ci'), passed('scan', 7 * dayMs + 1)] },
      ['hold: web 1.4.2: scan passed on 2026-11-17, which is longer than 7d ago'],
    ],
    [
      'the name differs in its case',
      { checks: [passed('CI'), passed('scan')] },
      ['hold: web 1.4.2: ci was not reported'],
    ],
  ])('where %s', (_, checked, expected) => expect(told(both, checked)).toEqual(expected));

  test('are of any age without a limit', () => {
    expect(told('checks: [ci]', { checks: [passed('ci', 900 * dayMs)] })).toEqual([]);
  });

  test('say what to do, and where they are asked for', () => {
    expect(ask(both, { checks: [{ ...passed('ci'), state: 'failed' }] })).toEqual([
      {
        code: 'check-missing',
        effect: 'deny',
        text: 'web 1.4.2: ci has failed',
        next: '`/release artifacts web` shows which versions have passed',
        policy: 'checks',
        source: 'sluice.yaml:17@0e0e0e0',
      },
      {
        code: 'check-missing',
        effect: 'hold',
        text: 'web 1.4.2: scan was not reported',
        next: 'nothing to do in Slack; it goes on by itself when CI posts that it has passed',
        policy: 'checks',
        source: 'sluice.yaml:17@0e0e0e0',
      },
    ]);
  });

  test('of another service or environment do not count', () => {
    expect(told(both, {}, { request: aRequest({ environment: 'staging' }) })).toEqual([]);
    expect(told(`${both}, services: [api]`, {})).toEqual([]);
    expect(told(`${both}, squads: [storefront]`, {})).toHaveLength(2);
  });

  test('warn only where the line says so', () => {
    expect(told(`${both}, level: warn`, { checks: [{ ...passed('ci'), state: 'failed' }] })).toEqual([
      'warn: web 1.4.2: ci has failed',
      'warn: web 1.4.2: scan was not reported',
    ]);
  });

  test('are not asked of a rollback to what was healthy here', () => {
    const over = { request: aRequest({ intent: 'rollback' }), plan: aPlan({ knownGood: true }) };
    expect(told(both, {}, over)).toEqual([]);
    expect(told(both, {}, { ...over, plan: aPlan() })).toHaveLength(2);
  });
});

describe('known vulnerabilities', () => {
  const limits = 'vulnerabilities: { critical: 0, high: 5 }, within: 7d';

  test.each<[string, Partial<Vulnerabilities>, string[]]>([
    ['below the limits', {}, []],
    ['at the limits', { high: 5 }, []],
    ['one beyond', { high: 6 }, ['deny: web 1.4.2 has known vulnerabilities: 6 high (at most 5)']],
    ['one beyond that has no limit', { medium: 900, low: 9000 }, []],
    [
      'both beyond, and old besides',
      { critical: 1, high: 9, at: at(-30 * dayMs) },
      ['deny: web 1.4.2 has known vulnerabilities: 1 critical (at most 0), 9 high (at most 5)'],
    ],
    [
      'an old scan',
      { at: at(-7 * dayMs - 1) },
      ['hold: web 1.4.2 was scanned on 2026-11-17, which is longer than 7d ago'],
    ],
    ['a scan of just seven days', { at: at(-7 * dayMs) }, []],
  ])('%s', (_, over, expected) => expect(told(limits, { vulnerabilities: { ...good, ...over } })).toEqual(expected));

  test.each<[string, Question['facts']['checked']]>([
    ['nobody scanned', { checks: [passed('ci')] }],
    ['is not kept any more', undefined],
  ])('of an artifact that %s are not known, so it has not passed', (_, checked) => {
    expect(ask(limits, checked)).toEqual([
      {
        code: 'vulnerable',
        effect: 'hold',
        text: 'web 1.4.2 was not scanned for vulnerabilities',
        next: 'nothing to do in Slack; it goes on by itself when the result of a scan is posted',
        policy: 'checks',
        source: 'sluice.yaml:17@0e0e0e0',
      },
    ]);
  });

  test('have to be mended, or sorted out', () => {
    expect(ask(limits, { vulnerabilities: { ...good, critical: 1 } })).toMatchObject([
      { code: 'vulnerable', next: 'build a version without them, or scan it again once they are sorted out' },
    ]);
    expect(ask(limits, { vulnerabilities: { ...good, at: at(-30 * dayMs) } })).toMatchObject([
      {
        code: 'vulnerable',
        next: 'nothing to do in Slack; it goes on by itself when the result of a scan is posted',
      },
    ]);
  });

  test('are not looked at where only checks are asked for', () => {
    expect(told('checks: [ci]', { checks: [passed('ci')], vulnerabilities: { ...good, critical: 9 } })).toEqual([]);
  });
});
