import type { Log } from './doors/telemetry.ts';
import type { Release } from './vocabulary/release.ts';
import { overall, type Verdict } from './vocabulary/verdict.ts';

const becauseLimit = 300;

/** A line for each step of a release, from the request to the last verdict: what is said of it elsewhere carries the same `release`. */
export function logTransitions(log: Log) {
  return (before: Release | null, after: Release): void => {
    const { id, request, state, decision } = after;
    const fields = { release: id, service: request.service, environment: request.environment };
    if (before === null) {
      const { requester, intent, asked } = request;
      log.info({ ...fields, intent, by: requester.user, channel: asked.channel }, 'a release was asked for');
      return;
    }
    if (before.state.kind !== state.kind) {
      const reasons = decision?.reasons.map(({ code }) => code) ?? [];
      const why = ['held', 'denied'].includes(state.kind) ? { reasons } : {};
      const how = state.kind === 'written' ? { commit: state.commit } : 'by' in state ? { by: actorOf(state.by) } : {};
      log.info({ ...fields, from: before.state.kind, ...why, ...how }, `a release is ${state.kind}`);
    }
    if (before.votes !== after.votes)
      for (const { person, vote } of after.votes.slice(before.votes.length))
        log.info({ ...fields, by: person.user, vote }, 'a vote was given');
    for (const [cluster, verdict] of Object.entries(after.arrival?.clusters ?? {}))
      if (before.arrival?.clusters[cluster]?.kind !== verdict.kind)
        log.info({ ...fields, cluster, ...becauseOf(verdict) }, `a release is ${verdict.kind} in a cluster`);
    const [was, is] = [before, after].map(({ arrival }) => (arrival === undefined ? null : overall(arrival)));
    if (is?.kind === 'failed' && was?.kind !== 'failed') log.warn({ ...fields, ...becauseOf(is) }, 'a release failed');
  };
}

function actorOf(by: { readonly user: string } | string): string {
  return typeof by === 'string' ? by : by.user;
}

function becauseOf(verdict: Verdict): object {
  return 'because' in verdict ? { because: verdict.because.slice(0, becauseLimit) } : {};
}
