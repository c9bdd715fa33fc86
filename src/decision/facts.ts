import { messageOf } from '../doors/errors.ts';
import { own } from '../doors/own.ts';
import type { ReadFile, Snapshot } from '../sluice-yaml.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import { isAutomatic, type Plan, type Request, type Vote } from '../vocabulary/release.ts';
import { holdsFor } from '../vocabulary/scope.ts';
import { readDirectory } from './directory.ts';
import type { FactPorts } from './fact-ports.ts';
import { type Facts, isKnownGoodRollback } from './question.ts';
import { namesWithRole } from './roles.ts';
import { asksForRoles, namesBehindRoles } from './rule-input.ts';
import { skewed, unreadableDirectory, unreadablePolicy, unreadableRecord } from './unreadable.ts';

export type FactsRead =
  | { readonly kind: 'facts'; readonly facts: Facts }
  | { readonly kind: 'unknown'; readonly reasons: readonly Reason[]; readonly policy?: string };

/** What facts are read for. */
interface Asked {
  readonly request: Request;
  readonly plan: Plan;
  readonly votes: readonly Vote[];
}

/** Reads everything that policies look at. What cannot be read is a reason to hold, never a guess. */
export async function readFacts(ports: FactPorts, { request, plan, votes }: Asked, fresh: boolean): Promise<FactsRead> {
  const [record, policy] = await Promise.all([
    readRecord(ports, request),
    ports.snapshot(fresh).then(
      (snapshot) => policyOf(snapshot, request, plan),
      (error): Reason => unreadablePolicy(messageOf(error)),
    ),
  ]);
  const reasons = ['code' in policy ? policy : null, 'code' in record ? record : null].filter((each) => each !== null);
  if ('code' in policy) return { kind: 'unknown', reasons };
  const { names, dispensable } = namesThatCount(policy, request, plan);
  const [directory, voters, proofs] = await Promise.all([
    readDirectory(names, policy.file, ports, [request.requester.user], dispensable),
    readVoters(ports, votes, policy.file),
    readProofs(ports, policy, request, plan),
  ]);
  if (directory.kind === 'unreadable') reasons.push(unreadableDirectory(directory.name, directory.because));
  if ('code' in proofs && !('code' in record)) reasons.push(proofs);
  if (!(voters instanceof Map) && directory.kind === 'read') reasons.push(voters);
  if ('code' in record || directory.kind === 'unreadable' || !(voters instanceof Map) || 'code' in proofs)
    return { kind: 'unknown', reasons, policy: policy.blob };
  return { kind: 'facts', facts: { policy, holds: record.holds, ...proofs, members: directory.members, voters } };
}

/** The file that may decide this release, or the reason why none does. */
function policyOf(snapshot: Snapshot, request: Request, plan: Plan): ReadFile | Reason {
  switch (snapshot.kind) {
    case 'valid':
      return snapshot;
    case 'unreadable':
      return unreadablePolicy(snapshot.because);
    case 'unsigned':
      if (isKnownGoodRollback({ request, plan })) return snapshot.lastGood;
      return {
        code: 'policy-unsigned',
        effect: 'hold',
        text: snapshot.because,
        next: snapshot.next,
        source: `sluice.yaml@${snapshot.commit.slice(0, 7)}`,
      };
    case 'invalid': {
      if (isKnownGoodRollback({ request, plan }) && snapshot.lastGood !== undefined) return snapshot.lastGood;
      const problem = snapshot.problems[0];
      const more = snapshot.problems.length > 1 ? ` (and ${snapshot.problems.length - 1} more)` : '';
      return {
        code: 'policy-file-invalid',
        effect: 'hold',
        text:
          problem === undefined
            ? 'sluice.yaml is not valid'
            : `sluice.yaml line ${problem.line}: ${problem.message}${more}`,
        next: 'mend the file; it goes on by itself then',
        source: `sluice.yaml:${problem?.line ?? 1}`,
      };
    }
  }
}

async function readRecord(ports: FactPorts, request: Request): Promise<{ holds: readonly Hold[] } | Reason> {
  try {
    const [confirmed, holds, skew] = await Promise.all([ports.confirmed(), ports.holds(), ports.clockSkew()]);
    if (skew !== null) return skewed(skew);
    if (confirmed) return { holds };
    return {
      code: 'record-not-confirmed',
      effect: 'hold',
      text: `the record of Sluice is missing although Git has its releases, so nobody knows what is locked in ${request.environment}`,
      next: 'an operator presses Confirm in the channel, or restores the record',
    };
  } catch (error) {
    return unreadableRecord(error);
  }
}

/** What is known of the artifact: where it was healthy, and what its checks say. */
async function readProofs(
  ports: FactPorts,
  policy: ReadFile,
  request: Request,
  plan: Plan,
): Promise<Pick<Facts, 'healthy' | 'checked' | 'soaking' | 'rolledBackTo'> | Reason> {
  const { environments, policies } = policy.file;
  const before = own(environments, request.environment)?.after ?? [];
  const asksForChecks = policies.some(
    (line) => (line.kind === 'checks' || line.kind === 'rule') && holdsFor(line, request, policy.file),
  );
  const asksForTimes = policies.some((line) => line.kind === 'promotion-order' && holdsFor(line, request, policy.file));
  try {
    const [healthy, artifact, last, soaking] = await Promise.all([
      byEnvironment(before, (name) => ports.healthy(request.service, name)),
      asksForChecks ? ports.artifact(request.service, plan.artifact.version) : null,
      isAutomatic(request) ? ports.lastWritten(request.service, request.environment) : null,
      asksForTimes ? readSoaking(ports, request, before) : undefined,
    ]);
    const rolledBackTo = last?.plan?.intent === 'rollback' ? last.plan.artifact.version : undefined;
    return { healthy, checked: artifact ?? undefined, rolledBackTo, soaking };
  } catch (error) {
    return unreadableRecord(error);
  }
}

async function readSoaking(
  ports: FactPorts,
  { service }: Request,
  environments: readonly string[],
): Promise<NonNullable<Facts['soaking']>> {
  const [times, drifts] = await Promise.all([
    byEnvironment(environments, (name) => ports.healthyTimes(service, name)),
    ports.drifts(),
  ]);
  return { times, drifts };
}

async function byEnvironment<T>(names: readonly string[], read: (name: string) => Promise<T>) {
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

/** Whoever has voted may have left the company since. */
async function readVoters(
  ports: FactPorts,
  votes: readonly Vote[],
  { people }: ReadFile['file'],
): Promise<Map<UserId, Person | null> | Reason> {
  const named = new Set<string>(Object.values(people).map(({ slack }) => slack));
  const users = [...new Set(votes.map(({ person }) => person.user))];
  const read = async (user: UserId): Promise<readonly (readonly [UserId, Person | null])[]> => {
    try {
      return [[user, await ports.person(user)]];
    } catch (error) {
      // Whoever is named one by one votes while the directory is away, as whom the reviewed file knows.
      if (named.has(user)) return [];
      throw error;
    }
  };
  try {
    return new Map((await Promise.all(users.map(read))).flat());
  } catch (error) {
    return unreadableDirectory('the workspace', messageOf(error));
  }
}

interface Names {
  readonly names: readonly string[];
  /** Groups whose members could change nothing for the better: without them there are only fewer rights and votes. */
  readonly dispensable: ReadonlySet<string>;
}

/**
 * Only names whose membership matters here, so that an unrelated group stops nothing. Whoever `people` names one by one has
 * their right without any group, and whoever passes approvals asks for no votes: while Slack is away they can act.
 */
function namesThatCount({ file }: ReadFile, request: Request, plan: Plan): Names {
  const needed: string[] = [];
  const spare: string[] = [];
  const rights = isAutomatic(request)
    ? []
    : [namesWithRole(file, 'releaser', request), namesWithRole(file, 'operator', request), namesToPass(file, request)];
  const isNamed = (names: readonly string[]) =>
    names.some((name) => own(file.people, name)?.slack === request.requester.user);
  // What an operator may do besides is asked for by an override, or is to pass a lock when rolling back.
  const suffices = request.override === undefined && isNamed(namesWithRole(file, 'releaser', request));
  for (const names of rights) (suffices || isNamed(names) ? spare : needed).push(...names);
  if (!isKnownGoodRollback({ request, plan })) {
    for (const line of file.policies) {
      if (line.kind !== 'approvals' || !holdsFor(line, request, file)) continue;
      const isPassed = request.override?.includes('approvals') === true && line.override !== undefined;
      (isPassed ? spare : needed).push(...(line.from ?? namesWithRole(file, 'approver', request)));
    }
    const speaksOfRoles = file.policies.some(
      (line) => line.kind === 'rule' && asksForRoles(line.expression) && holdsFor(line, request, file),
    );
    if (speaksOfRoles) needed.push(...namesBehindRoles(file, request));
  }
  const dispensable = new Set(spare.filter((name) => name.startsWith('@') && !needed.includes(name)));
  return { names: [...needed, ...spare], dispensable };
}

/** Whose members may pass what the request means to pass. */
function namesToPass(file: ReadFile['file'], request: Request): readonly string[] {
  const roles = file.policies.flatMap((line) =>
    'override' in line && request.override?.includes(line.kind) === true && holdsFor(line, request, file)
      ? (line.override ?? [])
      : [],
  );
  return [...new Set(roles)].flatMap((role) => namesWithRole(file, role, request));
}
