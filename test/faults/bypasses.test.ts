import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../src/vocabulary/release.ts';
import { aVote, sluiceYaml, userId } from '../support/builders.ts';
import { type Gate, type Name, openGate, people, seeds, type Trouble } from './gate.ts';

let gate: Gate;
beforeAll(async () => {
  gate = await openGate();
});
afterAll(() => gate?.close());

type Choose = <T>(of: readonly T[]) => T;
const longMs = 3_600_000;

/** Ana's release of web to production, which waits for two approvals. */
async function waiting(): Promise<Release> {
  await gate.reset();
  const release = await gate.ask('ana');
  if (release === null) throw new Error('ana is somebody');
  await gate.settle();
  return now(release);
}

async function now({ id }: Pick<Release, 'id'>): Promise<Release> {
  const release = await gate.release(id);
  if (release === null) throw new Error(`release/${id} is gone`);
  return release;
}

const approve = (name: Name, release: Release) => gate.click(name, 'release.approve', release.id);
const codes = ({ decision }: Release) => (decision?.reasons ?? []).map(({ code }) => code);
const withPolicy = (text: string) => gate.setPolicy(`${sluiceYaml}${text}`);
/** A minute on both sides of the moment, so that it holds now. */
const frozen = () => {
  const [from, to] = [-1, 1].map((days) => new Date(gate.clock.now() + days * 86_400_000).toISOString().slice(0, 10));
  return `  - { kind: freeze-window, environments: [production], from: "${from}", to: "${to}", timezone: UTC }\n`;
};

test(
  'no vote of the requester, of their other account, of a bot, a guest, who has left or a stranger counts',
  async () => {
    const hostile: Readonly<Record<string, (release: Release, pick: Choose) => Promise<unknown>>> = {
      'the requester clicks': (release) => approve('ana', release),
      'the other account of the requester clicks': (release) => approve('second', release),
      'a bot clicks': (release) => approve('bot', release),
      'a guest clicks': (release) => approve('guest', release),
      'somebody who has left clicks': (release) => approve('gone', release),
      'a stranger clicks': (release) => approve('eve', release),
      'an operator clicks who is no approver': (release) => approve('mia', release),
      'a button is changed': (release, pick) =>
        gate.click(pick(['bo', 'cy']), 'release.approve', `${release.id}.${pick(['0', 'ffffffff', '..', release.id])}`),
      'a button is made up': (release, pick) =>
        gate.click('eve', pick(['release.go', 'release.approve', 'release.force']), release.id),
      'a vote is written past the handlers': async (release, pick) => {
        const before = await now(release);
        const who = people[pick<Name>(['ana', 'second', 'bot', 'guest', 'gone', 'eve', 'mia'])];
        const vote = aVote(who, { bound: before.decision?.bound ?? '' });
        await gate.ledger.transition(before, { votes: [...before.votes, vote] }, { event: 'release.approved' });
      },
      'somebody votes twice': async (release) => {
        await approve('dee', release);
        await approve('dee', release);
      },
    };
    for (const { seed, pick } of seeds()) {
      const release = await waiting();
      const done = [1, 2, 3].map(() => pick(Object.keys(hostile)));
      for (const what of done) await hostile[what]?.(await now(release), pick);
      await gate.settle();
      expect(gate.landed(), `seed ${seed}: ${done.join(', ')}`).toEqual([]);
      // Those whose votes count are heard all the same.
      for (const name of ['bo', 'cy'] as const) await approve(name, await now(release));
      await gate.settle();
      expect(gate.landed(), `seed ${seed}: ${done.join(', ')}, then bo and cy`).toEqual([release.id]);
    }
  },
  longMs,
);

describe('votes for what has changed since', () => {
  const changes: Readonly<Record<string, () => void>> = {
    'what runs there': () => gate.commitOutside('web', '1.4.0'),
    'how many must approve': () => gate.setPolicy(sluiceYaml.replace('count: 2', 'count: 3')),
    'who may approve': () => gate.setPolicy(sluiceYaml.replace('["@platform", "@storefront"], count', '[mia], count')),
    'how long a vote counts': () => gate.setPolicy(sluiceYaml.replace('within: 4h', 'within: 3h')),
    'which branches may go': () => gate.setPolicy(sluiceYaml.replace('^(main|', '^(main|master|')),
    'the clusters of the environment': () =>
      gate.setPolicy(sluiceYaml.replace('[prod-eu, prod-us]', '[prod-eu, prod-us, prod-ap]')),
    'who is in the groups': () => {
      gate.setGroup('@platform', []);
      gate.setGroup('@storefront', []);
    },
    'the time that there was': () => gate.clock.move(5 * 3_600_000),
  };
  const others: Readonly<Record<string, () => void>> = {
    'a comment': () => gate.setPolicy(`# reviewed\n${sluiceYaml}`),
    'a policy about others': () => withPolicy('  - { kind: reference, environments: [dev], pattern: "^CHG" }\n'),
    'what runs of a neighbour': () => gate.commitOutside('api', '2.0.0'),
    'a member who has not voted': () => gate.setGroup('@platform', [people.bo.user, people.cy.user]),
    'the time, a little': () => gate.clock.move(60 * 60_000),
    'who may release, besides': () =>
      gate.setPolicy(sluiceYaml.replace('{ role: operator', '{ role: releaser, of: [mia] }\n  - { role: operator')),
  };

  test(
    'never let it go, whenever it changes, and what is no change stops nothing',
    async () => {
      for (const { seed, pick } of seeds()) {
        const isReal = pick([true, true, false]);
        const what = pick(Object.keys(isReal ? changes : others));
        const change = (isReal ? changes : others)[what] ?? (() => {});
        const stage = what.startsWith('the time')
          ? 'between the votes'
          : pick(['before the votes were looked at', 'before the push', 'between the votes']);
        const release = await waiting();
        await approve('bo', release);
        if (stage === 'between the votes') change();
        // A second vote that was clicked on what was shown before.
        const seen = release.decision?.bound?.slice(0, 12) ?? '';
        await gate.click('cy', 'release.approve', `${release.id}.${seen}`);
        if (stage === 'before the votes were looked at') change();
        await gate.look();
        if (stage === 'before the push') change();
        await gate.settle();
        const told = `seed ${seed}: ${what} ${stage}, ${codes(await now(release)).join()}`;
        expect(gate.landed(), told).toEqual(isReal ? [] : [release.id]);
      }
    },
    longMs,
  );
});

describe('a right that is taken away between the request, the votes and the push', () => {
  const without = (handle: string, name: Name) =>
    gate.setGroup(
      handle,
      gate.inGroup(handle).filter((user) => user !== people[name].user),
    );
  const taken: Readonly<Record<string, () => unknown>> = {
    'the requester leaves the group': () => without('@developers', 'ana'),
    'the requester leaves the company': () => gate.left.add(people.ana.user),
    'an approver leaves the groups': () => {
      without('@platform', 'cy');
      without('@storefront', 'cy');
    },
    'an approver leaves the company': () => gate.left.add(people.bo.user),
    'the group is emptied': () => gate.setGroup('@developers', []),
    'the role is gone': () => gate.setPolicy(sluiceYaml.replace('["@developers"]', '["@ghosts"]')),
    'the service is locked': () => gate.lock('mia', { service: 'web' }),
    'the environment is locked': () => gate.lock('mia', { environment: 'production' }),
    'a window begins': () => withPolicy(frozen()),
    'branches are restricted': () => gate.setPolicy(sluiceYaml.replace('^(main|hotfix/.+)$', '^release/')),
    'a ticket is asked for': () =>
      withPolicy('  - { kind: reference, environments: [production], pattern: "^CHG[0-9]+$" }\n'),
    'a check is asked for': () => withPolicy('  - { kind: checks, environments: [production], checks: [ci] }\n'),
    'a rule is made': () =>
      withPolicy('  - { kind: rule, environments: [production], expression: "false", message: never }\n'),
    'one more vote is asked for': () =>
      withPolicy('  - { kind: approvals, environments: [production], from: [mia] }\n'),
    'the environment is gone': () =>
      gate.setPolicy(sluiceYaml.replace(/ {2}production: .*\n/, '').replaceAll('environments: [production], ', '')),
  };

  test(
    'stops it, and the reason is on the record',
    async () => {
      for (const { seed, pick } of seeds()) {
        const what = pick(Object.keys(taken));
        const stage = pick(['after the request', 'between the votes', 'after the votes', 'before the push']);
        const at = async (here: string) => void (here === stage && (await taken[what]?.()));
        const release = await waiting();
        await at('after the request');
        await approve('bo', await now(release));
        await at('between the votes');
        await approve('cy', await now(release));
        await at('after the votes');
        await gate.look();
        await at('before the push');
        await gate.settle();
        const after = await now(release);
        expect(gate.landed(), `seed ${seed}: ${what} ${stage}`).toEqual([]);
        expect(['held', 'denied'], `seed ${seed}: ${what} ${stage}`).toContain(after.state.kind);
        expect(codes(after), `seed ${seed}: ${what} ${stage}`).not.toEqual([]);
      }
    },
    longMs,
  );
});

describe('what cannot be read', () => {
  const files: Readonly<Record<string, string | null>> = {
    missing: null,
    empty: '',
    'no YAML': '{{{',
    'another version': sluiceYaml.replace('version: 1', 'version: 2'),
    'one bad line': sluiceYaml.replace('kind: approvals', 'kind: aprovals'),
    'a window in no time zone': `${sluiceYaml}  - { kind: freeze-window, from: "10:00", to: "11:00", timezone: Mars }\n`,
    'an expression that is no expression': `${sluiceYaml}  - { kind: rule, expression: "1 +", message: no }\n`,
  };
  const why: Readonly<Record<Trouble, string>> = {
    policy: 'policy-file-unreadable',
    directory: 'directory-unreadable',
    record: 'record-not-confirmed',
    clock: 'clock-skewed',
  };

  test(
    'holds everything and says why; when it can be read again, it goes by itself',
    async () => {
      for (const { seed, pick } of seeds()) {
        const trouble = pick(['file', 'policy', 'directory', 'record', 'clock'] as const);
        const file = pick(Object.keys(files));
        const stage = pick(['before it is looked at', 'before the push']);
        const release = await waiting();
        for (const name of ['bo', 'cy'] as const) await approve(name, release);
        if (stage === 'before the push') await gate.look();
        if (trouble === 'file') gate.setPolicy(files[file] ?? null);
        else gate.troubles.add(trouble);
        await gate.settle();
        const told = `seed ${seed}: ${trouble === 'file' ? file : trouble} ${stage}`;
        const held = await now(release);
        expect(gate.landed(), told).toEqual([]);
        expect(held.state.kind, told).toBe('held');
        expect(codes(held)[0], told).toBe(
          trouble === 'file' ? (files[file] === null ? 'policy-file-unreadable' : 'policy-file-invalid') : why[trouble],
        );
        gate.troubles.clear();
        gate.setPolicy(sluiceYaml);
        await gate.settle();
        expect(gate.landed(), `${told}, and then all is well`).toEqual([release.id]);
      }
    },
    longMs,
  );
});

test('a stranger with an id of their own making is nobody', async () => {
  await gate.reset();
  expect(await gate.decision.may(userId('UNOBODY'), 'releaser', { service: 'web', environment: 'production' })).toBe(
    false,
  );
});
