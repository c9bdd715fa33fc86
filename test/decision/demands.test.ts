import { describe, expect, test } from 'vitest';
import { demandsOf } from '../../src/decision/demands.ts';
import { mayVote } from '../../src/decision/may-vote.ts';
import type { Question } from '../../src/decision/question.ts';
import type { Person, UserId } from '../../src/vocabulary/person.ts';
import type { Plan } from '../../src/vocabulary/release.ts';
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
  sluiceYaml,
  someFacts,
  userId,
} from '../support/builders.ts';
import { approvedBy, aQuestion } from './question-builder.ts';

const eve = aPerson('eve');
const oneLine =
  '  - { kind: approvals, environments: [production], from: ["@platform", "@storefront"], count: 2, within: 4h }';
const twoGroups = sluiceYaml.replace(
  oneLine,
  `  - { kind: approvals, environments: [production], from: ["@platform"], count: 2 }
  - { kind: approvals, environments: [production], from: ["@security"], exclude: [author] }`,
);
const groups: ReadonlyMap<string, readonly UserId[]> = new Map([
  ['@platform', [bo.user, cy.user, eve.user]],
  ['@security', [cy.user, eve.user]],
]);

interface Case {
  readonly voters?: readonly Person[];
  readonly yaml?: string;
  readonly plan?: Partial<Plan>;
  readonly now?: ReadonlyMap<UserId, Person | null>;
}

function asked({ voters = [], yaml = twoGroups, plan = {}, now }: Case): Question {
  const members = new Map([...someFacts().members, ...groups]);
  const facts = someFacts({ policy: aReadFile(yaml), members, ...(now === undefined ? {} : { voters: now }) });
  return approvedBy(aQuestion({ plan: aPlan(plan), facts }), voters);
}

const counted = (question: Question) =>
  demandsOf(question).lines.map(({ counted: people }) => people.map(({ name }) => name).toSorted());

describe('two groups at once', () => {
  test.each<[string, readonly Person[], readonly (readonly string[])[]]>([
    ['nobody', [], [[], []]],
    ['somebody who is in both', [cy], [[], ['cy']]],
    ['one of each', [bo, cy], [['bo'], ['cy']]],
    ['whoever is in both goes where others are missing', [cy, bo, eve], [['bo', 'eve'], ['cy']]],
    ['the same three in another order', [eve, bo, cy], [['bo', 'cy'], ['eve']]],
    ['strangers and the requester', [ana, aPerson('olu')], [[], []]],
  ])('%s', (_title, voters, expected) => {
    const seen = counted(asked({ voters }));
    expect(seen.map((names) => names.length)).toEqual(expected.map((names) => names.length));
    expect(seen.flat().toSorted()).toEqual(expected.flat().toSorted());
    // Whoever counts for one of them is no stranger to the other.
    const counting = new Set(expected.flat());
    const strangers = voters.map(({ name }) => name).filter((name) => !counting.has(name));
    expect(demandsOf(asked({ voters })).uncounted).toHaveLength(strangers.length);
  });

  test.each([
    ['dev', aRequest({ environment: 'dev' }), aPlan()],
    [
      'a rollback to what was healthy',
      aRequest({ intent: 'rollback' }),
      aPlan({ intent: 'rollback', knownGood: true }),
    ],
  ])('nobody is asked about %s, so no vote is one too many', (_title, request, plan) => {
    const question = approvedBy(aQuestion({ request, plan }), [bo, aPerson('olu')]);
    expect(demandsOf(question)).toEqual({ lines: [], uncounted: [] });
  });

  test('are worked out once for a question', () => {
    const question = asked({ voters: [bo] });
    expect(demandsOf(question)).toBe(demandsOf(question));
  });

  test('each says who may vote, in the order of the file', () => {
    expect(demandsOf(asked({})).lines.map(({ index, from, may }) => ({ index, from, may }))).toEqual([
      { index: 1, from: ['@platform'], may: ['UBO', 'UCY', 'UEVE'] },
      { index: 2, from: ['@security'], may: ['UCY', 'UEVE'] },
    ]);
  });

  test.each<[string, readonly Person[], readonly (readonly string[])[]]>([
    ['nobody', [], [[], []]],
    ['whom the other can do without', [bo, cy], [['bo'], ['cy']]],
    ['nobody whom the other needs', [cy], [[], ['cy']]],
  ])('what only warns gets %s', (_title, voters, expected) => {
    const warning = '  - { kind: approvals, environments: [production], from: ["@platform"], level: warn }';
    const yaml = sluiceYaml.replace(oneLine, `${warning}\n  - { kind: approvals, from: ["@security"] }`);
    expect(counted(asked({ yaml, voters }))).toEqual(expected);
  });

  test('what only warns gets nobody whom the others have', () => {
    const warning = `  - { kind: approvals, environments: [production], from: ["@platform"], level: warn }`;
    const yaml = sluiceYaml.replace(oneLine, `${warning}\n${oneLine.replace(', within: 4h', '')}`);
    expect(counted(asked({ yaml, voters: [bo, cy] }))).toEqual([[], ['bo', 'cy']]);
  });
});

describe('the order of votes', () => {
  test('an approval taken back stays so, also where the clock of that replica was behind', () => {
    const question = asked({ voters: [bo] });
    const [first] = question.votes;
    if (first === undefined) throw new Error('nobody has voted');
    const back = { ...first, vote: 'take-back' as const, at: at(-2_000) };
    expect(counted({ ...question, votes: [first, back] }).flat()).toEqual([]);
  });
});

describe('distinct people', () => {
  test('an account that joins two others makes one person of the three', () => {
    const one = { ...bo, email: 'bo@example.com' };
    const two = { ...cy, email: 'bo@home.example' };
    const three = { ...eve, email: 'bo@example.com' };
    const now = new Map<UserId, Person | null>([
      [one.user, one],
      [two.user, two],
      [three.user, { ...three, email: 'bo@home.example' }],
    ]);
    expect(counted(asked({ voters: [one, two, three], now })).flat()).toHaveLength(1);
  });

  const withPeople = (entry: string) =>
    twoGroups.replace('  mia: { slack: UMIA }', `  mia: { slack: UMIA }\n  ${entry}`);

  test.each<[string, Case, readonly string[], string]>([
    [
      'a second account of the requester by its address',
      { voters: [aPerson('eve', { email: 'ANA@example.com' })] },
      [],
      'asked for it',
    ],
    [
      'a second account of the requester by people',
      { voters: [eve], yaml: withPeople('ana: { slack: UEVE, email: ana@example.com }') },
      [],
      'asked for it',
    ],
    [
      'who has left the workspace',
      { voters: [eve], now: new Map([[eve.user, null]]) },
      [],
      'is not a member of this workspace any more',
    ],
    ['who has left the groups', { voters: [aPerson('olu')] }, [], 'is not in @platform or @security any more'],
  ])('%s counts for nothing, and it is said why', (_title, question, names, because) => {
    expect(counted(asked(question)).flat()).toEqual(names);
    expect(demandsOf(asked(question)).uncounted).toMatchObject([{ because }]);
  });

  test('an account that nobody asks counts by another one of the same person', () => {
    const olu = aPerson('olu', { email: 'cy@example.com' });
    expect(counted(asked({ voters: [olu, cy] })).flat()).toEqual(['olu']);
    expect(demandsOf(asked({ voters: [olu, cy] })).uncounted).toEqual([]);
  });

  test.each<[string, Case]>([
    ['by one address', { voters: [eve, aPerson('cy', { email: 'Eve@example.com' })] }],
    ['by people', { voters: [eve, cy], yaml: withPeople('eve: { slack: UEVE, email: cy@example.com }') }],
    [
      'by the address that the directory knows now',
      { voters: [eve, cy], now: new Map([[eve.user, { ...eve, email: 'cy@example.com' }]]) },
    ],
  ])('two accounts of one person count once: %s', (_title, question) => {
    expect(counted(asked(question)).flat()).toHaveLength(1);
  });
});

describe('without the author', () => {
  const by = (author: string, commits: readonly string[] = []): Partial<Plan> => ({
    artifact: anArtifact({ author }),
    commits: commits.map((each) => ({ sha: 'c'.repeat(40), title: 'Fix', author: each })),
  });

  test.each<[string, Partial<Plan>]>([
    ['by name', by('Cy')],
    ['by address', by('Somebody <CY@example.com>')],
    ['by an address alone', by('cy@example.com')],
    ['of one of the commits', by('Ana', ['Ana', ' cy '])],
    ['of a commit that is not shown', { ...by('Ana'), authors: ['Cy <private@mail.test>'] }],
  ])('%s is not asked, and does not count', (_title, plan) => {
    const question = asked({ voters: [cy], plan });
    expect(counted(question)).toEqual([['cy'], []]);
    expect(mayVote(question, cy)).toEqual({ kind: 'may', as: ['@platform'] });
    const security = twoGroups.replace(/\n.*from: \["@platform"\], count: 2 }/, '');
    const alone = asked({ voters: [cy], plan, yaml: security });
    expect(mayVote(alone, cy)).toMatchObject({ kind: 'may-not', because: expect.stringContaining('you wrote one') });
    expect(demandsOf(alone).uncounted).toEqual([{ user: 'UCY', because: 'wrote one of the commits' }]);
  });

  test('who wrote it and is a member of any of the lines is told so, others are not', () => {
    const yaml = twoGroups.replace('count: 2 }', 'count: 2, exclude: [author] }');
    const question = asked({ voters: [bo, aPerson('olu')], plan: by('Bo', ['olu']), yaml });
    expect(demandsOf(question).uncounted).toEqual([
      { user: 'UBO', because: 'wrote one of the commits' },
      { user: 'UOLU', because: 'is not in @platform or @security any more' },
    ]);
  });

  test('who wrote it is told so under whichever of their accounts they voted', () => {
    const yaml = twoGroups.replace(/\n.*from: \["@platform"\], count: 2 }/, '');
    const olu = aPerson('olu', { email: 'cy@example.com' });
    expect(demandsOf(asked({ voters: [olu, cy], plan: by('Cy'), yaml })).uncounted).toEqual([
      { user: 'UOLU', because: 'wrote one of the commits' },
    ]);
  });

  test('who wrote it under the name that the directory has now does not count either', () => {
    const now = new Map<UserId, Person | null>([[cy.user, { ...cy, name: 'cyrus' }]]);
    expect(counted(asked({ voters: [cy], plan: by('Cyrus'), now }))).toEqual([['cy'], []]);
  });

  test('others are, and so is the author where nothing excludes them', () => {
    expect(counted(asked({ voters: [cy], plan: by('Eve <eve@example.com>') })).flat()).toEqual(['cy']);
    expect(counted(asked({ voters: [bo], plan: by('Bo') }))).toEqual([['bo'], []]);
  });

  test('a name of people stands for its account', () => {
    const yaml = twoGroups.replace('  mia: { slack: UMIA }', '  cy: { slack: UCY, email: cy@private.test }');
    const { lines } = demandsOf(
      asked({ yaml: yaml.replace('of: [mia]', 'of: [cy]'), plan: by('C <cy@private.test>') }),
    );
    expect(lines.map(({ may }) => may.includes(userId('UCY')))).toEqual([true, false]);
  });
});
