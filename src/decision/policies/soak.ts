import { own } from '../../doors/own.ts';
import { epochMsOf, parseDurationMs, spokenDuration, wallTime } from '../../doors/time.ts';
import { proofOf, type Soaked, soakedOn } from '../../vocabulary/proven.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import { holdsFor } from '../../vocabulary/scope.ts';
import { isKnownGoodRollback, ofLine, type PolicyCheck, type Question } from '../question.ts';

/** Exactly this version has been healthy for long enough wherever it has to be before. What time alone will mend only holds. */
export const soak: PolicyCheck = (question) => {
  if (isKnownGoodRollback(question)) return [];
  const { request, facts } = question;
  const { environments, policies } = facts.policy.file;
  const before = own(environments, request.environment)?.after ?? [];
  return policies.flatMap((line, index) => {
    if (line.kind !== 'promotion-order' || !holdsFor(line, request, facts.policy.file)) return [];
    return before.flatMap((environment): Reason[] => {
      const finding = line.soak === undefined ? null : findingOf(line.soak, environment, question);
      if (finding === null) return [];
      const effect = line.level === 'warn' ? 'warn' : finding.effect;
      return [
        { code: 'not-soaked', effect, text: finding.text, next: finding.next, ...ofLine(facts, line, index, 'soak') },
      ];
    });
  });
};

interface Finding {
  readonly effect: 'deny' | 'hold';
  readonly text: string;
  readonly next: string;
}

function findingOf(soak: string, environment: string, question: Question): Finding | null {
  const { request, plan, facts, now } = question;
  const clusters = own(facts.policy.file.environments, environment)?.clusters ?? [];
  const records = facts.healthy.get(environment) ?? [];
  // What was never healthy there is told by the order itself.
  if (proofOf(plan.artifact, clusters, records).kind !== 'everywhere') return null;
  const neededMs = parseDurationMs(soak) ?? 0;
  const title = `${request.service} ${plan.artifact.version}`;
  const needs = `${title} needs ${spokenDuration(neededMs)} of health in ${environment}`;
  const times = facts.soaking?.times.get(environment) ?? [];
  const lacking = clusters
    .map((cluster) => soakedOn(plan.artifact, cluster, records, times, epochMsOf(now)))
    .filter(({ ms }) => ms < neededMs);
  const drift = facts.soaking?.drifts.find(
    (each) => each.service === request.service && each.environment === environment && runsOn(question, each),
  );
  if (drift !== undefined)
    return {
      effect: 'hold',
      text: `${needs}; its time begins anew when ${drift.object} on ${drift.cluster} no longer differs from Git`,
      next: `\`/release drift ${environment}\``,
    };
  const worst = lacking.toSorted((a, b) => a.ms - b.ms)[0];
  if (worst === undefined) return null;
  const gone = lacking.filter(({ isRunning }) => !isRunning);
  if (gone.length > 0)
    return {
      effect: 'deny',
      text: `${needs}; ${missing(neededMs - worst.ms)}, and another version runs on ${on(gone)} now`,
      next: `\`/release ${request.service} ${environment} ${plan.artifact.version}\``,
    };
  const stopped = lacking.filter(({ isCounting }) => !isCounting);
  if (stopped.length > 0)
    return {
      effect: 'hold',
      text: `${needs}; ${missing(neededMs - worst.ms)}, and it is not healthy on ${on(stopped)} now`,
      next: `\`/release status ${request.service} ${environment}\``,
    };
  const enoughMs = epochMsOf(now) + neededMs - worst.ms;
  // Told as of the request: words that change by themselves would be written again and again.
  const wasMissingMs = Math.min(neededMs, Math.max(0, enoughMs - epochMsOf(request.at)));
  return {
    effect: 'hold',
    text: `${needs}; ${missing(wasMissingMs, 'were')} when it was asked for, enough at ${wallTime(enoughMs, 'UTC')} UTC`,
    next: 'nothing to do; it goes on by itself then',
  };
}

/** A drift counts against the version that the cluster runs, and only that is known to be in trouble. */
function runsOn({ plan, facts }: Question, drift: { readonly cluster: string; readonly environment: string }): boolean {
  const running = (facts.soaking?.times.get(drift.environment) ?? []).find(
    ({ cluster, isRunning }) => isRunning && cluster === drift.cluster,
  );
  return running === undefined || running.version === plan.artifact.version;
}

function missing(ms: number, verb = 'are'): string {
  return `${spokenDuration(Math.ceil(ms / 1_000) * 1_000)} ${verb} missing`;
}

function on(soaked: readonly Soaked[]): string {
  return soaked.map(({ cluster }) => cluster).join(' and ');
}
