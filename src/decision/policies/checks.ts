import { epochMsOf, parseDurationMs } from '../../doors/time.ts';
import { type Check, severitySchema } from '../../vocabulary/artifact.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import { holdsFor } from '../../vocabulary/scope.ts';
import type { Checks } from '../lines/checks.ts';
import { isKnownGoodRollback, ofLine, type PolicyCheck, type Question } from '../question.ts';

/** What is wrong, and whether a newer result may mend it: then the release waits and goes by itself. */
interface Finding {
  readonly code: 'check-missing' | 'vulnerable';
  readonly effect: 'deny' | 'hold';
  readonly text: string;
  readonly next: string;
  readonly at: readonly PropertyKey[];
}

/** Every named check of exactly this artifact has passed, and is recent enough; what nobody has reported has not passed. */
export const checks: PolicyCheck = (question) => {
  if (isKnownGoodRollback(question)) return [];
  const { request, facts } = question;
  return facts.policy.file.policies.flatMap((line, index) => {
    if (line.kind !== 'checks' || !holdsFor(line, request, facts.policy.file)) return [];
    return [...missing(line, question), ...vulnerable(line, question)].map(
      ({ code, effect, text, next, at }): Reason => ({
        code,
        effect: line.level === 'warn' ? 'warn' : effect,
        text,
        next,
        ...ofLine(facts, line, index, ...at),
      }),
    );
  });
};

function missing(line: Checks, question: Question): readonly Finding[] {
  const known = new Map((question.facts.checked?.checks ?? []).map((check) => [check.name, check]));
  return (line.checks ?? []).flatMap((name) => {
    const problem = checkProblem(known.get(name), line, question);
    if (problem === null) return [];
    const { effect, said } = problem;
    const next =
      effect === 'deny'
        ? `\`/release artifacts ${question.request.service}\` shows which versions have passed`
        : 'nothing to do in Slack; it goes on by itself when CI posts that it has passed';
    return [{ code: 'check-missing', effect, text: `${titleOf(question)}: ${name} ${said}`, next, at: ['checks'] }];
  });
}

function checkProblem(
  check: Check | undefined,
  line: Checks,
  question: Question,
): { readonly effect: 'deny' | 'hold'; readonly said: string } | null {
  if (check === undefined) return { effect: 'hold', said: 'was not reported' };
  switch (check.state) {
    case 'failed':
      return { effect: 'deny', said: 'has failed' };
    case 'pending':
      return { effect: 'hold', said: 'is still running' };
    case 'passed':
      return isOld(check, line, question)
        ? { effect: 'hold', said: `passed on ${day(check.at)}, which is longer than ${line.within} ago` }
        : null;
  }
}

function vulnerable(line: Checks, question: Question): readonly Finding[] {
  const { vulnerabilities: limits } = line;
  if (limits === undefined) return [];
  const found = (effect: Finding['effect'], text: string, next: string): readonly Finding[] => [
    { code: 'vulnerable', effect, text: `${titleOf(question)} ${text}`, next, at: ['vulnerabilities'] },
  ];
  const scan = question.facts.checked?.vulnerabilities;
  const rescan = 'nothing to do in Slack; it goes on by itself when the result of a scan is posted';
  if (scan === undefined) return found('hold', 'was not scanned for vulnerabilities', rescan);
  const beyond = severitySchema.options
    .filter((severity) => scan[severity] > (limits[severity] ?? Number.POSITIVE_INFINITY))
    .map((severity) => `${scan[severity]} ${severity} (at most ${limits[severity]})`);
  if (beyond.length > 0)
    return found(
      'deny',
      `has known vulnerabilities: ${beyond.join(', ')}`,
      'build a version without them, or scan it again once they are sorted out',
    );
  if (!isOld(scan, line, question)) return [];
  return found('hold', `was scanned on ${day(scan.at)}, which is longer than ${line.within} ago`, rescan);
}

function isOld({ at }: { readonly at: string }, { within }: Checks, { now }: Question): boolean {
  const limitMs = within === undefined ? null : parseDurationMs(within);
  return limitMs !== null && epochMsOf(now) - epochMsOf(at) > limitMs;
}

function titleOf({ request, plan }: Question): string {
  return `${request.service} ${plan.artifact.version}`;
}

function day(instant: string): string {
  return instant.slice(0, 10);
}
