import { isDeepStrictEqual } from 'node:util';
import { Retryable } from '../doors/errors.ts';
import type { At } from '../doors/fault-points.ts';
import { type Clock, epochMsOf } from '../doors/time.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import { awaitsStep, isAutomatic, type Plan, type Release, type ReleaseId, titleOf } from '../vocabulary/release.ts';
import { isTooLate } from './on-failure.ts';
import {
  type Decide,
  type Entry,
  laneWork,
  type Moved,
  type PlanRequest,
  type ReadLast,
  type ReadRelease,
  type ReleaseChange,
} from './ports.ts';
import { dueReminder, nextLookMs } from './reminders.ts';
import {
  askedFirst,
  heldBecause,
  laterDecision,
  laterPlan,
  lostVotes,
  pinnedRequest,
  reasonsLine,
  refusedPlan,
  whatChanged,
} from './replan.ts';

export interface ConsiderPorts {
  readonly clock: Clock;
  readonly release: ReadRelease;
  readonly open: (filter: { readonly service: string; readonly environment: string }) => Promise<Release[]>;
  readonly lastWritten: ReadLast;
  readonly transition: (before: Release, change: ReleaseChange, entry: Entry) => Promise<Moved>;
  readonly clockSkew: () => Promise<string | null>;
  readonly plan: PlanRequest;
  readonly decide: Decide;
  readonly nudge: (work: string) => void;
  readonly at?: At | undefined;
}

interface Step {
  readonly change: ReleaseChange;
  readonly entry: Entry;
}

/** Takes a requested or held release as far as it may go now: planned, decided, queued for its lane. Says when it is to be looked at again. */
export async function consider(ports: ConsiderPorts, id: ReleaseId): Promise<number | undefined> {
  for (let round = 0; round < 10; round += 1) {
    const release = await ports.release(id);
    if (release === null || !isUndecided(release) || awaitsStep(release)) return undefined;
    const step = await nextStep(ports, release);
    if (step === null) return nextLookMs(release, ports.clock.now());
    await ports.at?.('consider.before');
    const moved = await ports.transition(release, step.change, step.entry);
    await ports.at?.('consider.after');
    if (moved.kind === 'moved') continue;
    if (moved.record.state.kind === 'queued' && moved.record.plan !== undefined)
      ports.nudge(laneWork(moved.record.plan.lane));
    return nextLookMs(moved.record, ports.clock.now());
  }
  throw new Retryable(`release/${id} was changed by others ten times in a row`);
}

function isUndecided(release: Release): boolean {
  return release.state.kind === 'requested' || release.state.kind === 'held';
}

/** What is to be written next; null where it stands as it should. */
async function nextStep(ports: ConsiderPorts, release: Release): Promise<Step | null> {
  const expires = release.state.kind === 'held' ? release.decision?.expiresAt : undefined;
  if (expires !== undefined && epochMsOf(expires) <= ports.clock.now() && (await ports.clockSkew()) === null)
    return {
      change: { state: { kind: 'expired' } },
      entry: { event: 'release.expired', text: 'nobody let it go in time' },
    };
  const reminded = dueReminder(release, ports.clock.now());
  if (reminded !== null) return { change: reminded, entry: { event: 'release.reminded' } };
  const replaced = await replacedByPeople(ports, release);
  if (replaced !== null) return replaced;
  const ahead = await settleThoseAhead(ports, release);
  if (ahead !== null) {
    const text = `${titleOf(ahead)} → ${ahead.request.environment} by ${ahead.request.requester.name} is ahead of it (${ahead.state.kind})`;
    return decided(release, undefined, heldBecause('behind-another', text));
  }
  const planned = await ports.plan(pinnedRequest(release));
  switch (planned.kind) {
    case 'unreadable':
      return decided(release, undefined, heldBecause('remote-unreachable', planned.because));
    case 'refused':
      return decided(release, undefined, refusedPlan(planned.reasons));
    case 'unchanged':
      return {
        change: { state: { kind: 'unchanged' }, plan: laterPlan(release.plan, planned.plan) },
        entry: { event: 'release.unchanged' },
      };
    case 'planned': {
      const plan = laterPlan(release.plan, planned.plan);
      return decided(release, plan, await ports.decide(release, plan));
    }
  }
}

/** What went by itself too late to be first: a person has decided since what is to run there. */
async function replacedByPeople(ports: ConsiderPorts, release: Release): Promise<Step | null> {
  if (!isAutomatic(release.request)) return null;
  const last = await ports.lastWritten(release.request.service, release.request.environment);
  if (last === null || (last.id < release.id && !isTooLate(release, last))) return null;
  const text = `${titleOf(last)} was written since, asked for by ${last.request.requester.name}`;
  return {
    change: { state: { kind: 'superseded', by: last.id } },
    entry: { event: 'release.superseded', text },
  };
}

/**
 * The requester's own older requests give way; the oldest release of the same service and environment that does not
 * is the one to wait for. A rollback waits only for what is being written: who asks for it has no time for votes of others.
 * Nor does a person wait for what would go by itself some day.
 */
async function settleThoseAhead(ports: ConsiderPorts, release: Release): Promise<Release | null> {
  const { service, environment, requester, intent } = release.request;
  const older = (await ports.open({ service, environment })).filter(({ id }) => id < release.id);
  let first: Release | null = null;
  for (const each of older) {
    const isOnItsWay = each.state.kind === 'queued' || each.state.kind === 'writing';
    const isOwn = each.request.requester.user === requester.user;
    if (isOwn && each.state.kind !== 'writing') {
      const text = `replaced by ${titleOf(release)} → ${environment}`;
      await ports.at?.('supersede.before');
      const moved = await ports.transition(
        each,
        { state: { kind: 'superseded', by: release.id } },
        { event: 'release.superseded', by: requester, text },
      );
      await ports.at?.('supersede.after');
      if (moved.kind === 'moved') throw new Retryable(`release/${each.id} moved on while it was being replaced`);
      continue;
    }
    // What waits for another environment may do so for hours.
    const isFirst = intent !== 'rollback' && !isAutomatic(each.request) && !awaitsStep(each);
    if (isOnItsWay || isFirst) first ??= each;
  }
  return first;
}

function decided(release: Release, plan: Plan | undefined, judged: Decision): Step | null {
  const decision = laterDecision(release.decision, askedFirst(release, judged));
  const turn = decision.reasons.find(({ code }) => code === 'awaits-turn')?.auto;
  const change = {
    decision,
    ...(plan === undefined ? {} : { plan }),
    ...(turn === undefined ? {} : { turn: { of: turn } }),
  };
  const changed = whatChanged(release, decision);
  const say = (text: string | null) => (text === null ? {} : { text });
  switch (decision.kind) {
    case 'allowed':
      return { change: { ...change, state: { kind: 'queued' } }, entry: { event: 'release.queued', ...say(changed) } };
    case 'denied':
      return {
        change: { ...change, state: { kind: 'denied' } },
        entry: { event: 'release.denied', ...say(reasonsLine(decision.reasons)) },
      };
    case 'held': {
      const wasHeld = release.state.kind === 'held';
      if (wasHeld && isSame(release.decision, decision) && (plan === undefined || isSame(release.plan, plan)))
        return null;
      const isNews = !wasHeld || codesOf(release.decision) !== codesOf(decision);
      // Who is asked is told by a message of its own.
      const news = isNews
        ? decision.reasons.filter(({ code, demand }) => demand === undefined && code !== 'needs-go')
        : [];
      const told = [changed, ...lostVotes(release, decision), news.length === 0 ? null : reasonsLine(news)];
      const text = told.filter((line) => line !== null).join('\n');
      return {
        change: { ...change, state: { kind: 'held' } },
        entry: { event: 'release.held', ...say(text === '' ? null : text) },
      };
    }
  }
}

function codesOf(decision: Decision | undefined): string {
  return (decision?.reasons ?? []).map(({ code }) => code).join();
}

/** As it would be read back: without undefined members. */
function asStored(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(asStored(one), asStored(other));
}
