import { own } from '../doors/own.ts';
import { epochMsOf } from '../doors/time.ts';
import type { SluiceFile } from '../sluice-yaml.ts';
import type { Plan } from '../vocabulary/release.ts';
import { squadOf, type Where } from '../vocabulary/scope.ts';
import type { Question } from './question.ts';
import type { RoleName } from './role-name.ts';
import { isAmong, namesWithRole } from './roles.ts';

import { inputLimits, timeVariable } from './rule-variables.ts';

const roleNames: readonly RoleName[] = ['viewer', 'releaser', 'approver', 'operator'];

/** Whose members decide what `requester.roles` and `requester.groups` say. */
export function namesBehindRoles(file: SluiceFile, where: Where): readonly string[] {
  return [...new Set(roleNames.flatMap((role) => namesWithRole(file, role, where)))];
}

/** Whether a rule speaks of roles or groups at all: the directory is not asked for the others. */
export function asksForRoles(expression: string): boolean {
  return /\b(roles|groups)\b/.test(expression);
}

/** The values of a question for the rules. */
export function ruleInput({ request, plan, facts, now }: Question): Readonly<Record<string, unknown>> {
  const { file } = facts.policy;
  const { artifact } = plan;
  const environment = own(file.environments, request.environment);
  const user = request.requester.user;
  const holds = (names: readonly string[]) => isAmong(user, names, facts.members);
  return {
    request: {
      intent: request.intent,
      service: text(request.service),
      squad: text(squadOf(file, request.service)),
      because: text(request.because),
      ref: text(request.ref),
      at: new Date(epochMsOf(request.at)),
    },
    plan: {
      from: text(plan.from?.version),
      to: text(artifact.version),
      step: stepOf(plan),
      backwards: plan.backwards,
      commitCount: BigInt(plan.commitCount),
      titles: items(plan.commits.map(({ title }) => title)),
      authors: items(plan.commits.map(({ author }) => author)),
      files: items(plan.lines.map(({ path }) => path)),
    },
    artifact: {
      version: text(artifact.version),
      branch: text(artifact.branch),
      commit: text(artifact.commit),
      author: text(artifact.author),
      image: text(artifact.image),
      digest: text(artifact.digest),
      builtAt: new Date(epochMsOf(artifact.builtAt)),
      checks: new Map((facts.checked?.checks ?? []).map(({ name, state }) => [text(name), state])),
      vulnerabilities: vulnerabilitiesOf(facts.checked?.vulnerabilities),
    },
    environment: {
      name: text(request.environment),
      clusters: items(environment?.clusters ?? []),
      after: items(environment?.after ?? []),
    },
    requester: {
      name: text(request.requester.name),
      user,
      email: text(request.requester.email),
      roles: roleNames.filter((role) => holds(namesWithRole(file, role, request))),
      groups: items(namesBehindRoles(file, request).filter((name) => holds([name]))),
    },
    [timeVariable]: new Date(epochMsOf(now)),
  };
}

function text(value: string | undefined): string {
  return (value ?? '').slice(0, inputLimits.text);
}

function items(values: readonly string[]): readonly string[] {
  return values.slice(0, inputLimits.items).map((value) => value.slice(0, inputLimits.item));
}

function vulnerabilitiesOf(found: NonNullable<Question['facts']['checked']>['vulnerabilities']): Map<string, bigint> {
  if (found === undefined) return new Map();
  const { critical, high, medium, low } = found;
  return new Map(Object.entries({ critical, high, medium, low }).map(([severity, count]) => [severity, BigInt(count)]));
}

/** What kind of step two versions of the form 1.2.3 are apart; forwards or backwards. */
function stepOf({ from, artifact }: Plan): 'major' | 'minor' | 'patch' | 'same' | 'other' {
  if (from?.version === artifact.version) return 'same';
  const [before, after] = [from?.version ?? '', artifact.version].map((version) =>
    /^v?(\d+)\.(\d+)\.(\d+)/.exec(version),
  );
  if (before == null || after == null) return 'other';
  const changed = [1, 2, 3].find((part) => before[part] !== after[part]);
  return changed === 1 ? 'major' : changed === 2 ? 'minor' : changed === 3 ? 'patch' : 'other';
}
