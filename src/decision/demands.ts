import type { Decision } from '../reasons.ts';
import type { Person, UserId } from '../release.ts';
import { holdsFor } from '../scope.ts';
import { lastVotes } from '../votes.ts';
import { assign } from './assign.ts';
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
  const { people } = facts.policy.file;
  const own = identityOf(request.requester, people);
  const found = facts.policy.file.policies.flatMap((line, index) => {
    if (line.kind !== 'approvals' || !holdsFor(line, request, facts.policy.file)) return [];
    const from = line.from ?? namesWithRole(facts.policy.file, 'approver', request);
    const authors = line.exclude?.includes('author') ? authorsOf(plan) : [];
    const members = usersOf(facts, from);
    const may = members.filter((user) => {
      const identity = identityOf({ user }, people);
      return !isSamePerson(identity, own) && !isAuthor(identity, nameless(user), authors, people);
    });
    return [{ line, index, from, authors, members, may }];
  });
  if (found.length === 0) return { lines: [], uncounted: [] };
  const { voters, uncounted } = readVoters(question, own);
  const takes = found.map(({ may, authors }) =>
    voters.flatMap(({ person, identity, accounts }, voter) =>
      accounts.some((user) => may.includes(user)) && !isAuthor(identity, person, authors, people) ? [voter] : [],
    ),
  );
  const counted = spread(found, takes, voters.length);
  const fits = new Set(takes.flat());
  const strangers = voters.flatMap(({ person, identity }, voter) => {
    if (fits.has(voter)) return [];
    const isMember = found.some(({ members }) => members.includes(person.user));
    const wrote = found.some(({ authors }) => isAuthor(identity, person, authors, people));
    const names = either([...new Set(found.flatMap(({ from }) => from))]);
    const because = isMember && wrote ? 'wrote one of the commits' : `is not in ${names} any more`;
    return [{ user: person.user, because }];
  });
  return {
    lines: found.map(({ line, index, from, may }, number) => ({
      ...{ line, index, from, may },
      counted: (counted[number] ?? []).flatMap((voter) => voters[voter]?.person ?? []),
    })),
    uncounted: [...uncounted, ...strangers],
  };
}

/** Lines that only warn get whom the others do not need. */
function spread(
  found: readonly { readonly line: Approvals }[],
  takes: readonly (readonly number[])[],
  voters: number,
): readonly (readonly number[])[] {
  const wishes = found.map(({ line }, number) => ({ count: line.count, takes: takes[number] ?? [] }));
  const isWarning = (number: number) => found[number]?.line.level === 'warn';
  const first = assign(
    wishes.map((wish, number) => (isWarning(number) ? { ...wish, count: 0 } : wish)),
    voters,
  );
  const taken = new Set(first.flat());
  const left = wishes.map(({ count, takes: own }, number) => ({
    count: isWarning(number) ? count : 0,
    takes: own.filter((voter) => !taken.has(voter)),
  }));
  const second = assign(left, voters);
  return first.map((own, number) => [...own, ...(second[number] ?? [])]);
}

/** Every human being who approves exactly this, once; the requester is none of them, nor is who has left. */
function readVoters(question: Question, own: ReadonlySet<string>) {
  const { request, plan, votes, facts } = question;
  const { people } = facts.policy.file;
  const bound = boundOf(request, plan, facts.policy.file);
  const voters: Voter[] = [];
  const uncounted: { user: UserId; because: string }[] = [];
  for (const { person } of lastVotes(votes).filter((vote) => vote.vote === 'approve' && vote.bound === bound)) {
    const now = facts.voters?.get(person.user);
    const identity = joined(identityOf(person, people), now === null ? new Set() : identityOf(now ?? person, people));
    const twins = voters.filter((other) => isSamePerson(other.identity, identity));
    if (now === null) uncounted.push({ user: person.user, because: 'is not a member of this workspace any more' });
    else if (isSamePerson(identity, own)) uncounted.push({ user: person.user, because: 'asked for it' });
    else {
      // A later account may join two that had nothing in common.
      const rest = voters.filter((other) => !twins.includes(other));
      const all = [...twins, { person, identity, accounts: [person.user] }];
      voters.splice(0, voters.length, ...rest, {
        person: twins[0]?.person ?? person,
        identity: all.map((each) => each.identity).reduce(joined),
        accounts: all.flatMap(({ accounts }) => accounts),
      });
    }
  }
  return { voters, uncounted };
}

function joined(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a, ...b]);
}

/** Somebody who has not voted is known by account alone. */
function nameless(user: UserId): Person {
  return { user, name: '' };
}
