import { describe, expect, test } from 'vitest';
import { approvalRecord, approvals, approvalsExpireAt, askedAt } from '../../../src/decision/policies/approvals.ts';
import type { Question } from '../../../src/decision/question.ts';
import type { Person } from '../../../src/vocabulary/person.ts';
import type { Vote } from '../../../src/vocabulary/release.ts';
import {
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  at,
  bo,
  cy,
  digest,
  mia,
  sluiceYaml,
  someFacts,
} from '../../support/builders.ts';
import { approvedBy, aQuestion, aVoteOn, withPolicies } from '../question-builder.ts';

const ask = (votes: readonly Vote[], over: Partial<Question> = {}) => aQuestion({ votes, ...over });
/** The company's file with these lines in place of its own approvals. */
const alone = (...lines: readonly string[]) =>
  aReadFile(`${sluiceYaml.split('  - { kind: approvals')[0]}${lines.map((line) => `  - { ${line} }\n`).join('')}`);
const vote = (person = bo, over: Partial<Vote> = {}) => aVoteOn(aQuestion(), person, over);

describe('approvals', () => {
  test.each<[string, readonly Vote[], readonly string[]]>([
    ['no votes', [], []],
    ['one approver', [vote(bo)], ['UBO']],
    ['the same approver twice', [vote(bo), vote(bo, { at: at(90_000) })], ['UBO']],
    ['the requester, who is in a group that votes', [vote(ana), vote(bo)], ['UBO']],
    ['somebody who is in no group that votes', [vote(mia), vote(bo)], ['UBO']],
    ['a vote for something else', [vote(cy, { bound: 'older' }), vote(bo)], ['UBO']],
    ['an approval taken back', [vote(cy), vote(cy, { vote: 'reject', at: at(90_000) }), vote(bo)], ['UBO']],
    ['a second account of the requester', [vote(aPerson('cy', { email: 'Ana@Example.com' })), vote(bo)], ['UBO']],
    ['two accounts of one approver', [vote(bo), vote(aPerson('cy', { email: 'bo@example.com' }))], ['UBO']],
  ])('still asks with %s', (_title, votes, have) => {
    const [reason] = approvals(ask(votes));
    expect(reason).toMatchObject({ code: 'approvals-missing', effect: 'hold', demand: { count: 2, have } });
  });

  test('is content with two different members', () => {
    expect(approvals(ask([vote(bo), vote(cy)]))).toEqual([]);
  });

  test('says who has voted, who may, and what is missing', () => {
    expect(approvals(ask([vote(bo)]))).toEqual([
      {
        code: 'approvals-missing',
        effect: 'hold',
        text: 'needs 2 approvals from @platform or @storefront, has 1 (bo)',
        next: 'ask @platform or @storefront to approve',
        policy: 'approvals',
        source: 'sluice.yaml:16@0e0e0e0',
        demand: { from: ['@platform', '@storefront'], count: 2, have: ['UBO'], may: ['UBO', 'UCY'] },
      },
    ]);
  });

  const asking = (from: string, over: string) => `kind: approvals, environments: [production], from: ${from}, ${over}`;
  const platform = '["@platform"]';

  test.each<[string, string, readonly Person[], string, string]>([
    [
      'whom it has, and how many more',
      asking('["@platform", "@storefront", mia]', 'count: 4'),
      [bo, cy],
      'needs 4 approvals from @platform, @storefront or mia, has 2 (bo, cy)',
      'only 1 more in @platform, @storefront or mia can vote: add people there',
    ],
    [
      'that one is enough, and who is asked',
      asking('[mia]', 'count: 1'),
      [],
      'needs 1 approval from mia',
      'ask mia to approve',
    ],
    [
      'that nobody is left',
      asking(platform, 'count: 3'),
      [bo, cy],
      'needs 3 approvals from @platform, has 2 (bo, cy)',
      'nobody else in @platform can vote: add people there',
    ],
    [
      'that a group has nobody in it',
      asking('["@ghosts"]', 'count: 1'),
      [],
      'needs 1 approval from @ghosts',
      'nobody else in @ghosts can vote: add people there',
    ],
    [
      'that the file names nobody',
      'kind: approvals, environments: [production]',
      [],
      'needs 1 approval from an approver',
      'nobody is an approver there: add somebody to roles in sluice.yaml',
    ],
  ])('says %s', (_title, line, voters, text, next) => {
    const question = approvedBy(aQuestion({ facts: someFacts({ policy: alone(line) }) }), voters);
    expect(approvals(question)).toMatchObject([{ text, next }]);
  });

  test('says of several lines which cannot be met by those who are there', () => {
    const policy = alone(asking(platform, 'count: 1'), asking(platform, 'count: 2'), asking('[mia]', 'count: 1'));
    expect(approvals(aQuestion({ facts: someFacts({ policy }) })).map(({ next }) => next)).toEqual([
      'ask @platform to approve',
      'too few people for all that is asked: 1 more must join @platform',
      'ask mia to approve',
    ]);
  });

  test('only warns where its level says so: nobody is asked, and nothing waits for it', () => {
    const policy = alone(asking(platform, 'count: 1, within: 1h, level: warn'));
    const question = aQuestion({ facts: someFacts({ policy }) });
    expect(approvals(question)).toStrictEqual([
      {
        code: 'approvals-missing',
        effect: 'warn',
        text: 'needs 1 approval from @platform',
        next: 'ask @platform to approve',
        policy: 'approvals',
        source: 'sluice.yaml:16@0e0e0e0',
      },
    ]);
    expect([approvalsExpireAt(question), askedAt(question)]).toEqual([undefined, undefined]);
    expect(approvalRecord(question, [])).toEqual({ approvals: [] });
  });

  test.each<[string, readonly string[], readonly Person[], number | undefined]>([
    ['never without a limit', [asking(platform, 'count: 1')], [], undefined],
    ['after the limit', [asking(platform, 'count: 1, within: 3h')], [], 3],
    [
      'after the first limit of several',
      [asking(platform, 'count: 1, within: 3h'), asking('[mia]', 'within: 2h')],
      [],
      2,
    ],
    ['not after that of a line that is met', [asking('[mia]', 'within: 3h'), asking(platform, 'within: 2h')], [bo], 3],
  ])('gives up %s', (_title, lines, voters, hours) => {
    const question = approvedBy(aQuestion({ facts: someFacts({ policy: alone(...lines) }), now: at(60_000) }), voters);
    const end = (since: number) => (hours === undefined ? undefined : at(since + hours * 3_600_000));
    expect(approvalsExpireAt(question)).toBe(end(60_000));
    expect(approvalsExpireAt({ ...question, askedAt: at() })).toBe(end(0));
    expect([askedAt(question), askedAt({ ...question, askedAt: at() })]).toEqual([at(60_000), at()]);
  });

  test('asks nobody where the votes are there', () => {
    const question = approvedBy(aQuestion(), [bo, cy]);
    expect([askedAt(question), approvalsExpireAt(question)]).toEqual([undefined, undefined]);
  });

  test('keeps who counted as what, and who did not, save those who confirm an override', () => {
    const question = approvedBy(aQuestion(), [bo, mia, aPerson('olu')]);
    const record = {
      approvals: [{ from: ['@platform', '@storefront'], count: 2, have: [{ user: 'UBO', as: ['@platform'] }] }],
    };
    const stranger = (user: string) => ({ user, because: 'is not in @platform or @storefront any more' });
    expect(approvalRecord(question, [])).toEqual({ ...record, uncounted: [stranger('UMIA'), stranger('UOLU')] });
    expect(approvalRecord(question, [cy.user, mia.user])).toEqual({ ...record, uncounted: [stranger('UOLU')] });
    expect(approvalRecord(approvedBy(aQuestion(), [bo]), [])).toStrictEqual(record);
    expect(approvalRecord(aQuestion({ request: aRequest({ environment: 'dev' }) }), [])).toStrictEqual({});
  });

  test('a vote ends with the membership', () => {
    const members = new Map([...someFacts().members, ['@platform', [cy.user]] as const]);
    const [reason] = approvals(ask([vote(bo), vote(cy)], { facts: someFacts({ members }) }));
    expect(reason?.demand?.have).toEqual(['UCY']);
    expect(reason?.next).toBe('nobody else in @platform or @storefront can vote: add people there');
  });

  test('votes for another digest do not count', () => {
    const plan = aPlan({ artifact: anArtifact({ digest: digest('ee') }) });
    expect(approvals(ask([vote(bo), vote(cy)], { plan }))).toHaveLength(1);
  });

  test('the first line that is not met says when it is over', () => {
    const policy = withPolicies('kind: approvals, from: ["@platform"], within: 1h');
    const asked = approvedBy(aQuestion({ facts: someFacts({ policy }), askedAt: at() }), [cy]);
    expect(approvals(asked).map(({ demand }) => demand?.count)).toEqual([2]);
    expect(approvalsExpireAt(asked)).toBe(at(4 * 3_600_000));
    expect(approvalsExpireAt({ ...asked, votes: [] })).toBe(at(3_600_000));
  });

  test('without from, those with the role approver are asked', () => {
    const policy = aReadFile(
      sluiceYaml
        .replace('from: ["@platform", "@storefront"], count: 2', 'count: 1')
        .replace(
          '  - { role: operator',
          '  - { role: approver, of: ["@platform"], services: [web] }\n  - { role: operator',
        ),
    );
    const [reason] = approvals(ask([], { facts: someFacts({ policy }) }));
    expect(reason?.demand).toMatchObject({ from: ['@platform'], may: ['UBO', 'UCY'] });
  });

  test.each([
    ['dev', 0],
    ['staging', 0],
    ['production', 1],
  ])('asks in %s only where the line holds', (environment, count) => {
    expect(approvals(ask([], { request: aRequest({ environment }) }))).toHaveLength(count);
  });
});
