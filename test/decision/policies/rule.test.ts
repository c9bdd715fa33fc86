import { describe, expect, test } from 'vitest';
import { rule } from '../../../src/decision/policies/rule.ts';
import type { Question } from '../../../src/decision/question.ts';
import { aPlan, aReadFile, aRequest, sluiceYaml, someFacts } from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

const line = (settings: string) => `  - { kind: rule, message: few commits only, ${settings} }\n`;
const few = `expression: 'plan.commitCount < 3'`;

function ask(lines: string, over: Partial<Question> = {}, file = sluiceYaml) {
  const facts = someFacts({ policy: aReadFile(file + lines) });
  return rule(aQuestion({ plan: aPlan({ commitCount: 5 }), facts, ...over }));
}
const effects = (...args: Parameters<typeof ask>) => ask(...args).map(({ effect, text }) => `${effect}: ${text}`);

describe('rule', () => {
  test('says nothing where it is true', () => {
    expect(ask(line(few), { plan: aPlan({ commitCount: 2 }) })).toEqual([]);
  });

  test('refuses with its message, its place, and whom to ask: the owners of the service', () => {
    expect(ask(line(few))).toEqual([
      {
        code: 'rule-refused',
        effect: 'deny',
        text: 'few commits only',
        next: 'ask @storefront',
        policy: 'rule',
        source: 'sluice.yaml:17@0e0e0e0',
      },
    ]);
  });

  test('sends to the operators where nobody owns the service, and to the file where there are none', () => {
    const orphan = { request: aRequest({ service: 'api' }) };
    expect(ask(line(few), orphan)[0]?.next).toBe('ask mia');
    const lonely = sluiceYaml.replace('  - { role: operator, of: [mia] }\n', '');
    expect(ask(line(few), orphan, lonely)[0]?.next).toBe('see the rule at sluice.yaml:16@0e0e0e0');
  });

  test('that cannot be evaluated refuses, and says why', () => {
    expect(effects(line(`expression: 'artifact.checks.scan == "passed"'`))).toEqual([
      'deny: few commits only (the rule could not be evaluated: No such key: scan)',
    ]);
  });

  test('that this Sluice cannot read refuses, and says why', () => {
    const { file, ...read } = aReadFile();
    const line = { kind: 'rule', expression: 'plan.', message: 'few commits only' } as const;
    const policy = { ...read, file: { ...file, policies: [line] } };
    expect(rule(aQuestion({ facts: someFacts({ policy }) }))).toMatchObject([
      {
        effect: 'deny',
        text: 'few commits only (the rule could not be evaluated: Expected IDENTIFIER, got EOF)',
      },
    ]);
  });

  test('of several, each that is not true has its say', () => {
    expect(
      effects(
        line(few) + line(`expression: 'plan.backwards', level: warn`) + line(`expression: 'plan.commitCount == 5'`),
      ),
    ).toEqual(['deny: few commits only', 'warn: few commits only']);
  });

  test.each([
    ['another environment', `${few}, environments: [staging]`, []],
    ['another service', `${few}, services: "a*"`, []],
    ['another squad', `${few}, squads: payment`, []],
    ['a squad and services', `${few}, squads: storefront, services: api`, ['deny: few commits only']],
    ['a pattern of environments', `${few}, environments: "prod*"`, ['deny: few commits only']],
  ])('holds for what it names: %s', (_, settings, expected) => {
    const file = sluiceYaml.replace('people:', '  pay: { squad: payment }\n  api: { squad: payment }\npeople:');
    expect(effects(line(settings), {}, file)).toEqual(expected);
  });

  test('is not asked about a rollback to what was healthy here', () => {
    const over = { request: aRequest({ intent: 'rollback' as const }) };
    expect(effects(line(few), { ...over, plan: aPlan({ commitCount: 5, knownGood: true }) })).toEqual([]);
    expect(effects(line(few), over)).toHaveLength(1);
  });
});
