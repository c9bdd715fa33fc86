import { kindsOf } from '../vocabulary/overrides.ts';
import { automatic } from '../vocabulary/person.ts';
import { type PolicyChange, scopeOfLine } from '../vocabulary/policy-change.ts';
import type { Release } from '../vocabulary/release.ts';
import { approversOf, confirmersOf } from '../vocabulary/votes.ts';

/** One line of foreign text: no line breaks or control characters, bounded, never the start of a trailer of ours. */
function line(text: string, limit = 300): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return [...flat].slice(0, limit).join('');
}

function person(release: Release['request']['requester']): string {
  const name = line(release.name, 100).replace(/[<>]/g, '');
  const email = line(release.email ?? 'unknown', 200).replace(/[<>\s]/g, '');
  return `${name} <${email}> (${release.user === automatic ? automatic : `slack:${release.user}`})`;
}

const subjects = { release: 'Release', promote: 'Release', 'auto-release': 'Release', rollback: 'Roll back' } as const;

/** The commit message of a release: a sentence, what lies between, why, and the trailers that Sluice reads again. */
export function commitMessage(release: Release): string {
  const { plan, request } = release;
  if (plan === undefined) throw new Error(`release ${release.id} has no plan to write`);
  const { artifact, from } = plan;
  const between = plan.commitCount === 1 ? '1 commit' : `${plan.commitCount} commits`;
  const { overridden = [] } = release.decision ?? {};
  const body = [
    `${request.service} ${from === null ? '(nothing)' : line(from.version, 130)} → ${artifact.version} (${between}, ${line(artifact.branch, 100)})`,
    ...(request.because === undefined ? [] : [`because: ${line(request.because)}`]),
    ...(request.ref === undefined ? [] : [`ref: ${line(request.ref, 100)}`]),
    ...overridden.slice(0, 10).map(({ policy = '', text }) => `overridden: ${policy}: ${line(text)}`),
  ];
  const trailers: readonly (readonly [string, string])[] = [
    ['Release', release.id],
    ['Service', request.service],
    ['Environment', request.environment],
    ['Version', artifact.version],
    ...(artifact.digest === undefined ? [] : [['Digest', artifact.digest] as const]),
    ['Intent', plan.intent],
    ['Requested-By', person(request.requester)],
    ...(request.ref === undefined ? [] : [['Reference', line(request.ref, 100)] as const]),
    ...approversOf(release).map((approver) => ['Approved-By', person(approver)] as const),
    ...(overridden.length === 0 ? [] : [['Override', kindsOf(overridden).join(', ')] as const]),
    ...confirmersOf(release).map((operator) => ['Override-Confirmed-By', person(operator)] as const),
    ...(release.decision?.policy === undefined ? [] : [['Policy', release.decision.policy] as const]),
  ];
  const subject = `${subjects[plan.intent]} ${request.service} ${plan.intent === 'rollback' ? 'to ' : ''}${artifact.version} ${plan.intent === 'rollback' ? 'in' : 'to'} ${request.environment}`;
  return [subject, '', ...body, '', ...trailers.map(([key, value]) => `Sluice-${key}: ${value}`), ''].join('\n');
}

/** The commit message of a change of the policies: what changes, why, and for whom. */
export function policyCommitMessage(change: PolicyChange, policy: string): string {
  const { edit, because, by, votes, bound } = change;
  const verb = edit.kind === 'add' ? 'Add' : 'Remove';
  const { environments } = scopeOfLine(edit.line);
  const where = environments === undefined ? '' : ` for ${environments.join(', ')}`;
  const body = [
    ...change.diff.slice(0, 20).map((each) => line(each)),
    ...(because === undefined ? [] : [`because: ${line(because)}`]),
  ];
  const trailers: readonly (readonly [string, string])[] = [
    ['Policy-Change', change.id],
    ['Requested-By', person(by)],
    ...votes
      .filter((vote) => vote.vote === 'approve' && vote.bound === bound)
      .map((vote) => ['Approved-By', person(vote.person)] as const),
    ['Policy', policy],
  ];
  const subject = line(`${verb} policy ${edit.kind === 'add' ? edit.line.kind : edit.id}${where}`, 72);
  return [subject, '', ...body, '', ...trailers.map(([key, value]) => `Sluice-${key}: ${value}`), ''].join('\n');
}

/** The trailers at the end of a message, by key; empty where it ends without any (git-interpret-trailers). */
export function readTrailers(message: string): ReadonlyMap<string, readonly string[]> {
  const trailers = new Map<string, string[]>();
  const last = message
    .trimEnd()
    .split(/\n[ \t]*\n/)
    .slice(1)
    .at(-1);
  for (const each of last?.split('\n') ?? []) {
    const [, key, value] = /^([A-Za-z][A-Za-z0-9-]*):[ \t]+(.*)$/.exec(each) ?? [];
    if (key === undefined || value === undefined) continue;
    trailers.set(key, [...(trailers.get(key) ?? []), value.trimEnd()]);
  }
  return trailers;
}
