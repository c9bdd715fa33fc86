import type { Person, UserId } from '../vocabulary/person.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import { holdsFor } from '../vocabulary/scope.ts';
import { lastVotes } from '../vocabulary/votes.ts';
import { assign, type Wish } from './assign.ts';
import { authorsOf, isAuthor } from './authors.ts';
import { boundOf } from './bound.ts';
import { identityOf, isSamePerson } from './identity.ts';
import type { Approvals } from './lines/approvals.ts';
import { either, isKnownGoodRollback, type Question, usersOf } from './question.ts';
import { namesWithRole } from './roles.ts';

/** One approvals line that holds here, and how far it is met. */
export interface Demand {
  readonly line: Approvals;
  /** Its number among the policies of the file. */
  readonly index: number;
  readonly from: readonly string[];
  /** Who may vote now; neither the requester nor, where they are excluded, the authors. */
  readonly may: readonly UserId[];
  /** Whose approvals count for this line; each person for one line only. */
  readonly counted: readonly Person[];
}

export interface Demands {
  readonly lines: readonly Demand[];
  /** Votes for exactly this that count for nothing, and why. */
  readonly uncounted: NonNullable<Decision['uncounted']>;
}

/** Somebody who approves, by whatever accounts. */
export interface Voter {
  readonly person: Person;
  readonly identity: ReadonlySet<string>;
  /** What the accounts are called: an author is none of them. */
  readonly names: readonly string[];
  readonly accounts: readonly UserId[];
}

const remembered = new WeakMap<Question, Demands>();

/** Every approvals line that holds, and whose votes count for which; worked out once for a question. */
export function demandsOf(question: Question): Demands {
  const known = remembered.get(question) ?? findDemands(question);
  remembered.set(question, known);
  return known;
}

/** Every human being who approves exactly this now, whatever it counts for. */
export function votersOf(question: Question): readonly Voter[] {
  const { request, facts } = question;
  return readVoters(question, identityOf(request.requester, facts.policy.file.people)).voters;
}

function findDemands(question: Question): Demands {
  const { request, plan, facts } = question;
  if (isKnownGoodRollback(question)) return { lines: [], uncounted: [] };
  const { file } = facts.policy;
  const own = identityOf(request.requester, file.people);
  const authors = authorsOf(plan);
  const found = file.policies.flatMap((line, index) => {
    if (line.kind !== 'approvals' || !holdsFor(line, request, file)) return [];
    const from = line.from ?? namesWithRole(file, 'approver', request);
    const members = usersOf(facts, from);
    const isExcluded = (known: readonly string[]) =>
      line.exclude?.includes('author') === true && isAuthor(known, authors, file.people);
    const may = members.filter((user) => {
      const identity = identityOf({ user }, file.people);
      return !isSamePerson(identity, own) && !isExcluded([...identity]);
    });
    return [{ line, index, count: line.count, from, members, may, isExcluded }];
  });
  if (found.length === 0) return { lines: [], uncounted: [] };
  const { voters, uncounted } = readVoters(question, own);
  const lines = found.map((each) => ({
    ...each,
    takes: voters.filter(
      ({ identity, names, accounts }) =>
        accounts.some((user) => each.may.includes(user)) && !each.isExcluded([...identity, ...names]),
    ),
  }));
  const strangers = voters.filter((voter) => !lines.some(({ takes }) => takes.includes(voter)));
  return {
    lines: spread(lines).map(({ line, index, from, may, gets }) => ({
      ...{ line, index, from, may },
      counted: gets.map(({ person }) => person),
    })),
    uncounted: [
      ...uncounted,
      ...strangers.map((voter) => ({ user: voter.person.user, because: whyNot(voter, found) })),
    ],
  };
}

/** Why an approval that no line takes counts for nothing: a member who does not count is an author. */
function whyNot(
  { accounts }: Voter,
  lines: readonly { readonly from: readonly string[]; readonly members: readonly UserId[] }[],
) {
  if (lines.some(({ members }) => accounts.some((user) => members.includes(user)))) return 'wrote one of the commits';
  return `is not in ${either([...new Set(lines.flatMap(({ from }) => from))])} any more`;
}

/** Whose votes each line gets; those that only warn get whom the others do not need. */
function spread<Line extends Pick<Demand, 'line' | 'index'> & Wish<Voter>>(wishes: readonly Line[]) {
  const blocking = assign(wishes.filter(({ line }) => line.level !== 'warn'));
  const taken = new Set(blocking.flatMap(({ gets }) => gets));
  const warning = wishes
    .filter(({ line }) => line.level === 'warn')
    .map((wish) => ({ ...wish, takes: wish.takes.filter((voter) => !taken.has(voter)) }));
  return [...blocking, ...assign(warning)].toSorted((a, b) => a.index - b.index);
}

/** Every human being who approves exactly this, once; the requester is none of them, nor is who has left. */
function readVoters({ request, plan, votes, facts }: Question, own: ReadonlySet<string>) {
  const { people } = facts.policy.file;
  const bound = boundOf(request, plan, facts.policy.file);
  let voters: readonly Voter[] = [];
  const uncounted: { user: UserId; because: string }[] = [];
  for (const { person } of lastVotes(votes).filter((vote) => vote.vote === 'approve' && vote.bound === bound)) {
    const { user } = person;
    const now = facts.voters?.get(user);
    // As they were when they voted, and as the directory knows them now.
    const both = [person, now ?? person];
    const identity = both.map((each) => identityOf(each, people)).reduce(joined);
    if (now === null) uncounted.push({ user, because: 'is not a member of this workspace any more' });
    else if (isSamePerson(identity, own)) uncounted.push({ user, because: 'asked for it' });
    else voters = withVoter(voters, { person, identity, names: both.map(({ name }) => name), accounts: [user] });
  }
  return { voters, uncounted };
}

/** One human being more, unless it is known by another account; a later account may join two that had nothing in common. */
function withVoter(voters: readonly Voter[], voter: Voter): readonly Voter[] {
  const others = voters.filter(({ identity }) => !isSamePerson(identity, voter.identity));
  const same = [...voters.filter((each) => !others.includes(each)), voter];
  const one = same.reduce((first, next) => ({
    person: first.person,
    identity: joined(first.identity, next.identity),
    names: [...first.names, ...next.names],
    accounts: [...first.accounts, ...next.accounts],
  }));
  return [...others, one];
}

function joined(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a, ...b]);
}
