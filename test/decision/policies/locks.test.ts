import { describe, expect, test } from 'vitest';
import { locks } from '../../../src/decision/policies/locks.ts';
import type { Question } from '../../../src/decision/question.ts';
import type { Hold } from '../../../src/vocabulary/hold.ts';
import {
  aHold,
  aPlan,
  aReadFile,
  aRequest,
  at,
  mia,
  releaseId,
  sluiceYaml,
  someFacts,
} from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

const { environment: _, ...withoutPlace } = aHold();

function ask(hold: Partial<Hold>, over: Partial<Question> = {}): Question {
  return aQuestion({ facts: someFacts({ holds: [{ ...withoutPlace, ...hold }] }), ...over });
}

const knownGood = { request: aRequest({ intent: 'rollback' }), plan: aPlan({ knownGood: true, backwards: true }) };

describe('locks', () => {
  test.each<[string, Partial<Hold>, string | null]>([
    ['its environment', { environment: 'production' }, 'production is locked by @mia (audit)'],
    ['its service', { service: 'web' }, 'web is locked by @mia (audit)'],
    ['both', { service: 'web', environment: 'production' }, 'web in production is locked by @mia (audit)'],
    ['another environment', { environment: 'staging' }, null],
    ['another service', { service: 'api', environment: 'production' }, null],
    [
      'an hour from now',
      { environment: 'production', until: at(3_600_000) },
      'production is locked by @mia (audit) until 13:00 UTC',
    ],
    [
      'days from now',
      { environment: 'production', until: at(86_400_000) },
      'production is locked by @mia (audit) until 2026-11-25 12:00 UTC',
    ],
    ['a moment that is over', { environment: 'production', until: at(0) }, null],
    ['a lock that ended', { environment: 'production', state: { kind: 'ended', at: at(-1) } }, null],
  ])('a lock on or until %s', (_title, hold, text) => {
    const reasons = locks(ask(hold));
    expect(reasons.map((reason) => reason.text)).toEqual(text === null ? [] : [text]);
    expect(reasons.every(({ code, effect }) => code === 'locked' && effect === 'hold')).toBe(true);
  });

  test.each<[string, Partial<Hold>, string, string]>([
    ['everything', {}, 'everything is frozen by @mia (audit)', '/release unfreeze'],
    [
      'its environment',
      { environment: 'production' },
      'production is frozen by @mia (audit)',
      '/release unfreeze production',
    ],
    [
      'its service',
      { service: 'web', until: at(3_600_000) },
      'web is frozen until 13:00 UTC by @mia (audit)',
      '/release unfreeze web',
    ],
  ])('a freeze of %s', (_title, hold, text, command) => {
    expect(locks(ask({ what: 'freeze', ...hold }))).toEqual([
      { code: 'frozen', effect: 'hold', policy: 'locks', text, next: `\`${command}\`, by an operator (mia)` },
    ]);
  });

  test.each<[string, Partial<Question>, string[] | undefined]>([
    ['nobody with a release', {}, undefined],
    ['an operator with a rollback to what was healthy', knownGood, ['operator']],
    [
      'whomever a line of the file names here',
      {
        facts: someFacts({
          holds: [aHold()],
          policy: withPolicies('kind: locks, environments: [production], override: [releaser]'),
        }),
      },
      ['releaser'],
    ],
    [
      'nobody whom a line names elsewhere',
      {
        facts: someFacts({
          holds: [aHold()],
          policy: withPolicies('kind: locks, environments: [dev], override: [releaser]'),
        }),
      },
      undefined,
    ],
  ])('are passed by %s', (_title, over, override) => {
    expect(locks(ask({ environment: 'production' }, over))[0]?.override).toEqual(override);
  });

  const operators = `
  - { role: operator, of: ["@all"] }
  - { role: operator, of: ["@web"], services: [web] }
  - { role: operator, of: ["@prod"], environments: [production] }
  - { role: operator, of: ["@both"], services: [web], environments: [production] }
`;

  test.each<[string, Partial<Hold>, string]>([
    ['its service and environment', { service: 'web', environment: 'production' }, '@all, @web, @prod or @both'],
    ['all its environments', { service: 'web' }, '@all or @web'],
    ['all services there', { environment: 'production' }, '@all or @prod'],
    ['everything', { what: 'freeze' }, '@all'],
  ])('are ended by operators of all that they are about: %s', (_title, hold, names) => {
    const policy = aReadFile(sluiceYaml.replace('\n  - { role: operator, of: [mia] }\n', operators));
    const [reason] = locks(ask(hold, { facts: someFacts({ policy, holds: [{ ...withoutPlace, ...hold }] }) }));
    expect(reason?.next?.endsWith(`an operator (${names})`)).toBe(true);
  });

  test('are ended by an operator to be where the file knows none', () => {
    const policy = aReadFile(sluiceYaml.replace('  - { role: operator, of: [mia] }\n', ''));
    const hold = aHold({ service: 'web', what: 'freeze' });
    expect(locks(aQuestion({ facts: someFacts({ policy, holds: [hold] }) }))).toMatchObject([
      {
        text: 'web in production is frozen by @mia (audit)',
        next: '`/release unfreeze web production`, by an operator',
      },
    ]);
  });

  test('are passed by no role that a line of another kind names', () => {
    const policy = withPolicies('kind: reference, pattern: "^CHG", override: [releaser]');
    expect(locks(aQuestion({ facts: someFacts({ policy, holds: [aHold()] }) }))[0]).not.toHaveProperty('override');
  });

  test('says who can unlock and how', () => {
    expect(locks(ask({ service: 'web', environment: 'production' }))[0]?.next).toBe(
      '`/release unlock web production`, by @mia or an operator (mia)',
    );
  });

  test.each<[string, Partial<Hold>, Partial<Question>, number]>([
    ['a known-good rollback at a lock by hand', {}, knownGood, 1],
    ['an operator with a release', {}, { request: aRequest({ requester: mia }) }, 1],
    ['a step further back past what a rollback left', { rollback: releaseId(7) }, knownGood, 0],
    [
      'a step forward again past what a rollback left',
      { rollback: releaseId(7) },
      { ...knownGood, plan: aPlan({ knownGood: true }) },
      1,
    ],
    ['a release past what a rollback left', { rollback: releaseId(7) }, {}, 1],
  ])('%s', (_title, hold, over, count) => {
    expect(locks(ask({ environment: 'production', ...hold }, over))).toHaveLength(count);
  });
});
