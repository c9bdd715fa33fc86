import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserId } from '../../src/vocabulary/person.ts';
import { sluiceYaml } from '../support/builders.ts';
import { type Gate, groups, type Name, openGate, people } from './gate.ts';
import { broken, type Model, type Rules, shownOf } from './model.ts';
import { sourceInGit } from './source-in-git.ts';
import { sourceInMemory } from './source-in-memory.ts';

/** PROPERTY_RUNS=1000 for a long run, a tenth of it in Git; PROPERTY_SEED and PROPERTY_PATH, as they are printed, play one again. */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 30);
/** The same sequences each time, unless it is a long run. */
const seed = process.env['PROPERTY_SEED'] ?? (process.env['PROPERTY_RUNS'] === undefined ? '1' : undefined);
const path = process.env['PROPERTY_PATH'];

let gate: Gate;

const first: Rules = {
  count: 2,
  from: ['@platform', '@storefront'],
  branches: '^main$',
  frozen: false,
  releasers: '@developers',
  ticket: false,
};

function yamlOf({ count, from, branches, frozen, releasers, ticket }: Rules): string {
  const [head = ''] = sluiceYaml.split('roles:');
  const lines = [
    `{ kind: branch-restriction, environments: [production], branches: "${branches}" }`,
    `{ kind: approvals, environments: [production], from: ${JSON.stringify(from)}, count: ${count} }`,
    ...(frozen
      ? ['{ kind: freeze-window, environments: [production], from: "2026-01-01", to: "2027-12-31", timezone: UTC }']
      : []),
    ...(ticket ? ['{ kind: reference, environments: [production], pattern: "^CHG[0-9]+$" }'] : []),
  ];
  return `${head.replace(', after: staging', '')}roles:\n  - { role: releaser, of: ["${releasers}"] }\n  - { role: operator, of: [mia] }\npolicies:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
}

const name = fc.constantFrom<Name>('ana', 'second', 'bo', 'cy', 'dee', 'eve', 'mia', 'bot');
const voter = fc.constantFrom<Name>('bo', 'cy', 'dee', 'bo', 'cy', 'second', 'ana', 'eve', 'bot');
const service = fc.constantFrom('web', 'api');
const version = fc.constantFrom('1.4.0', '1.4.2', '1.4.3');
const rules: fc.Arbitrary<Partial<Rules>> = fc.oneof(
  fc.record({ count: fc.constantFrom<1 | 2 | 3>(1, 2, 3) }),
  fc.record({ from: fc.constantFrom(['@platform'], ['@storefront'], ['@platform', '@storefront']) }),
  fc.record({ branches: fc.constantFrom<Rules['branches']>('^main$', '^release/') }),
  fc.record({ frozen: fc.boolean() }),
  fc.record({ releasers: fc.constantFrom<Rules['releasers']>('@developers', '@platform') }),
  fc.record({ ticket: fc.boolean() }),
  fc.constant(first),
);

type Step =
  | { readonly do: 'ask'; readonly who: Name; readonly service: string; readonly version: string }
  | { readonly do: 'click'; readonly who: Name; readonly action: string; readonly nth: number }
  | { readonly do: 'policy'; readonly rules: Partial<Rules> }
  | { readonly do: 'group'; readonly handle: string; readonly who: Name; readonly joins: boolean }
  | { readonly do: 'leave'; readonly who: Name; readonly leaves: boolean }
  | { readonly do: 'lock'; readonly what: string; readonly locks: boolean }
  | { readonly do: 'outside'; readonly service: string; readonly version: string }
  | { readonly do: 'look' | 'write' | 'mend' };

const nth = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('ask'), who: fc.constantFrom<Name>('ana', 'bo', 'eve'), service, version }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('click'), who: voter, action: fc.constant('release.approve'), nth }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('click'),
      who: name,
      action: fc.constantFrom('release.cancel', 'release.go', 'release.take-back'),
      nth,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('policy'), rules }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('group'),
      handle: fc.constantFrom(...Object.keys(groups)),
      who: name,
      joins: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leave'),
      who: fc.constantFrom<Name>('ana', 'bo', 'cy'),
      leaves: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lock'),
      what: fc.constantFrom('web', 'api', 'production'),
      locks: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outside'), service, version }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom<'look' | 'write'>('look', 'write') }) },
);

/** A release as it should go, with something between its steps: of sequences that are random alone hardly one lands anything. */
const story: fc.Arbitrary<readonly Step[]> = fc
  .record({
    mends: fc.boolean(),
    service,
    version: fc.constantFrom('1.4.2', '1.4.3'),
    between: fc.array(fc.record({ at: fc.nat({ max: 6 }), step }), { maxLength: 3 }),
  })
  .map(({ mends, service: of, version: to, between }) => {
    const way: readonly Step[] = [
      { do: 'ask', who: 'ana', service: of, version: to },
      { do: 'look' },
      { do: 'click', who: 'bo', action: 'release.approve', nth: 0 },
      { do: 'click', who: 'cy', action: 'release.approve', nth: 0 },
      { do: 'look' },
      { do: 'write' },
    ];
    const steps = [...way, null].flatMap((each, index) => [
      ...between.filter(({ at }) => at === index).map((other) => other.step),
      ...(each === null ? [] : [each]),
    ]);
    return mends ? [{ do: 'mend' }, ...steps] : steps;
  });

let landings = 0;

/** Plays the steps in the app and in the model; whatever lands, the model must agree to at that moment. */
async function play(steps: readonly Step[]): Promise<void> {
  await gate.reset();
  gate.setPolicy(yamlOf(first));
  const model: Model = {
    rules: first,
    groups: new Map(Object.keys(groups).map((handle) => [handle, new Set(gate.inGroup(handle))])),
    left: new Set<UserId>([people.bot, people.guest, people.gone].map(({ user }) => user)),
    locks: new Set(),
    holds: new Map([
      ['web', '1.4.1'],
      ['api', '1.4.1'],
    ]),
    asked: new Map(),
  };
  const seen = new Set<string>();
  for (const each of [...steps, { do: 'look' }, { do: 'write' }] as readonly Step[]) {
    await act(model, each);
    if (each.do !== 'look' && each.do !== 'write') continue;
    for (const id of gate.landed().filter((landed) => !seen.has(landed))) {
      seen.add(id);
      landings += 1;
      const asked = model.asked.get(id);
      expect(broken(model, asked), `release ${id} of ${asked?.service} ${asked?.version}`).toEqual([]);
      if (asked !== undefined) {
        model.holds.set(asked.service, asked.version);
        asked.over = true;
      }
    }
    await follow(model);
  }
}

/** What the messages show now, and what is over. */
async function follow(model: Model): Promise<void> {
  const open = new Map((await gate.ledger.open()).map((release) => [String(release.id), release]));
  for (const [id, asked] of model.asked) {
    if (!open.has(id)) asked.over = true;
    else if (open.get(id)?.state.kind === 'held') asked.shown = shownOf(model, asked);
  }
}

async function act(model: Model, each: Step): Promise<void> {
  switch (each.do) {
    case 'ask': {
      const release = await gate.ask(each.who, each.service, each.version);
      if (release === null) return;
      model.asked.set(release.id, {
        service: each.service,
        version: each.version,
        by: people[each.who],
        shown: '',
        votes: new Map(),
        over: false,
      });
      return;
    }
    case 'click': {
      const release = (await gate.ledger.open()).at(each.nth);
      if (release === undefined) return;
      await gate.click(each.who, each.action, release.id);
      const after = await gate.release(release.id);
      const asked = model.asked.get(release.id);
      if (asked === undefined) return;
      const { user, email } = people[each.who];
      // Its message offers a vote only while it is held.
      if (each.action === 'release.approve' && release.state.kind === 'held')
        asked.votes.set(user, { shown: asked.shown, email });
      if (each.action === 'release.take-back' && after?.votes.at(-1)?.vote === 'take-back') asked.votes.delete(user);
      if (after?.state.kind === 'cancelled') asked.over = true;
      return;
    }
    case 'policy':
      model.rules = { ...model.rules, ...each.rules };
      return gate.setPolicy(yamlOf(model.rules));
    case 'group': {
      const others = gate.inGroup(each.handle).filter((user) => user !== people[each.who].user);
      const users = each.joins ? [...others, people[each.who].user] : others;
      gate.setGroup(each.handle, users);
      return void model.groups.set(each.handle, new Set(users));
    }
    case 'leave':
      for (const left of [model.left, gate.left])
        if (each.leaves) left.add(people[each.who].user);
        else left.delete(people[each.who].user);
      return;
    case 'lock': {
      const scope = each.what === 'production' ? { environment: each.what } : { service: each.what };
      if (each.locks) model.locks.add(each.what);
      else model.locks.delete(each.what);
      return each.locks ? gate.lock('mia', scope) : gate.unlock('mia', scope);
    }
    case 'outside':
      gate.commitOutside(each.service, each.version);
      return void model.holds.set(each.service, each.version);
    case 'mend':
      // The rules, the groups and the people are as on the first day, and nothing is locked.
      if (model.rules !== first) gate.setPolicy(yamlOf(first));
      model.rules = first;
      for (const [handle, names] of Object.entries(groups)) {
        const users = names.map((each) => people[each].user);
        gate.setGroup(handle, users);
        model.groups.set(handle, new Set(users));
      }
      for (const name of ['ana', 'bo', 'cy'] as const) {
        gate.left.delete(people[name].user);
        model.left.delete(people[name].user);
      }
      for (const what of model.locks) await act(model, { do: 'lock', what, locks: false });
      return;
    case 'look':
      return gate.look();
    case 'write':
      return void (await gate.write());
  }
}

describe.each([
  ['on a real repository', sourceInGit, Math.ceil(runs / 10)],
  ['on a repository in memory', sourceInMemory, runs],
] as const)('%s', (_, source, numRuns) => {
  beforeAll(async () => {
    gate = await openGate(source);
  });
  afterAll(() => gate?.close());

  test('what the policies allow lands: the way that everybody expects', async () => {
    landings = 0;
    await play([
      { do: 'ask', who: 'ana', service: 'web', version: '1.4.2' },
      { do: 'look' },
      { do: 'click', who: 'bo', action: 'release.approve', nth: 0 },
      { do: 'click', who: 'cy', action: 'release.approve', nth: 0 },
      { do: 'look' },
      { do: 'write' },
    ]);
    expect(landings).toBe(1);
  });

  test(`no sequence of commands, clicks, policies and members lands what they refuse (${numRuns} runs)`, async () => {
    landings = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(story, { minLength: 1, maxLength: 4 }), (stories) => play(stories.flat())),
      {
        numRuns,
        ...(seed === undefined ? {} : { seed: Number(seed) }),
        ...(path === undefined ? {} : { path }),
      },
    );
    if (process.env['PROPERTY_RUNS'] !== undefined) process.stdout.write(`${numRuns} runs, ${landings} landings\n`);
  }, 3_600_000);
});
