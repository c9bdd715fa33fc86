import { describe, expect, test } from 'vitest';
import type { DecisionPorts } from '../../src/decision/decision.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';
import { automatic, type Person, type UserId } from '../../src/vocabulary/person.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import {
  aClock,
  aDecision,
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aReadFile,
  aRelease,
  at,
  aVote,
  bo,
  cy,
  mia,
  noonMs,
  sha,
  sluiceYaml,
  someFacts,
  userId,
} from '../support/builders.ts';
import { aWorld, away, goodPlan, invalid, rollback, unsigned } from './decision-world.ts';

describe('deciding on fresh facts', () => {
  test('holds everything while the clock is wrong, a rollback too, and goes on when it is right', async () => {
    let skew: string | null = 'the clock is 10 m ahead';
    const world = aWorld({ clockSkew: async () => skew });
    for (const [release, plan] of [
      [aRelease(), aPlan()],
      [rollback, goodPlan],
    ] as const)
      expect(await world.decide(release, plan)).toMatchObject({ kind: 'held', reasons: [{ code: 'clock-skewed' }] });
    skew = null;
    expect(await world.decide(rollback, goodPlan)).toMatchObject({ kind: 'allowed' });
  });

  test('takes no right from who has left the workspace, whatever a group still lists', async () => {
    const gone = (user: UserId) =>
      aWorld({ person: async (each) => (each === user ? null : aPerson(each.slice(1).toLowerCase())) });
    const codes = async (world: ReturnType<typeof aWorld>, votes = [aVote(bo), aVote(cy)]) => {
      const bound = (await aWorld().decide(aRelease(), aPlan())).bound ?? '';
      const release = aRelease({ votes: votes.map((vote) => ({ ...vote, bound })) });
      return (await world.decide(release, aPlan())).reasons.map(({ code }) => code);
    };
    expect(await codes(aWorld())).toEqual([]);
    expect(await codes(gone(ana.user))).toEqual(['not-authorized']);
    expect(await codes(gone(bo.user))).toEqual(['approvals-missing']);
    expect(await codes(aWorld({ person: away }))).toEqual(['directory-unreadable']);
  });

  test('asks for the votes that are missing', async () => {
    expect(await aWorld().decide(aRelease(), aPlan())).toMatchObject({
      kind: 'held',
      reasons: [{ code: 'approvals-missing' }],
    });
  });

  test('asks for healthy times and drifts where a policy rests on them, once for a batch', async () => {
    const policy = aReadFile(`${sluiceYaml}  - { kind: promotion-order, environments: [production], soak: 3h }\n`);
    const asked: string[] = [];
    const ports: Partial<DecisionPorts> = {
      healthyTimes: async (service, environment) => {
        asked.push(`${service} ${environment}`);
        return [];
      },
      drifts: async () => {
        asked.push('drifts');
        return [];
      },
    };
    await aWorld(ports).decide(aRelease(), aPlan());
    expect(asked).toEqual([]);
    const world = aWorld({ ...ports, snapshot: async () => policy });
    const batch = { head: sha('0e') };
    for (let round = 0; round < 2; round += 1)
      expect((await world.decide(aRelease(), aPlan(), batch)).reasons.map(({ code }) => code)).toEqual([
        'not-soaked',
        'approvals-missing',
      ]);
    expect(asked).toEqual(['web staging', 'drifts', 'web staging']);
    const lost = aWorld({ snapshot: async () => policy, drifts: away });
    expect(await lost.decide(aRelease(), aPlan())).toMatchObject({ reasons: [{ code: 'record-not-confirmed' }] });
  });

  test('asks who is behind roles where a rule speaks of them', async () => {
    const line = (expression: string) => `  - { kind: rule, expression: '${expression}', message: platform alone }\n`;
    const roles = '  - { role: viewer, of: ["@lookers"] }\npolicies:';
    const file = (expression: string) => aReadFile(sluiceYaml.replace('policies:', roles) + line(expression));
    const asked: string[] = [];
    const membersOf = async (handle: string) => {
      asked.push(handle);
      return someFacts().members.get(handle) ?? [];
    };
    const reasons = async (expression: string) => {
      const world = aWorld({ snapshot: async () => file(expression), membersOf });
      return (await world.decide(aRelease(), aPlan())).reasons.map(({ code }) => code);
    };
    expect(await reasons('plan.commitCount < 9')).toEqual(['approvals-missing']);
    expect(asked).not.toContain('@lookers');
    expect(await reasons('"operator" in requester.roles')).toEqual(['rule-refused', 'approvals-missing']);
    expect(await reasons('"@developers" in requester.groups')).toEqual(['approvals-missing']);
    expect(asked).toContain('@lookers');
  });

  test('looks at the checks as they are now, and only where a policy asks for them', async () => {
    const policy = aReadFile(`${sluiceYaml}  - { kind: checks, environments: [production], checks: [ci] }\n`);
    const asked: string[] = [];
    const artifact: DecisionPorts['artifact'] = async (service, version) => {
      asked.push(`${service} ${version}`);
      return anArtifact({ checks: [{ name: 'ci', state: asked.length > 1 ? 'passed' : 'pending', at: at() }] });
    };
    await aWorld({ artifact }).decide(aRelease(), aPlan());
    expect(asked).toEqual([]);
    const world = aWorld({ snapshot: async () => policy, artifact });
    const codes = async () => (await world.decide(aRelease(), aPlan())).reasons.map(({ code }) => code);
    expect(await codes()).toEqual(['check-missing', 'approvals-missing']);
    expect(await codes()).toEqual(['approvals-missing']);
    expect(asked).toEqual(['web 1.4.2', 'web 1.4.2']);
    const lost = aWorld({ snapshot: async () => policy, artifact: away });
    expect(await lost.decide(aRelease(), aPlan())).toMatchObject({
      kind: 'held',
      reasons: [{ code: 'record-not-confirmed' }],
    });
  });

  test.each<[string, Parameters<typeof aRelease>[0], string[]]>([
    ['one whom people name, where no votes are asked for', { request: { environment: 'dev', requester: mia } }, []],
    ['one who is in a group alone', { request: { environment: 'dev', requester: ana } }, ['directory-unreadable']],
    ['one whom people name, where votes are asked for', { request: { requester: mia } }, ['directory-unreadable']],
    [
      'one whom people name, past the votes',
      { request: { requester: mia, override: ['approvals'], because: 'down' } },
      ['override-unconfirmed'],
    ],
  ])('while Slack is away decides for %s', async (_, over, codes) => {
    const policy = aReadFile(sluiceYaml.replace('within: 4h }', 'within: 4h, override: [operator] }'));
    const world = aWorld({ snapshot: async () => policy, membersOf: away, person: away });
    const decision = await world.decide(aRelease(over), aPlan());
    expect(decision.reasons.map(({ code }) => code)).toEqual(codes);
  });

  test('while Slack is away whoever people name one by one confirms an override, and votes', async () => {
    const two = sluiceYaml
      .replace('mia: { slack: UMIA }', 'mia: { slack: UMIA }\n  bo: { slack: UBO }\n  cy: { slack: UCY }')
      .replace('of: [mia] }', 'of: [mia, bo] }');
    const decided = async (text: string, over: Parameters<typeof aRelease>[0], votes: (typeof bo)[]) => {
      const world = aWorld({ snapshot: async () => aReadFile(text), membersOf: away, person: away });
      const bound = (await world.decide(aRelease(over), aPlan())).bound ?? '';
      const release = aRelease({ ...over, votes: votes.map((person) => aVote(person, { bound })) });
      return (await world.decide(release, aPlan())).kind;
    };
    const passable = two.replace('within: 4h }', 'within: 4h, override: [operator] }');
    const passing = { request: { requester: mia, override: ['approvals'], because: 'down' } };
    expect(await decided(passable, passing, [bo])).toBe('allowed');
    const named = two.replace('from: ["@platform", "@storefront"]', 'from: [bo, cy]');
    expect(await decided(named, { request: { requester: mia } }, [bo, cy])).toBe('allowed');
  });

  test('while Slack is away a releaser whom people name needs no group of operators', async () => {
    const text = sluiceYaml
      .replace('of: ["@developers"] }', 'of: [mia] }')
      .replace('of: [mia] }\npolicies', 'of: ["@ops"] }\npolicies');
    const world = aWorld({ snapshot: async () => aReadFile(text), membersOf: away, person: away });
    const decision = await world.decide(aRelease({ request: { environment: 'dev', requester: mia } }), aPlan());
    expect(decision).toMatchObject({ kind: 'allowed', reasons: [] });
  });

  test('a group that does not matter here stops nothing', async () => {
    const membersOf = (handle: string) => (handle === '@platform' ? away() : Promise.resolve([ana.user]));
    const decision = await aWorld({ membersOf }).decide(aRelease({ request: { environment: 'dev' } }), aPlan());
    expect(decision.kind).toBe('allowed');
  });

  test.each([
    ['broken', invalid],
    ['unsigned', unsigned],
  ])(
    'rollbacks to a known good version go under the last good file while the present one is %s',
    async (_, snapshot) => {
      const world = aWorld({ snapshot: async () => snapshot });
      expect(await world.decide(rollback, goodPlan)).toMatchObject({ kind: 'allowed', policy: 'b'.repeat(40) });
      expect(await world.decide(rollback, aPlan())).toMatchObject({ kind: 'held' });
    },
  );

  test('none goes back where no file was ever good', async () => {
    const { lastGood: _, ...never } = invalid;
    expect(await aWorld({ snapshot: async () => never }).decide(rollback, goodPlan)).toMatchObject({
      kind: 'held',
      reasons: [{ code: 'policy-file-invalid' }],
    });
  });

  test('nothing goes under a file that could not be read, rollbacks included', async () => {
    const snapshot = async (): Promise<Snapshot> => ({
      kind: 'unreadable',
      because: 'no route',
      lastGood: aReadFile(),
    });
    expect(await aWorld({ snapshot }).decide(rollback, goodPlan)).toMatchObject({ kind: 'held' });
  });
});

describe('when votes were asked for', () => {
  const asking = async (decision: Parameters<typeof aDecision>[0] | undefined) =>
    (
      await aWorld({ clock: aClock(noonMs + 60_000) }).decide(
        aRelease(decision && { decision: aDecision(decision) }),
        aPlan(),
      )
    ).askedAt;

  test.each<[string, Parameters<typeof aDecision>[0] | undefined, string]>([
    ['is now where it was not decided before', undefined, at(60_000)],
    ['stays what it was', { askedAt: at(1_000) }, at(1_000)],
    ['is the request where an earlier Sluice did not keep it', {}, at()],
    ['is now where nothing was shown before', { bound: undefined }, at(60_000)],
  ])('%s', async (_title, decision, expected) => {
    expect(await asking(decision)).toBe(expected);
  });
});

test('what goes by itself waits where a rollback was written last', async () => {
  const snapshot = async () => aReadFile(`${sluiceYaml}  - { kind: auto-release, branch: main, environment: dev }\n`);
  const release = aRelease({ request: { environment: 'dev', requester: { user: automatic, name: 'Ana' } } });
  const codes = async (lastWritten: Release | null) =>
    (await aWorld({ snapshot, lastWritten: async () => lastWritten }).decide(release, aPlan())).reasons.map(
      ({ code }) => code,
    );
  const back = { ...goodPlan, artifact: anArtifact({ version: '1.4.1' }) };
  expect(await codes(aRelease({ plan: back }))).toEqual(['rolled-back']);
  expect(await codes(aRelease({ plan: { ...back, intent: 'release' } }))).toEqual([]);
  expect(await codes(aRelease())).toEqual([]);
  expect(await codes(null)).toEqual([]);
});

describe('who may vote', () => {
  const held = aRelease({ state: { kind: 'held' }, plan: aPlan() });

  test.each<[string, Person, typeof held, string | null]>([
    ['a member of a group that is asked', cy, held, null],
    ['the requester', ana, held, 'you asked for it yourself; somebody else has to approve it'],
    ['an operator whom no policy asks', mia, held, 'only @platform or @storefront may approve web in production'],
    ['a stranger', aPerson('eve'), held, 'only @platform or @storefront may approve web in production'],
    [
      'an approver once it is decided',
      bo,
      aRelease({ state: { kind: 'queued' }, plan: aPlan() }),
      'it does not wait for votes any more',
    ],
    [
      'anyone where nothing is asked',
      bo,
      aRelease({ state: { kind: 'held' }, plan: aPlan(), request: { environment: 'dev' } }),
      'no votes are asked for',
    ],
    [
      'anyone while it is not planned',
      cy,
      aRelease({ state: { kind: 'held' } }),
      'it does not wait for votes any more',
    ],
  ])('%s', async (_title, person, release, because) => {
    const answer = await aWorld().mayVote(person, release);
    expect(answer).toEqual(because === null ? { kind: 'may', as: expect.any(Array) } : { kind: 'may-not', because });
  });

  test('says so where nobody can tell', async () => {
    const answer = await aWorld({ membersOf: away }).mayVote(cy, held);
    expect(answer).toEqual({
      kind: 'may-not',
      because: 'nobody can tell who is in @developers now: Slack does not answer',
    });
  });
});

describe('who has a role', () => {
  test.each<
    [UserId, 'viewer' | 'releaser' | 'approver' | 'operator', { service?: string; environment?: string }, boolean]
  >([
    [ana.user, 'releaser', { service: 'web', environment: 'production' }, true],
    [ana.user, 'releaser', {}, true],
    [ana.user, 'viewer', {}, true],
    [ana.user, 'operator', {}, false],
    [mia.user, 'operator', {}, true],
    [mia.user, 'releaser', { environment: 'production' }, true],
    [mia.user, 'approver', { environment: 'production' }, false],
    [cy.user, 'approver', { service: 'web', environment: 'production' }, true],
    [cy.user, 'approver', { service: 'web', environment: 'dev' }, false],
    [cy.user, 'viewer', {}, true],
    [userId('UEVE'), 'viewer', {}, false],
    [cy.user, 'approver', { service: 'web' }, true],
    [cy.user, 'approver', {}, true],
    [cy.user, 'releaser', { service: 'web', environment: 'production' }, false],
    [cy.user, 'operator', {}, false],
  ])('%s as %s in %o: %s', async (user, role, scope, expected) => {
    expect(await aWorld().may(user, role, scope)).toBe(expected);
  });

  test.each([
    ['an approver there', cy, 'production', {}, 'may'],
    ['an approver of elsewhere', cy, 'dev', {}, 'may-not'],
    ['an operator', mia, 'dev', {}, 'may'],
    ['a releaser', ana, 'dev', { requester: bo }, 'may-not'],
    ['its requester', mia, 'dev', { requester: mia }, 'may-not'],
    ['its requester by another account', { ...mia, email: 'ANA@example.com' }, 'dev', {}, 'may-not'],
  ] as const)('a second look by %s', async (_title, person, environment, over, kind) => {
    const release = aRelease({ request: { environment, ...over } });
    expect((await aWorld().mayReview(person, release)).kind).toBe(kind);
  });

  test('a second look is refused in words', async () => {
    const words = async (person: Person) => await aWorld().mayReview(person, aRelease());
    expect(await words(ana)).toEqual({
      kind: 'may-not',
      because: 'you asked for it yourself; somebody else takes the second look',
    });
    expect(await words(aPerson('eve'))).toEqual({
      kind: 'may-not',
      because: 'that takes an approver or an operator for web in production',
    });
  });

  test('who votes by a role or elsewhere is no approver of a service that the line is not about', async () => {
    const limited = sluiceYaml.replace('from: ["@platform", "@storefront"],', 'services: [api], from: ["@platform"],');
    const world = aWorld({ snapshot: async () => aReadFile(limited.replace('count: 2', 'count: 1')) });
    expect(await world.may(cy.user, 'approver', { service: 'web', environment: 'production' })).toBe(false);
    expect(await world.may(cy.user, 'approver', { service: 'api', environment: 'production' })).toBe(true);
    expect(await world.may(cy.user, 'approver', { environment: 'production' })).toBe(true);
    const byRole = aReadFile(sluiceYaml.replace('from: ["@platform", "@storefront"], count: 2', 'count: 1'));
    const other = aWorld({ snapshot: async () => byRole });
    expect(await other.may(cy.user, 'approver', { service: 'web', environment: 'production' })).toBe(false);
  });

  test('nobody has one who has left the workspace, be it by a group or by name', async () => {
    const world = aWorld({ person: async () => null });
    expect(await world.may(ana.user, 'releaser', {})).toBe(false);
    expect(await world.may(mia.user, 'operator', {})).toBe(false);
  });

  test('a second look by whoever confirmed the override is none', async () => {
    const decision = aDecision({ bound: 'b', confirmedBy: [mia.user] });
    const release = aRelease({ request: { environment: 'dev' }, decision, votes: [aVote(mia, { bound: 'b' })] });
    const may = await aWorld().mayReview(mia, release);
    expect(may).toEqual({
      kind: 'may-not',
      because: 'you confirmed the override; somebody else takes the second look',
    });
  });

  test('a person who is named keeps the role while the directory is away; others are told to wait', async () => {
    const world = aWorld({ membersOf: away });
    expect(await world.may(mia.user, 'releaser', {})).toBe(true);
    await expect(world.may(ana.user, 'releaser', {})).rejects.toThrow(
      new Retryable('Nobody can tell who is in @developers now: Slack does not answer'),
    );
  });

  test('roles are those of the last good file while the present one is broken', async () => {
    expect(await aWorld({ snapshot: async () => invalid }).may(mia.user, 'operator', {})).toBe(true);
    const nothing: Snapshot = { kind: 'unreadable', because: 'no route' };
    // What was fetched last is enough to look at.
    const lazy = aWorld({ snapshot: async (fresh) => (fresh ? nothing : aReadFile()) });
    expect(await lazy.may(mia.user, 'operator', {})).toBe(true);
    await expect(aWorld({ snapshot: async () => nothing }).may(mia.user, 'operator', {})).rejects.toThrow(
      new Retryable('sluice.yaml cannot be read just now; try again in a minute.'),
    );
  });
});
