import { describe, expect, test } from 'vitest';
import { approvals, approvalsExpireAt } from '../../../src/decision/policies/approvals.ts';
import type { Question } from '../../../src/decision/question.ts';
import type { Vote } from '../../../src/release.ts';
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
        text: 'needs 2 approvals from @platform or @storefront, has 1 (@bo)',
        next: 'ask @platform or @storefront to approve',
        policy: 'approvals',
        source: 'sluice.yaml:16@0e0e0e0',
        demand: { from: ['@platform', '@storefront'], count: 2, have: ['UBO'], may: ['UBO', 'UCY'] },
      },
    ]);
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
