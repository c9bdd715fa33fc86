import { describe, expect, test } from 'vitest';
import { createDecision, type DecisionPorts } from '../../src/decision/decision.ts';
import { Retryable } from '../../src/errors.ts';
import type { Person, UserId } from '../../src/release.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';
import {
  aClock,
  aDecision,
  aHealthyRecord,
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
  sha,
  sluiceYaml,
  someFacts,
  userId,
} from '../support/builders.ts';

function aWorld(over: Partial<DecisionPorts> = {}) {
  return createDecision({
    snapshot: async () => aReadFile(),
    holds: async () => [],
    healthy: async (_service, environment) => (environment === 'staging' ? [aHealthyRecord(['staging'])] : []),
    membersOf: async (handle): Promise<readonly UserId[]> => someFacts().members.get(handle) ?? [],
    confirmed: async () => true,
    person: async (user) => [ana, bo, cy, mia].find((person) => person.user === user) ?? null,
    artifact: async () => null,
    lastWritten: async () => null,
    clockSkew: async () => null,
    healthyTimes: async () => [],
    drifts: async () => [],
    clock: aClock(),
    ...over,
  });
}

const away = () => Promise.reject(new Retryable('Slack does not answer'));
const invalid: Snapshot = {
  kind: 'invalid',
  problems: [{ file: 'sluice.yaml', line: 8, column: 3, message: 'services.discover: expected {service} in the path' }],
  lastGood: aReadFile(),
};
const unsigned: Snapshot = {
  kind: 'unsigned',
  commit: sha('e1'),
  because: 'sluice.yaml was changed in e1e1e1e by Eve',
  next: 'ada signs a commit that changes sluice.yaml',
  lastGood: aReadFile(),
};
const rollback = aRelease({ request: { intent: 'rollback' } });
const goodPlan = aPlan({ intent: 'rollback', knownGood: true, backwards: true });

describe('deciding on fresh facts', () => {
  const skewed = "the clock of Sluice's machine is 10 m ahead of that of Redis";

  test('holds everything while the clock is wrong, a rollback too, and goes on when it is right', async () => {
    let skew: string | null = skewed;
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

  test.each<[string, Partial<DecisionPorts>, string, string]>([
    [
      'the file cannot be read',
      { snapshot: async () => ({ kind: 'unreadable', because: 'no route' }) },
      'policy-file-unreadable',
      'sluice.yaml cannot be read: no route',
    ],
    [
      'reading the file fails',
      { snapshot: away },
      'policy-file-unreadable',
      'sluice.yaml cannot be read: Slack does not answer',
    ],
    [
      'the file is not valid',
      { snapshot: async () => invalid },
      'policy-file-invalid',
      'sluice.yaml line 8: services.discover: expected {service} in the path',
    ],
    [
      'nobody signed the file who may',
      { snapshot: async () => unsigned },
      'policy-unsigned',
      'sluice.yaml was changed in e1e1e1e by Eve',
    ],
    [
      'a group cannot be read',
      { membersOf: away },
      'directory-unreadable',
      'nobody can tell who is in @developers now: Slack does not answer',
    ],
    [
      'the record is not confirmed',
      { confirmed: async () => false },
      'record-not-confirmed',
      'the record of Sluice is missing although Git has its releases, so nobody knows what is locked in production',
    ],
    [
      'Redis is away',
      { holds: away },
      'record-not-confirmed',
      'the record of Sluice cannot be read: Slack does not answer',
    ],
    [
      'what was healthy is unknown',
      { healthy: away },
      'record-not-confirmed',
      'the record of Sluice cannot be read: Slack does not answer',
    ],
  ])('holds while %s', async (_title, ports, code, text) => {
    const decision = await aWorld(ports).decide(aRelease({ decision: aDecision() }), aPlan());
    expect(decision).toMatchObject({ kind: 'held', reasons: [{ code, text }] });
  });

  test('names everything that cannot be read', async () => {
    const decision = await aWorld({ confirmed: async () => false, snapshot: async () => invalid }).decide(
      aRelease(),
      aPlan(),
    );
    expect(decision.reasons.map(({ code }) => code)).toEqual(['policy-file-invalid', 'record-not-confirmed']);
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

  test('nothing goes under a file that could not be read, rollbacks included', async () => {
    const snapshot = async (): Promise<Snapshot> => ({
      kind: 'unreadable',
      because: 'no route',
      lastGood: aReadFile(),
    });
    expect(await aWorld({ snapshot }).decide(rollback, goodPlan)).toMatchObject({ kind: 'held' });
  });
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
  ])('%s', async (_title, person, release, because) => {
    const answer = await aWorld().mayVote(person, release);
    expect(answer).toEqual(because === null ? { kind: 'may', as: expect.any(Array) } : { kind: 'may-not', because });
  });

  test('says so where nobody can tell', async () => {
    const answer = await aWorld({ membersOf: away }).mayVote(cy, held);
    expect(answer).toMatchObject({ kind: 'may-not', because: expect.stringContaining('Slack does not answer') });
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
    await expect(world.may(ana.user, 'releaser', {})).rejects.toThrow(Retryable);
  });

  test('roles are those of the last good file while the present one is broken', async () => {
    expect(await aWorld({ snapshot: async () => invalid }).may(mia.user, 'operator', {})).toBe(true);
    const nothing: Snapshot = { kind: 'unreadable', because: 'no route' };
    await expect(aWorld({ snapshot: async () => nothing }).may(mia.user, 'operator', {})).rejects.toThrow(Retryable);
  });
});
