import { describe, expect, test } from 'vitest';
import { autoReleases } from '../../src/decision/auto-release.ts';
import { decide } from '../../src/decision/decide.ts';
import { Retryable } from '../../src/errors.ts';
import { automatic, type Person } from '../../src/release.ts';
import { anArtifact, aPlan, aRequest, bo, cy, someFacts } from '../support/builders.ts';
import { approvedBy, aQuestion, withPolicies } from './question-builder.ts';

const withLines = (...lines: readonly string[]) => withPolicies(...lines.map((line) => `kind: auto-release, ${line}`));

describe('where an artifact goes by itself', () => {
  test.each<[string, readonly string[], Parameters<typeof anArtifact>[0], readonly string[]]>([
    ['nowhere without a line', [], {}, []],
    ['where a line says', ['branch: main, environment: dev'], {}, ['dev']],
    ['not from another branch', ['branch: main, environment: dev'], { branch: 'main2' }, []],
    ['not where the line is for others', ['services: [api], branch: main, environment: dev'], {}, []],
    ['where its squad does', ['squads: [storefront], branch: main, environment: dev'], {}, ['dev']],
    [
      'to each environment once',
      ['branch: main, environment: dev', 'services: [web], branch: main, environment: dev'],
      {},
      ['dev'],
    ],
    [
      'to several environments',
      ['branch: main, environment: staging', 'services: "w*", branch: main, environment: dev'],
      {},
      ['staging', 'dev'],
    ],
  ])('%s', (_, lines, artifact, environments) => {
    const { targets } = autoReleases(withLines(...lines), anArtifact(artifact));
    expect(targets.map(({ environment }) => environment)).toEqual(environments);
  });

  test('by the last good file while the present one is not valid, and by none where there is none', () => {
    const lastGood = withLines('branch: main, environment: dev');
    const broken = { kind: 'unreadable', because: 'no route' } as const;
    expect(autoReleases({ ...broken, lastGood }, anArtifact()).targets).toHaveLength(1);
    expect(() => autoReleases(broken, anArtifact())).toThrow(Retryable);
  });

  test.each<[string, Person]>([
    ['Ana <ana@example.com>', { user: automatic, name: 'Ana', email: 'ana@example.com' }],
    ['Ana Andersen', { user: automatic, name: 'Ana Andersen' }],
    ['', { user: automatic, name: 'an unknown author' }],
    ['<ana@example.com>', { user: automatic, name: 'an unknown author', email: 'ana@example.com' }],
  ])('as the actor of the line, with %j as its author', (author, requester) => {
    expect(autoReleases(withLines(), anArtifact({ author })).requester).toEqual(requester);
  });
});

describe('what goes by itself', () => {
  const { requester } = autoReleases(withLines(), anArtifact({ author: 'Bo <BO@example.com>' }));
  const request = aRequest({ requester, environment: 'dev' });
  const plan = aPlan();
  const policy = withLines('branch: main, environment: dev', 'branch: main, environment: production');
  const decided = (over: Partial<Parameters<typeof decide>[0]> = {}) => {
    const decision = decide(aQuestion({ request, plan, facts: someFacts({ policy }), ...over }));
    return { kind: decision.kind, codes: decision.reasons.map(({ code }) => code), decision };
  };

  test('goes by the line alone, whoever is in which group', () => {
    expect(decided({ facts: someFacts({ policy, members: new Map() }) }).kind).toBe('allowed');
  });

  test.each<[string, Partial<Parameters<typeof decide>[0]>, string, readonly string[]]>([
    ['is denied where the line is gone', { facts: someFacts() }, 'denied', ['not-authorized']],
    [
      'is denied for another branch than the line names',
      { plan: aPlan({ artifact: anArtifact({ branch: 'feature/x' }) }) },
      'denied',
      ['not-authorized'],
    ],
    ['never goes backwards', { plan: aPlan({ backwards: true }) }, 'denied', ['not-newer']],
    [
      'waits while what a rollback left runs there',
      { facts: someFacts({ policy, rolledBackTo: '1.4.1' }) },
      'held',
      ['rolled-back'],
    ],
    [
      'goes again when something else was written since the rollback',
      { facts: someFacts({ policy, rolledBackTo: '1.4.0' }) },
      'allowed',
      [],
    ],
    [
      'waits until it was healthy before, where a person would be refused',
      {
        request: aRequest({ requester }),
        facts: someFacts({ policy, healthy: new Map() }),
        votes: [],
      },
      'held',
      ['not-healthy-before', 'approvals-missing'],
    ],
  ])('%s', (_, over, kind, codes) => {
    expect(decided(over)).toMatchObject({ kind, codes });
  });

  test('is not approved by its own author', () => {
    const asked = aQuestion({ request: aRequest({ requester }), facts: someFacts({ policy }) });
    const decision = decide(approvedBy(asked, [bo, cy]));
    expect(decision.reasons[0]?.demand?.have).toEqual([cy.user]);
  });

  test('makes no vote of others void', () => {
    const one = decided({ request: aRequest(), facts: someFacts() }).decision.bound;
    const other = decided({ request: aRequest() }).decision.bound;
    expect(one).toBe(other);
  });
});
