import { describe, expect, test } from 'vitest';
import { autoReleases } from '../../src/decision/auto-release.ts';
import { decide } from '../../src/decision/decide.ts';
import { autoRelease } from '../../src/decision/policies/auto-release.ts';
import type { Question } from '../../src/decision/question.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { automatic, type Person } from '../../src/vocabulary/person.ts';
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
    expect(targets).toEqual(environments.map((environment) => ({ environment, channel: `#releases-${environment}` })));
  });

  test('by the last good file while the present one is not valid, and by none where there is none', () => {
    const lastGood = withLines('branch: main, environment: dev');
    const broken = { kind: 'unreadable', because: 'no route' } as const;
    expect(autoReleases({ ...broken, lastGood }, anArtifact()).targets).toHaveLength(1);
    expect(() => autoReleases(broken, anArtifact())).toThrow(
      new Retryable('sluice.yaml cannot be read, so nobody knows whether it goes by itself'),
    );
  });

  test.each<[string, Person]>([
    ['Ana <ana@example.com>', { user: automatic, name: 'Ana', email: 'ana@example.com' }],
    ['  Ana  Andersen  < ana@example.com>', { user: automatic, name: 'Ana  Andersen  < ana@example.com>' }],
    ['Ana \t <ana@example.com>', { user: automatic, name: 'Ana', email: 'ana@example.com' }],
    [' Ana Andersen ', { user: automatic, name: 'Ana Andersen' }],
    [' Ana <ana@example.com> ', { user: automatic, name: 'Ana', email: 'ana@example.com' }],
    ['Ana <a> <ana@example.com>', { user: automatic, name: 'Ana <a>', email: 'ana@example.com' }],
    ['Ana <ana@example.com> and Bo', { user: automatic, name: 'Ana <ana@example.com> and Bo' }],
    ['Ana\nBo <bo@example.com>', { user: automatic, name: 'Ana\nBo <bo@example.com>' }],
    ['', { user: automatic, name: 'an unknown author' }],
    ['<ana@example.com>', { user: automatic, name: 'an unknown author', email: 'ana@example.com' }],
  ])('as the actor of the line, with %j as its author', (author, requester) => {
    expect(autoReleases(withLines(), anArtifact({ author })).requester).toStrictEqual(requester);
  });
});

describe('what goes by itself', () => {
  const { requester } = autoReleases(withLines(), anArtifact({ author: 'Bo <BO@example.com>' }));
  const request = aRequest({ requester, environment: 'dev' });
  const plan = aPlan();
  const policy = withLines('branch: main, environment: dev', 'branch: main, environment: production');
  const decided = (over: Partial<Question> = {}) => {
    const decision = decide(aQuestion({ request, plan, facts: someFacts({ policy }), ...over }));
    return { kind: decision.kind, codes: decision.reasons.map(({ code }) => code), decision };
  };

  test('goes by the line alone, whoever is in which group', () => {
    expect(decided({ facts: someFacts({ policy, members: new Map() }) }).kind).toBe('allowed');
  });

  test.each<[string, Partial<Question>, string, readonly string[]]>([
    ['is denied where the line is gone', { facts: someFacts() }, 'denied', ['not-authorized']],
    [
      'is denied for another branch than the line names',
      { plan: aPlan({ artifact: anArtifact({ branch: 'feature/x' }) }) },
      'denied',
      ['not-authorized'],
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

  test('only waits for what time may mend', () => {
    const over = { request: aRequest({ requester }), facts: someFacts({ policy, healthy: new Map() }) };
    expect(decided(over).decision.reasons[0]).toMatchObject({
      code: 'not-healthy-before',
      effect: 'hold',
      text: 'web 1.4.2 was never healthy in staging',
    });
  });

  const back = {
    code: 'not-newer',
    effect: 'deny',
    text: 'web 1.4.2 is older than 1.4.1, which is in dev already',
    next: '`/release web dev 1.4.2`',
    source: 'sluice.yaml:17@0e0e0e0',
  };
  const left = {
    code: 'rolled-back',
    effect: 'hold',
    text: 'dev runs web 1.4.1 since a rollback, so nothing goes there by itself',
    next: '`/release web dev 1.4.2`, by a person',
    source: 'sluice.yaml:17@0e0e0e0',
  };
  const others = ['branch: main, environment: staging', 'services: [api], branch: main, environment: dev'];

  test.each<[string, Partial<Question>, readonly object[]]>([
    ['never goes backwards', { plan: aPlan({ backwards: true }) }, [back]],
    [
      'names the line that lets it go, not those for others',
      {
        plan: aPlan({ backwards: true }),
        facts: someFacts({ policy: withLines(...others, 'services: [web], branch: main, environment: dev') }),
      },
      [{ ...back, source: 'sluice.yaml:19@0e0e0e0' }],
    ],
    [
      'leaves it to authorization that no line lets it go',
      {
        plan: aPlan({ backwards: true }),
        facts: someFacts({ policy: withLines(...others, 'services: [web], branch: next, environment: dev') }),
      },
      [{ code: back.code, effect: back.effect, text: back.text, next: back.next }],
    ],
    ['waits while what a rollback left runs there', { facts: someFacts({ policy, rolledBackTo: '1.4.1' }) }, [left]],
    [
      'goes again when something else was written since the rollback',
      { facts: someFacts({ policy, rolledBackTo: '1.4.0' }) },
      [],
    ],
    ['goes where nothing was before', { plan: aPlan({ from: null }) }, []],
    [
      'is no rollback by itself, which goes back',
      { request: { ...request, intent: 'rollback' }, plan: aPlan({ backwards: true }) },
      [],
    ],
    [
      'is not what a person asks for',
      { request: aRequest({ environment: 'dev' }), plan: aPlan({ backwards: true }) },
      [],
    ],
  ])('%s', (_, over, expected) => {
    expect(autoRelease(aQuestion({ request, plan, facts: someFacts({ policy }), ...over }))).toEqual(expected);
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
