import { epochMsOf, type Instant, instantOf } from '../doors/time.ts';
import type { UserId } from '../vocabulary/person.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import { votersOf } from './demands.ts';
import { identityOf, isSamePerson } from './identity.ts';
import { either, isKnownGoodRollback, type Question, usersOf } from './question.ts';
import { roleNameSchema } from './role-name.ts';
import { isAmong, namesWithRole } from './roles.ts';

export interface Parted {
  /** What still speaks against the release. */
  readonly reasons: readonly Reason[];
  /** What its requester passes. */
  readonly overridden: readonly Reason[];
}

/**
 * Parts what counts from what the requester passes: they name the policy, and have a role that the policy's own line names
 * now. Who asks to pass what they may not pass is refused. An operator passes locks with a rollback to what was healthy without asking.
 */
export function partOverridden(question: Question, objections: readonly Reason[]): Parted {
  const parted = objections.map((reason) => ({ reason, verdict: verdictOf(question, reason) }));
  return {
    reasons: parted.flatMap(({ reason, verdict }) => {
      if (verdict === 'passed') return [];
      return [verdict === 'refused' ? refused(question, reason) : offered(question, reason)];
    }),
    overridden: parted.flatMap(({ reason, verdict }) => (verdict === 'passed' ? [reason] : [])),
  };
}

type Verdict = 'passed' | 'refused' | 'counts';

function verdictOf(question: Question, { policy, override = [] }: Reason): Verdict {
  const { request, facts } = question;
  const isAsked = request.override?.some((kind) => kind === policy) === true;
  const isImplied = policy === 'locks' && isKnownGoodRollback(question);
  const mayPass = isAmong(request.requester.user, namesBehind(question, override), facts.members);
  if (mayPass && (isAsked || isImplied)) return 'passed';
  return isAsked && !isImplied ? 'refused' : 'counts';
}

function namesBehind({ request, facts }: Question, roles: readonly string[]): readonly string[] {
  const names = roleNameSchema
    .array()
    .parse(roles)
    .flatMap((role) => namesWithRole(facts.policy.file, role, request));
  return [...new Set(names)];
}

function refused(question: Question, reason: Reason): Reason {
  const { request } = question;
  const { policy = '', override = [] } = reason;
  const where = `${request.service} in ${request.environment}`;
  if (override.length === 0)
    return {
      ...reason,
      effect: 'deny',
      text: `${reason.text}; nobody may override ${policy} here`,
      next: `whoever may change sluice.yaml can name a role for it: ${policy === 'locks' ? '{ kind: locks, override: [operator] }' : 'override: [operator]'}`,
    };
  const names = namesBehind(question, override);
  return {
    ...reason,
    effect: 'deny',
    text: `${reason.text}; @${request.requester.name} may not override ${policy} for ${where}`,
    next: names.length === 0 ? `nobody is ${either(override)} there; add a line to roles` : `ask ${either(names)}`,
  };
}

/** What may be passed says how, for those who may. */
function offered({ request, plan }: Question, reason: Reason): Reason {
  const { policy, override = [], next } = reason;
  if (override.length === 0) return reason;
  const command = `/${request.intent} ${request.service} ${request.environment} ${plan.artifact.version} override ${policy} because TEXT`;
  const how = `${article(either(override))} may pass it: \`${command}\``;
  return { ...reason, next: next === undefined ? how : `${next}; ${how}` };
}

function article(role: string): string {
  return `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;
}

export interface Confirmation {
  readonly reasons: readonly Reason[];
  readonly confirmedBy: readonly UserId[];
  readonly expiresAt?: Instant;
}

/** Whoever passes approvals is in a hurry: what nobody confirms by then was not that urgent. */
const confirmWithinMs = 4 * 3_600_000;

/** Who passes approvals alone would approve their own release: a second operator has to click. */
export function confirmationOf(question: Question, overridden: readonly Reason[]): Confirmation {
  if (!overridden.some(({ policy }) => policy === 'approvals')) return { reasons: [], confirmedBy: [] };
  const { request, facts } = question;
  const { file } = facts.policy;
  const own = identityOf(request.requester, file.people);
  const from = namesWithRole(file, 'operator', request);
  const may = usersOf(facts, from).filter((user) => !isSamePerson(identityOf({ user }, file.people), own));
  const confirmedBy = votersOf(question).flatMap(({ accounts }) => accounts.find((user) => may.includes(user)) ?? []);
  if (confirmedBy.length > 0) return { reasons: [], confirmedBy };
  const reason: Reason = {
    code: 'override-unconfirmed',
    effect: 'hold',
    text: `@${request.requester.name} overrides approvals, which a second operator has to confirm`,
    next:
      may.length === 0
        ? `nobody else is an operator there: add somebody to roles in sluice.yaml`
        : `ask ${either(from)} to confirm`,
    demand: { from: [...from], count: 1, have: [], may: [...may] },
  };
  const askedMs = epochMsOf(question.askedAt ?? question.now);
  return { reasons: [reason], confirmedBy, expiresAt: instantOf(askedMs + confirmWithinMs) };
}
