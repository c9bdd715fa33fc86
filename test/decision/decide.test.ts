import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownOf } from '../../src/decision/bound.ts';
import { decide } from '../../src/decision/decide.ts';
import {
  aHold,
  anArtifact,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  at,
  bo,
  cy,
  mia,
  sluiceYaml,
  someFacts,
} from '../support/builders.ts';
import { approvedBy, aQuestion, aVoteOn } from './question-builder.ts';

const approved = approvedBy(aQuestion(), [bo, cy]);

describe('decide', () => {
  test('allows what no policy speaks against', () => {
    const decision = decide(approved);
    const bound = approved.votes[0]?.bound;
    expect(decision).toMatchObject({ kind: 'allowed', reasons: [], policy: 'b'.repeat(40), bound });
  });

  test('keeps nothing that does not matter', () => {
    const question = aQuestion({ request: aRequest({ environment: 'dev' }) });
    const { bound, shown, ...decision } = decide(question);
    expect(bound).toBe(aVoteOn(question).bound);
    expect(shown).toEqual(shownOf(question.request, question.plan, question.facts.policy.file));
    expect(decision).toStrictEqual({ kind: 'allowed', reasons: [], policy: 'b'.repeat(40) });
  });

  test('holds while votes are missing, and gives up so long after it has asked first', () => {
    const held = { kind: 'held', reasons: [{ code: 'approvals-missing' }] } as const;
    expect(decide(aQuestion({ now: at(60_000) }))).toMatchObject({
      ...held,
      askedAt: at(60_000),
      expiresAt: at(60_000 + 4 * 3_600_000),
    });
    expect(decide(aQuestion({ now: at(60_000), askedAt: at() }))).toMatchObject({
      ...held,
      expiresAt: at(4 * 3_600_000),
    });
  });

  test('keeps who counted, and as what, with the decision', () => {
    expect(decide(approved).approvals).toEqual([
      {
        from: ['@platform', '@storefront'],
        count: 2,
        have: [
          { user: 'UBO', as: ['@platform'] },
          { user: 'UCY', as: ['@platform', '@storefront'] },
        ],
      },
    ]);
  });

  test('gathers every reason at once, and one that denies outweighs those that hold', () => {
    const decision = decide(
      aQuestion({
        request: aRequest({ requester: aPerson('eve') }),
        plan: aPlan({ artifact: anArtifact({ branch: 'feature/x' }) }),
        facts: someFacts({ healthy: new Map(), holds: [aHold({ until: at(4 * 3_600_000) })] }),
      }),
    );
    expect(decision.kind).toBe('denied');
    expect(decision.reasons.map(({ code }) => code)).toEqual([
      'not-authorized',
      'branch-not-allowed',
      'not-healthy-before',
      'locked',
      'approvals-missing',
    ]);
    expect(decision.reasons.map(({ text }) => text).slice(2, 4)).toEqual([
      'web 1.4.2 was never healthy in staging',
      'production is locked by @mia (audit) until 16:00 UTC',
    ]);
    expect(decision.reasons[2]?.next).toBe('`/release web staging 1.4.2`');
    expect(decision.expiresAt).toBeUndefined();
  });

  test('every reason that a line of the file gives names that line', () => {
    const decision = decide(aQuestion({ plan: aPlan({ artifact: anArtifact({ branch: 'x' }) }) }));
    expect(decision.reasons.map(({ code, source }) => [code, source])).toEqual([
      ['branch-not-allowed', 'sluice.yaml:15@0e0e0e0'],
      ['approvals-missing', 'sluice.yaml:16@0e0e0e0'],
    ]);
  });

  test('a rollback to what was healthy here needs authorization alone', () => {
    const request = aRequest({ intent: 'rollback' });
    const plan = aPlan({
      intent: 'rollback',
      knownGood: true,
      backwards: true,
      artifact: anArtifact({ branch: 'feature/x' }),
    });
    const facts = someFacts({ healthy: new Map() });
    expect(decide(aQuestion({ request, plan, facts }))).toMatchObject({ kind: 'allowed' });
    const stranger = aRequest({ intent: 'rollback', requester: aPerson('eve') });
    expect(decide(aQuestion({ request: stranger, plan, facts }))).toMatchObject({
      kind: 'denied',
      reasons: [{ code: 'not-authorized', text: '@eve may not roll back web in production' }],
    });
  });

  test('a rollback to anything else is a release under all policies', () => {
    const request = aRequest({ intent: 'rollback' });
    expect(decide(aQuestion({ request })).reasons.map(({ code }) => code)).toEqual(['approvals-missing']);
  });

  test('a plan that is known good helps no release', () => {
    expect(decide(aQuestion({ plan: aPlan({ knownGood: true }) }))).toMatchObject({ kind: 'held' });
  });

  test('an environment that left the file takes nothing', () => {
    const file = aReadFile(sluiceYaml.replaceAll('production', 'prod').replace('[prod-eu, prod-us]', '[prod-eu]'));
    const decision = decide(aQuestion({ facts: someFacts({ policy: file }) }));
    expect(decision).toMatchObject({ kind: 'denied', reasons: [{ code: 'unknown-environment' }] });
  });

  test('never allows what a reason speaks against, whatever the facts', () => {
    const people = [aPerson('ana'), bo, cy, mia, aPerson('eve')];
    const world = fc.record({
      requester: fc.constantFrom(...people),
      voters: fc.subarray(people),
      own: fc.boolean(),
      locked: fc.boolean(),
      healthy: fc.boolean(),
      branch: fc.constantFrom('main', 'hotfix/1', 'feature/x'),
      intent: fc.constantFrom('release' as const, 'rollback' as const),
      knownGood: fc.boolean(),
    });
    fc.assert(
      fc.property(world, ({ requester, voters, own, locked, healthy, branch, intent, knownGood }) => {
        const request = aRequest({ requester, intent });
        const plan = aPlan({ artifact: anArtifact({ branch }), knownGood, intent });
        const facts = someFacts({
          holds: locked ? [aHold()] : [],
          ...(healthy ? {} : { healthy: new Map() }),
        });
        const asked = aQuestion({ request, plan, facts });
        const votes = voters.map((voter) => aVoteOn(asked, voter, own ? {} : { bound: 'another' }));
        const { kind } = decide({ ...asked, votes });
        const quick = intent === 'rollback' && knownGood;
        const counting = [bo, cy].filter((each) => own && each !== requester && voters.includes(each)).length;
        const anaCounts = own && requester.name !== 'ana' && voters.some(({ name }) => name === 'ana') ? 1 : 0;
        const authorized = ['ana', 'bo', 'mia'].includes(requester.name);
        const free = !locked || (quick && requester.name === 'mia');
        const rest = quick || (branch !== 'feature/x' && healthy && counting + anaCounts >= 2);
        expect(kind === 'allowed').toBe(authorized && free && rest);
      }),
      { numRuns: 1_000 },
    );
  });
});
