import { Retryable } from '../doors/errors.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import type { SluiceFile } from '../sluice-yaml.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import type { Plan, Release } from '../vocabulary/release.ts';
import { holdsForEnvironment, holdsForService } from '../vocabulary/scope.ts';
import { confirmersOf } from '../vocabulary/votes.ts';
import { decide } from './decide.ts';
import { readDirectory } from './directory.ts';
import { type FactPorts, readOnce } from './fact-ports.ts';
import { readFacts } from './facts.ts';
import { samePerson } from './identity.ts';
import { type MayVote, mayVote } from './may-vote.ts';
import type { Question } from './question.ts';
import type { RoleName } from './role-name.ts';
import { isAmong, namesWithRole, type Scope } from './roles.ts';

export interface DecisionPorts extends FactPorts {
  readonly clock: Clock;
}

/** May it go? Every answer rests on facts that are read for it. */
export function createDecision(ports: DecisionPorts) {
  const batches = new WeakMap<object, FactPorts>();
  /** The same ports for all releases of one batch, so that what they share is read once. */
  const portsFor = (batch: object | undefined): FactPorts => {
    if (batch === undefined) return ports;
    const known = batches.get(batch) ?? readOnce(ports);
    batches.set(batch, known);
    return known;
  };
  const ask = async (
    release: Pick<Release, 'request' | 'votes' | 'decision'>,
    plan: Plan,
    batch: object | undefined,
  ) => {
    const { request, votes, decision } = release;
    const read = await readFacts(portsFor(batch), { request, plan, votes }, batch !== undefined);
    if (read.kind === 'unknown') return read;
    const now = instantOf(ports.clock.now());
    // A release that was asked about by an earlier Sluice kept only when it was asked for.
    const askedAt = decision?.askedAt ?? (decision?.bound === undefined ? undefined : request.at);
    const question: Question = { request, plan, votes, facts: read.facts, now, askedAt };
    return { kind: 'question' as const, question };
  };

  const may = async (user: UserId, role: RoleName, scope: Scope): Promise<boolean> => {
    const file = await standingFile(ports);
    const names = [...namesWithRole(file, role, scope), ...votersFor(file, role, scope)];
    // People who are named one by one need no directory, so they can act while it is away.
    const people = names.filter((name) => !name.startsWith('@'));
    const own = await readDirectory(people, file, ports, [user]);
    if (own.kind === 'read' && isAmong(user, people, own.members)) return true;
    const directory = await readDirectory(names, file, ports, [user]);
    if (directory.kind === 'unreadable')
      throw new Retryable(`Nobody can tell who is in ${directory.name} now: ${directory.because}`);
    return isAmong(user, names, directory.members);
  };

  return {
    /** Held wherever a fact cannot be read, with the cause. `fresh` is one batch of a lane: what its releases share is read once. */
    decide: async (
      release: Pick<Release, 'request' | 'votes' | 'decision'>,
      plan: Plan,
      fresh?: { readonly head: CommitSha },
    ): Promise<Decision> => {
      const asked = await ask(release, plan, fresh);
      if (asked.kind === 'question') return decide(asked.question);
      return {
        kind: 'held',
        reasons: [...asked.reasons],
        ...(asked.policy === undefined ? {} : { policy: asked.policy }),
      };
    },

    /** Whether a user's approval or rejection of a held release counts now. */
    mayVote: async (person: Person, release: Release): Promise<MayVote> => {
      if (release.state.kind !== 'held' || release.plan === undefined)
        return { kind: 'may-not', because: 'it does not wait for votes any more' };
      const asked = await ask(release, release.plan, undefined);
      if (asked.kind === 'unknown')
        return { kind: 'may-not', because: asked.reasons[0]?.text ?? 'the policies cannot be read just now' };
      return mayVote(asked.question, person);
    },

    /**
     * Whether a user has a role in a scope; `approver` also where an approvals policy names them. While `sluice.yaml` is not valid the last good
     * one says so: nothing that is asked here reaches Git without `decide`. Rejects (Retryable) where it cannot be known.
     */
    may,

    /** Whether a person's second look at a release counts: an approver or operator there, and somebody else than its requester and those who let it pass. */
    mayReview: async (person: Person, { request, decision, votes }: Release): Promise<MayReview> => {
      const { people } = await standingFile(ports);
      if (samePerson(person, request.requester, people))
        return { kind: 'may-not', because: 'you asked for it yourself; somebody else takes the second look' };
      if (confirmersOf({ decision, votes }).some((confirmer) => samePerson(person, confirmer, people)))
        return { kind: 'may-not', because: 'you confirmed the override; somebody else takes the second look' };
      const { service, environment } = request;
      const where = { service, environment };
      if ((await may(person.user, 'approver', where)) || (await may(person.user, 'operator', where)))
        return { kind: 'may' };
      return { kind: 'may-not', because: `that takes an approver or an operator for ${service} in ${environment}` };
    },
  };
}

export type MayReview = { readonly kind: 'may' } | { readonly kind: 'may-not'; readonly because: string };

/** The file that says who may do what: while it is not valid the last good one does. */
async function standingFile(ports: FactPorts): Promise<SluiceFile> {
  const snapshot = await ports.snapshot(false);
  const file = snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file;
  if (file === undefined) throw new Retryable('sluice.yaml cannot be read just now; try again in a minute.');
  return file;
}

/** Whoever a policy asks for votes may approve there, and look. */
function votersFor(file: SluiceFile, role: RoleName, scope: Scope): readonly string[] {
  if (role !== 'approver' && role !== 'viewer') return [];
  return file.policies.flatMap((policy) => {
    if (policy.kind !== 'approvals') return [];
    const fits =
      (scope.service === undefined || holdsForService(policy, scope.service, file)) &&
      (scope.environment === undefined || holdsForEnvironment(policy, scope.environment));
    return fits ? (policy.from ?? []) : [];
  });
}
