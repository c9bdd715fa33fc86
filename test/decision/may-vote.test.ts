import { expect, test } from 'vitest';
import { type MayVote, mayVote } from '../../src/decision/may-vote.ts';
import type { Question } from '../../src/decision/question.ts';
import type { Person } from '../../src/vocabulary/person.ts';
import {
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  bo,
  cy,
  mia,
  sluiceYaml,
  someFacts,
} from '../support/builders.ts';
import { aQuestion } from './question-builder.ts';

const eve = aPerson('eve');
const asking = 'from: ["@platform", "@storefront"], count: 2';

/** mia and eve operate; the platform and a group that nobody is in approve. */
function ask(line: string, over: Partial<Question> = {}): Question {
  const yaml = sluiceYaml
    .replace('  mia: { slack: UMIA }', '  mia: { slack: UMIA }\n  eve: { slack: UEVE }')
    .replace('of: [mia]', 'of: [mia, eve, "@sre"]')
    .replace(asking, line);
  const members = new Map([...someFacts().members, ['eve', [eve.user]], ['@sre', [eve.user]]] as const);
  return aQuestion({ facts: someFacts({ policy: aReadFile(yaml), members }), ...over });
}

const plain = ask('from: ["@ghosts", "@platform"]');
const twice = ask('from: ["@platform", "@storefront"], count: 2');
const byBo = ask('from: ["@platform"], exclude: [author]', { plan: aPlan({ artifact: anArtifact({ author: 'Bo' }) }) });
const passing = { request: aRequest({ requester: mia, override: ['approvals'], because: 'the shop is down' }) };
const overridden = ask('from: ["@platform"], override: [operator]', passing);
const nobody = ask('from: ["@platform"]', { request: aRequest({ environment: 'dev' }) });

const may = (...as: readonly string[]): MayVote => ({ kind: 'may', as });
const mayNot = (because: string): MayVote => ({ kind: 'may-not', because });

test.each<[string, Question, Person, MayVote]>([
  ['a member of one of the groups', plain, cy, may('@platform')],
  ['a member of several', twice, cy, may('@platform', '@storefront')],
  ['the requester', twice, ana, mayNot('you asked for it yourself; somebody else has to approve it')],
  [
    'another account of the requester',
    twice,
    { ...cy, email: 'ANA@example.com' },
    mayNot('you asked for it yourself; somebody else has to approve it'),
  ],
  ['a stranger', twice, eve, mayNot('only @platform or @storefront may approve web in production')],
  ['an author', byBo, bo, mayNot('you wrote one of the commits; somebody else has to approve it')],
  ['somebody who is no author', byBo, cy, may('@platform')],
  ['a second operator who confirms an override', overridden, eve, may('eve', '@sre')],
  [
    'an operator where nobody passes approvals',
    twice,
    mia,
    mayNot('only @platform or @storefront may approve web in production'),
  ],
  ['a member all the same while an override waits', overridden, cy, may('@platform')],
  [
    'somebody else while an override waits',
    overridden,
    aPerson('olu'),
    mayNot('only @platform may approve web in production'),
  ],
  ['anybody where no votes are asked for', nobody, bo, mayNot('no votes are asked for')],
])('%s', (_title, question, person, expected) => {
  expect(mayVote(question, person)).toEqual(expected);
});
