import { describe, expect, test } from 'vitest';
import type { DecisionPorts } from '../../src/decision/decision.ts';
import type { CommitSha } from '../../src/vocabulary/change.ts';
import { automatic } from '../../src/vocabulary/person.ts';
import type { Plan } from '../../src/vocabulary/release.ts';
import { aDecision, ana, aPlan, aReadFile, aRelease, aVote, bo, cy, sha, sluiceYaml } from '../support/builders.ts';
import { aWorld, away, goodPlan, invalid, rollback, unsigned } from './decision-world.ts';

const skewed = "the clock of Sluice's machine is 10 m ahead of that of Redis";

describe('a release is held', () => {
  const record = (text: string, next = 'nothing to do; it goes on by itself when Redis is back') => ({
    code: 'record-not-confirmed',
    text,
    next,
  });
  const unreadableFile = (because: string) => ({
    code: 'policy-file-unreadable',
    text: `sluice.yaml cannot be read: ${because}`,
    next: 'nothing to do; it goes on by itself when the file can be read again',
  });
  const unknownGroup = (name: string) => ({
    code: 'directory-unreadable',
    text: `nobody can tell who is in ${name} now: Slack does not answer`,
    next: 'nothing to do; it goes on by itself when the group can be read again',
  });
  const invalidFile = (text: string, line = 8) => ({
    code: 'policy-file-invalid',
    text,
    next: 'mend the file; it goes on by itself then',
    source: `sluice.yaml:${line}`,
  });
  const noRedis = record('the record of Sluice cannot be read: Slack does not answer');

  test.each<[string, Partial<DecisionPorts>, object, boolean]>([
    [
      'the file cannot be read',
      { snapshot: async () => ({ kind: 'unreadable', because: 'no route' }) },
      unreadableFile('no route'),
      false,
    ],
    ['reading the file fails', { snapshot: away }, unreadableFile('Slack does not answer'), false],
    [
      'the file is not valid',
      { snapshot: async () => invalid },
      invalidFile('sluice.yaml line 8: services.discover: expected {service} in the path'),
      false,
    ],
    [
      'the file has several mistakes',
      { snapshot: async () => ({ ...invalid, problems: [1, 2, 3].flatMap(() => invalid.problems) }) },
      invalidFile('sluice.yaml line 8: services.discover: expected {service} in the path (and 2 more)'),
      false,
    ],
    [
      'the file has a mistake that nobody can name',
      { snapshot: async () => ({ ...invalid, problems: [] }) },
      invalidFile('sluice.yaml is not valid', 1),
      false,
    ],
    [
      'nobody signed the file who may',
      { snapshot: async () => unsigned },
      {
        code: 'policy-unsigned',
        text: 'sluice.yaml was changed in e1e1e1e by Eve',
        next: 'ada signs a commit that changes sluice.yaml',
        source: 'sluice.yaml@e1e1e1e',
      },
      false,
    ],
    ['a group cannot be read', { membersOf: away }, unknownGroup('@developers'), true],
    ['nobody knows who is still here', { person: away }, unknownGroup('this workspace'), true],
    [
      'nobody knows whether who has voted is still here',
      { person: async (user) => (user === ana.user ? ana : away()) },
      unknownGroup('the workspace'),
      true,
    ],
    [
      'the record is not confirmed',
      { confirmed: async () => false },
      record(
        'the record of Sluice is missing although Git has its releases, so nobody knows what is locked in production',
        'an operator presses Confirm in the channel, or restores the record',
      ),
      true,
    ],
    ['Redis is away', { holds: away }, noRedis, true],
    ['what was healthy is unknown', { healthy: away }, noRedis, true],
    [
      'nothing at all can be read from Redis',
      { holds: away, healthy: away, artifact: away, drifts: away },
      noRedis,
      true,
    ],
    [
      'the clock is wrong',
      { clockSkew: async () => skewed },
      {
        code: 'clock-skewed',
        text: `${skewed}, so nobody can tell what holds now`,
        next: 'set the clock of the machine (NTP); it goes on by itself then',
      },
      true,
    ],
  ])('while %s', async (_title, ports, reason, knowsFile) => {
    const decision = await aWorld(ports).decide(aRelease({ decision: aDecision(), votes: [aVote(bo)] }), aPlan());
    const file = knowsFile ? { policy: 'b'.repeat(40) } : {};
    expect(decision).toStrictEqual({ kind: 'held', reasons: [{ effect: 'hold', ...reason }], ...file });
  });

  test('of several things that cannot be read at once none is left unread without an answer', async () => {
    const lines = '  - { kind: checks, checks: [ci] }\n  - { kind: promotion-order, soak: 2h }\n';
    const world = aWorld({
      snapshot: async () => aReadFile(sluiceYaml + lines),
      ...{ healthy: away, artifact: away, healthyTimes: away, drifts: away },
    });
    expect(await world.decide(aRelease(), aPlan())).toMatchObject({ reasons: [noRedis] });
  });

  test('names everything that cannot be read', async () => {
    const decision = await aWorld({ confirmed: async () => false, snapshot: async () => invalid }).decide(
      aRelease(),
      aPlan(),
    );
    expect(decision.reasons.map(({ code }) => code)).toEqual(['policy-file-invalid', 'record-not-confirmed']);
    const other = await aWorld({ confirmed: async () => false, membersOf: away, person: away, healthy: away }).decide(
      aRelease({ votes: [aVote(bo)] }),
      aPlan(),
    );
    expect(other.reasons.map(({ code }) => code)).toEqual(['record-not-confirmed', 'directory-unreadable']);
  });
});

describe('what is read', () => {
  /** The ports that are asked, with what they are asked for, while this is decided. */
  async function asked(
    release: Parameters<ReturnType<typeof aWorld>['decide']>[0],
    yaml = sluiceYaml,
    { plan = aPlan(), batch, rounds = 1 }: { plan?: Plan; batch?: { head: CommitSha }; rounds?: number } = {},
  ): Promise<readonly string[]> {
    const seen: string[] = [];
    const told =
      <A extends readonly unknown[], T>(port: string, answer: T) =>
      async (...args: A) => {
        seen.push([port, ...args].join(' '));
        return answer;
      };
    const world = aWorld({
      snapshot: told('snapshot', aReadFile(yaml)),
      holds: told('holds', []),
      confirmed: told('confirmed', true),
      clockSkew: told('clockSkew', null),
      healthy: told('healthy', []),
      healthyTimes: told('healthyTimes', []),
      drifts: told('drifts', []),
      artifact: told('artifact', null),
      lastWritten: told('lastWritten', null),
      membersOf: told('membersOf', [ana.user, bo.user]),
      person: told('person', bo),
    });
    for (let round = 0; round < rounds; round += 1) await world.decide(release, plan, batch);
    return seen.toSorted();
  }
  const always = ['clockSkew', 'confirmed', 'holds', 'snapshot false'];
  const line = (settings: string) => `${sluiceYaml}  - { ${settings} }\n`;
  const roles = sluiceYaml.replace('policies:', '  - { role: approver, of: ["@approvers"] }\npolicies:');
  const own = ['membersOf @developers', 'person UANA'];
  const voting = ['membersOf @platform', 'membersOf @storefront'];
  const toDev = aRelease({ request: { environment: 'dev' } });

  test.each<[string, Parameters<typeof asked>[0], string, readonly string[]]>([
    ['of a first environment only whoever may release there', toDev, sluiceYaml, own],
    [
      'of a later one what was healthy before, and who votes',
      aRelease(),
      sluiceYaml,
      ['healthy web staging', ...voting, ...own],
    ],
    [
      'the checks where a line asks for them',
      toDev,
      line('kind: checks, checks: [ci]'),
      ['artifact web 1.4.2', ...own],
    ],
    [
      'the checks where a rule may speak of them',
      toDev,
      line(`kind: rule, expression: 'plan.backwards', message: no`),
      ['artifact web 1.4.2', ...own],
    ],
    [
      'who has other roles where a rule speaks of roles',
      toDev,
      `${roles}  - { kind: rule, expression: '"x" in requester.roles', message: no }\n`,
      ['artifact web 1.4.2', 'membersOf @approvers', ...own],
    ],
    [
      'nothing for lines about others',
      toDev,
      `${roles}  - { kind: rule, services: [api], expression: '"x" in requester.roles', message: no }
  - { kind: checks, services: [api], checks: [ci] }
  - { kind: promotion-order, services: [api], soak: 2h }\n`,
      own,
    ],
    [
      'who has the role approver where a line asks for it',
      toDev,
      `${roles}  - { kind: approvals }\n`,
      ['membersOf @approvers', ...own],
    ],
    [
      'who has the role that passes what the request means to pass',
      aRelease({ request: { environment: 'dev', override: ['reference'] } }),
      `${roles}  - { kind: reference, pattern: x, override: [approver, operator] }\n`,
      ['membersOf @approvers', ...own],
    ],
    [
      'no other roles: of lines that it does not mean to pass, or that hold elsewhere',
      aRelease({ request: { environment: 'dev', override: ['reference', 'checks'] } }),
      `${roles}  - { kind: locks, override: [approver] }
  - { kind: reference, services: [api], pattern: x, override: [approver] }
  - { kind: checks, services: [api], checks: [ci] }\n`,
      own,
    ],
    [
      'of what goes by itself what was written there last, and no rights',
      aRelease({ request: { environment: 'dev', requester: { user: automatic, name: 'Ana' } } }),
      sluiceYaml,
      ['lastWritten web dev'],
    ],
    [
      'of votes whether those who gave them are still here, once for each',
      aRelease({ request: { environment: 'dev' }, votes: [aVote(bo), aVote(cy), aVote(bo)] }),
      sluiceYaml,
      ['person UBO', 'person UCY', ...own],
    ],
  ])('%s', async (_title, release, yaml, expected) => {
    expect(await asked(release, yaml)).toEqual([...always, ...expected].toSorted());
  });

  test('of a rollback to what was healthy here only rights, and what was healthy', async () => {
    expect(await asked(rollback, sluiceYaml, { plan: goodPlan })).toEqual(
      [...always, 'healthy web staging', ...own].toSorted(),
    );
  });

  test('anew after the fetch right before the push, and once for all releases of it', async () => {
    const batch = { head: sha('0e') };
    const once = ['clockSkew', 'confirmed', 'holds', 'snapshot true', ...voting, ...own, 'person UBO'];
    const release = aRelease({ votes: [aVote(bo)] });
    const each = 'healthy web staging';
    expect(await asked(release, sluiceYaml, { batch, rounds: 3 })).toEqual([...once, each, each, each].toSorted());
    const twice = [...always, ...voting, ...own, 'person UBO', each];
    expect(await asked(release, sluiceYaml, { rounds: 2 })).toEqual([...twice, ...twice].toSorted());
  });
});
