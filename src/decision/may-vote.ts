import type { Person } from '../vocabulary/person.ts';
import { authorsOf, isAuthor } from './authors.ts';
import { decide } from './decide.ts';
import { demandsOf } from './demands.ts';
import { identityOf, isSamePerson } from './identity.ts';
import { either, type Question } from './question.ts';

export type MayVote =
  /** `as`: the names of sluice.yaml behind which the person stands now. */
  { readonly kind: 'may'; readonly as: readonly string[] } | { readonly kind: 'may-not'; readonly because: string };

/** Whether somebody's approval or rejection would count now, and as what. */
export function mayVote(question: Question, person: Person): MayVote {
  const { request, plan, facts } = question;
  const { people } = facts.policy.file;
  const identity = identityOf(person, people);
  if (isSamePerson(identity, identityOf(request.requester, people)))
    return { kind: 'may-not', because: 'you asked for it yourself; somebody else has to approve it' };
  const { lines } = demandsOf(question);
  const named = lines.filter(({ from }) => from.some((name) => facts.members.get(name)?.includes(person.user)));
  const counting = named.filter(
    ({ line }) => !line.exclude?.includes('author') || !isAuthor([...identity, person.name], authorsOf(plan), people),
  );
  const as = counting.flatMap(({ from }) => from.filter((name) => facts.members.get(name)?.includes(person.user)));
  if (as.length > 0) return { kind: 'may', as: [...new Set(as)] };
  const confirming = decide(question).reasons.find(({ code }) => code === 'override-unconfirmed')?.demand;
  if (confirming?.may.includes(person.user))
    return { kind: 'may', as: confirming.from.filter((name) => facts.members.get(name)?.includes(person.user)) };
  if (named.length > 0)
    return { kind: 'may-not', because: 'you wrote one of the commits; somebody else has to approve it' };
  const from = either([...new Set(lines.flatMap((demand) => demand.from))]);
  const { service, environment } = request;
  return {
    kind: 'may-not',
    because: from === '' ? 'no votes are asked for' : `only ${from} may approve ${service} in ${environment}`,
  };
}
