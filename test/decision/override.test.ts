import { describe, expect, test } from 'vitest';
import { decide } from '../../src/decision/decide.ts';
import { partOverridden } from '../../src/decision/override.ts';
import type { Question } from '../../src/decision/question.ts';
import { type OverridableKind, overridableKinds } from '../../src/vocabulary/overrides.ts';
import type { Person } from '../../src/vocabulary/person.ts';
import type { Reason } from '../../src/vocabulary/reasons.ts';
import type { Request, Vote } from '../../src/vocabulary/release.ts';
import {
  aHold,
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  at,
  bo,
  cy,
  mia,
  noonMs,
  someFacts,
} from '../support/builders.ts';
import { approvedBy, aQuestion, aVoteOn } from './question-builder.ts';

const eve = aPerson('eve');

/** One line of each kind that speaks against web 1.4.2 from a feature branch, without a ticket, at noon, unchecked. */
const lines: Readonly<Record<OverridableKind, string>> = {
  'branch-restriction': 'branches: "^main$"',
  'promotion-order': 'soak: 4h',
  checks: 'checks: [ci]',
  reference: 'pattern: "^CHG"',
  rule: `expression: 'plan.commitCount > 99', message: no`,
  locks: '',
  'freeze-window': 'from: "00:00", to: "23:00", timezone: UTC',
  approvals: 'from: ["@platform"]',
};

/** ana releases, bo approves and releases, mia and cy operate. */
function aFile(policies: readonly string[]) {
  return aReadFile(`version: 1
environments:
  staging: { clusters: [staging], channel: "#releases-staging" }
  production: { clusters: [prod], channel: "#releases", after: staging }
services: { discover: "apps/{environment}/{service}" }
people: { ana: { slack: UANA }, bo: { slack: UBO }, mia: { slack: UMIA }, cy: { slack: UCY } }
roles:
  - { role: releaser, of: [ana, bo] }
  - { role: approver, of: [bo] }
  - { role: operator, of: [mia, cy] }
policies: [${policies.map((line) => `\n  { ${line} }`).join(',')}]
`);
}

function policyLine(kind: OverridableKind, roles: readonly string[]): string {
  const parts = [`kind: ${kind}`, lines[kind], roles.length === 0 ? '' : `override: [${roles.join(', ')}]`];
  return parts.filter((part) => part !== '').join(', ');
}

function ask(policies: readonly string[], request: Partial<Request>, over: Partial<Question> = {}): Question {
  return aQuestion({
    request: aRequest({ because: 'the shop is down', ...request }),
    plan: aPlan({ artifact: anArtifact({ branch: 'feature/x' }) }),
    facts: someFacts({
      policy: aFile(policies),
      holds: policies.some((line) => line.startsWith('kind: locks')) ? [aHold()] : [],
      members: new Map([
        ['ana', [ana.user]],
        ['bo', [bo.user]],
        ['mia', [mia.user]],
        ['cy', [cy.user]],
        ['@platform', [bo.user]],
      ]),
    }),
    ...over,
  });
}

const rolesOf: readonly (readonly [Person, readonly string[]])[] = [
  [eve, []],
  [ana, ['releaser']],
  [bo, ['releaser', 'approver']],
  [mia, ['operator', 'releaser']],
];
const byLine = [[], ['releaser'], ['approver'], ['operator'], ['approver', 'operator']];
const overrides: readonly (readonly string[] | undefined)[] = [undefined, ['reference'], [...overridableKinds]];

const cases = overridableKinds.flatMap((kind) =>
  rolesOf.flatMap(([person, roles]) =>
    byLine
      // Without such a line nothing of the file speaks of locks.
      .filter((named) => kind !== 'locks' || named.length > 0)
      .flatMap((named) => overrides.map((override) => ({ kind, person, roles, named, override }))),
  ),
);

describe('an override', () => {
  test.each(
    cases.map((each) => ({
      ...each,
      title: `${each.kind}, override: [${each.named}], by ${each.person.name} who asks to pass ${each.override ?? 'nothing'}`,
    })),
  )('$title', ({ kind, person, roles, named, override }) => {
    const decision = decide(
      ask([policyLine(kind, named)], { requester: person, ...(override && { override: [...override] }) }),
    );
    const isOf = (reason: Reason) => reason.policy === kind;
    const asked = override?.includes(kind) ?? false;
    // A vote that only the requester could give is still missing.
    const passes = asked && roles.some((role) => named.includes(role));
    expect(decision.overridden?.some(isOf) ?? false).toBe(passes);
    expect(decision.reasons.some(isOf)).toBe(!passes);
    if (asked && !passes) expect(decision.kind).toBe('denied');
    if (!roles.includes('releaser')) expect(decision.reasons.map(({ code }) => code)).toContain('not-authorized');
    expect(decision.reasons.some(({ code }) => code === 'override-unconfirmed')).toBe(passes && kind === 'approvals');
    if (passes && kind !== 'approvals') expect(decision.kind).toBe('allowed');
  });

  test.each<[string, readonly string[], Partial<Request>, RegExp, RegExp]>([
    [
      'names who may change it where no role may',
      ['kind: reference, pattern: "^CHG"'],
      { requester: mia, override: ['reference'] },
      /nobody may override reference here$/,
      /whoever may change sluice.yaml can name a role for it: override: \[operator\]/,
    ],
    [
      'names whom to ask where another role may',
      ['kind: reference, pattern: "^CHG", override: [operator]'],
      { override: ['reference'] },
      /@ana may not override reference for web in production$/,
      /^ask mia or cy$/,
    ],
    [
      'is offered where a role may and nobody asked',
      ['kind: freeze-window, from: "00:00", to: "23:00", timezone: UTC, override: [operator]'],
      {},
      /production is frozen until/,
      /^nothing to do now; its requester is asked when the window is over; an operator may pass it: `\/release web production 1.4.2 override freeze-window because TEXT`$/,
    ],
    [
      'is offered to whatever role it is',
      ['kind: reference, pattern: "^CHG", override: [releaser, operator]'],
      {},
      /none is named$/,
      /; a releaser or operator may pass it: /,
    ],
  ])('%s', (_title, policies, request, text, next) => {
    const [reason] = decide(ask(policies, request)).reasons;
    expect(reason?.text).toMatch(text);
    expect(reason?.next).toMatch(next);
  });

  test('is offered of a reason that says nothing else to do', () => {
    const reason: Reason = {
      code: 'frozen',
      effect: 'hold',
      text: 'frozen',
      policy: 'freeze-window',
      override: ['operator'],
    };
    expect(partOverridden(ask([], {}), [reason]).reasons).toEqual([
      {
        ...reason,
        next: 'an operator may pass it: `/release web production 1.4.2 override freeze-window because TEXT`',
      },
    ]);
  });

  test('says so where nobody has the role', () => {
    const reason: Reason = { code: 'rule-refused', effect: 'deny', text: 'no', policy: 'rule', override: ['approver'] };
    const question = aQuestion({ request: aRequest({ override: ['rule'] }) });
    expect(partOverridden(question, [reason]).reasons).toEqual([
      {
        ...reason,
        text: 'no; @ana may not override rule for web in production',
        next: 'nobody is approver there; add a line to roles',
      },
    ]);
  });

  test('is not offered of what nobody may pass', () => {
    const reason: Reason = { code: 'frozen', effect: 'hold', text: 'frozen', next: 'wait', policy: 'freeze-window' };
    expect(partOverridden(ask([], {}), [reason])).toEqual({ reasons: [reason], overridden: [] });
  });

  test('goes without saying for locks and a rollback to what was healthy, and for nothing else', () => {
    const back = ask(
      [],
      { intent: 'rollback', requester: mia },
      { plan: aPlan({ intent: 'rollback', knownGood: true }) },
    );
    const reason: Reason = { code: 'rule-refused', effect: 'deny', text: 'no', policy: 'rule', override: ['operator'] };
    const lock: Reason = { ...reason, code: 'locked', policy: 'locks' };
    const { reasons, overridden } = partOverridden(back, [reason, lock]);
    expect(reasons.map(({ policy }) => policy)).toEqual(['rule']);
    expect(overridden).toEqual([lock]);
  });

  test('locks that no line of the file speaks of are passed by nobody', () => {
    const question = ask([], { requester: mia, override: ['locks'] });
    const decision = decide({ ...question, facts: { ...question.facts, holds: [aHold()] } });
    expect(decision).toMatchObject({ kind: 'denied', reasons: [{ code: 'locked' }] });
    expect(decision.reasons[0]?.next).toContain('{ kind: locks, override: [operator] }');
  });

  test('passes only the lines that name the role, and the others of the kind still count', () => {
    const window = 'kind: freeze-window, from: "00:00", to: "23:00", timezone: UTC';
    const decision = decide(
      ask([`${window}, override: [operator]`, `${window}, because: law`], {
        requester: mia,
        override: ['freeze-window'],
      }),
    );
    expect(decision.kind).toBe('denied');
    expect(decision.overridden).toHaveLength(1);
    expect(decision.reasons.map(({ text }) => text)).toEqual([expect.stringContaining('(law)')]);
  });

  test('of promotion-order passes what comes before as well, by a line without a soak', () => {
    const line = 'kind: promotion-order, environments: [production], override: [operator]';
    const never = (policies: readonly string[], request: Partial<Request>) => {
      const question = ask(policies, request);
      return decide({ ...question, facts: { ...question.facts, healthy: new Map() } });
    };
    expect(never([line], { requester: mia })).toMatchObject({ kind: 'denied' });
    expect(never([line], { requester: mia, override: ['promotion-order'] })).toMatchObject({
      kind: 'allowed',
      overridden: [{ code: 'not-healthy-before', policy: 'promotion-order' }],
    });
    expect(never([], { requester: mia, override: ['promotion-order'] })).toMatchObject({ kind: 'denied' });
  });

  test('a role that was lost meanwhile passes nothing any more', () => {
    const question = ask([policyLine('reference', ['operator'])], { requester: mia, override: ['reference'] });
    expect(decide(question).kind).toBe('allowed');
    const members = new Map([...question.facts.members, ['mia', []] as const]);
    const later = decide({ ...question, facts: { ...question.facts, members } });
    expect(later.kind).toBe('denied');
    expect(later.reasons.map(({ code }) => code)).toEqual(['not-authorized', 'reference-missing']);
  });

  test('a warning is nothing to pass', () => {
    const decision = decide(
      ask(['kind: reference, pattern: "^CHG", level: warn, override: [operator]'], {
        requester: mia,
        override: ['reference'],
      }),
    );
    expect(decision).toMatchObject({ kind: 'allowed', warnings: [{ code: 'reference-missing' }] });
    expect(decision.overridden).toBeUndefined();
  });
});

describe('overriding approvals', () => {
  const policies = ['kind: approvals, from: ["@platform"], count: 2, within: 4h, override: [operator]'];
  const asked = ask(policies, { requester: mia, override: ['approvals'] });
  const by = (person: Person, over: Partial<Vote> = {}) => aVoteOn(asked, person, over);

  test.each<[string, Question['votes'], string]>([
    ['nobody', [], 'held'],
    ['the requester', [by(mia)], 'held'],
    ['the same human being under another account', [by({ ...cy, email: 'MIA@example.com' })], 'held'],
    ['one who only approves', [by(bo)], 'held'],
    ['a second operator, for another plan', [by(cy, { bound: 'other' })], 'held'],
    ['a second operator who took it back', [by(cy), by(cy, { vote: 'reject', at: at(90_000) })], 'held'],
    ['a second operator', [by(cy)], 'allowed'],
  ])('confirmed by %s', (_title, votes, kind) => {
    const decision = decide({ ...asked, votes });
    expect(decision.kind).toBe(kind);
    expect(decision.confirmedBy).toEqual(kind === 'allowed' ? [cy.user] : undefined);
    // The policy does not ask the operator who confirms, and yet their vote is not one too many.
    if (kind === 'allowed') expect(decision.uncounted).toBeUndefined();
  });

  test('says who may confirm', () => {
    expect(decide(asked)).toMatchObject({
      kind: 'held',
      reasons: [
        {
          code: 'override-unconfirmed',
          effect: 'hold',
          text: '@mia overrides approvals, which a second operator has to confirm',
          next: 'ask mia or cy to confirm',
          demand: { from: ['mia', 'cy'], count: 1, have: [], may: [cy.user] },
        },
      ],
      overridden: [{ code: 'approvals-missing', policy: 'approvals' }],
    });
  });

  test.each([
    ['when the votes would have', 'within: 1h, ', at(3_600_000)],
    ['after four hours, where the votes had longer', 'within: 5h, ', at(4 * 3_600_000)],
    ['after four hours, where the votes had for ever', '', at(4 * 3_600_000)],
  ])('gives up %s', (_, within, expected) => {
    const line = `kind: approvals, from: ["@platform"], ${within}override: [operator]`;
    const question = ask([line], { requester: mia, override: ['approvals'] });
    expect(decide(question).expiresAt).toBe(expected);
    // Asking again gains no time.
    expect(decide({ ...question, askedAt: at(-1_000) }).expiresAt).toBe(at(Date.parse(expected) - noonMs - 1_000));
  });

  test.each([
    ['2h', 2],
    ['8h', 4],
  ])('gives up with the votes, within %s, or four hours after it has asked', (within, hours) => {
    const line = `kind: approvals, from: ["@platform"], within: ${within}, override: [operator]`;
    const question = ask([line], { requester: mia, override: ['approvals'] }, { now: at(60_000), askedAt: at() });
    expect(decide(question).expiresAt).toBe(at(hours * 3_600_000));
  });

  test('waits for the file where there is no second operator', () => {
    const { facts } = asked;
    const members = new Map([...facts.members, ['cy', []] as const]);
    expect(decide({ ...asked, facts: { ...facts, members } }).reasons).toMatchObject([
      {
        code: 'override-unconfirmed',
        next: 'nobody else is an operator there: add somebody to roles in sluice.yaml',
        demand: { may: [] },
      },
    ]);
  });

  test('is no override where the votes are there', () => {
    const one = ask(['kind: approvals, from: ["@platform"], override: [operator]'], {
      requester: mia,
      override: ['approvals'],
    });
    const decision = decide(approvedBy(one, [bo]));
    expect(decision.kind).toBe('allowed');
    expect(decision.overridden).toBeUndefined();
  });
});

describe('a rollback to what was healthy', () => {
  const plan = aPlan({ intent: 'rollback', knownGood: true, backwards: true });
  const back = (request: Partial<Request>) => {
    const question = ask([], { intent: 'rollback', ...request }, { plan });
    return decide({ ...question, facts: { ...question.facts, holds: [aHold({ what: 'freeze' })] } });
  };

  test('waits at a freeze, unless an operator asks for it: then the record says what was passed', () => {
    expect(back({})).toMatchObject({ kind: 'held', reasons: [{ code: 'frozen' }] });
    const passed = back({ requester: mia });
    expect(passed).toMatchObject({ kind: 'allowed', overridden: [{ code: 'frozen', policy: 'locks' }] });
  });
});
