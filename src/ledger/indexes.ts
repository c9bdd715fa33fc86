import { key } from '../doors/redis.ts';
import type { Lane } from '../vocabulary/change.ts';
import { awaitsStep, isOpen, type Release } from '../vocabulary/release.ts';
import { hasLeft, overall } from '../vocabulary/verdict.ts';
import type { Effect } from './record.ts';

/** A name as a part of a key: names in a request are foreign until the request is planned. */
function part(name: string): string {
  return encodeURIComponent(name.toWellFormed()).slice(0, 200);
}

export const openKey = key('open');
export const arrivingKey = key('arriving');
export const reviewsKey = key('reviews');
export const newestKey = key('newest');

export function openOf(service: string, environment: string): string {
  return key('open', part(service), part(environment));
}

export function laneKey(lane: Lane): string {
  return key('lane', part(lane.repository), part(lane.branch));
}

/** Ids of a filter's releases; each release is in four of these. */
export function historyKey(service?: string, environment?: string): string {
  return key(
    'history',
    service === undefined ? '*' : part(service),
    environment === undefined ? '*' : part(environment),
  );
}

export function rolledBackKey(service: string, environment: string): string {
  return key('rolled-back', part(service), part(environment));
}

export function healthyKey(service: string, environment: string): string {
  return key('healthy', part(service), part(environment));
}

export function healthyTimeKey(service: string, environment: string): string {
  return key('healthy-time', part(service), part(environment));
}

export function turnKey(of: string): string {
  return key('turn', of);
}

/** The steps of a chain, named by its first. */
export function chainKey(id: string): string {
  return key('chain', id);
}

export function newestField(service: string, environment: string): string {
  return `${part(service)}/${part(environment)}`;
}

export function laneWork(lane: Lane): string {
  return `lane/${lane.repository}/${lane.branch}`;
}

export function releaseWork(id: string): string {
  return `release/${id}`;
}

/** Where a release is listed in its present state, as effects that are right whatever was listed before. */
export function memberships(before: Release | null, after: Release): Effect[] {
  const { service, environment } = after.request;
  const member = after.id;
  const put = (listed: boolean, place: string): Effect => ({ kind: listed ? 'in' : 'out', key: place, member });
  const effects = [put(isOpen(after), openKey), put(isOpen(after), openOf(service, environment))];
  const lane = after.plan?.lane;
  const oldLane = before?.plan?.lane;
  if (oldLane !== undefined) effects.push({ kind: 'out', key: laneKey(oldLane), member });
  if (lane !== undefined && isWaiting(after)) effects.push({ kind: 'in', key: laneKey(lane), member });
  if (after.state.kind === 'written') effects.push(put(!isLeft(after), arrivingKey));
  if (before?.turn !== undefined && before.turn.of !== after.turn?.of)
    effects.push({ kind: 'out', key: turnKey(before.turn.of), member });
  if (after.turn !== undefined) effects.push(put(isUnsettled(after), turnKey(after.turn.of)));
  if (after.review !== undefined) effects.push(put(after.review.done === undefined, reviewsKey));
  if (before === null) {
    if (after.chain !== undefined) effects.push({ kind: 'in', key: chainKey(after.chain.id), member });
    const filters = [
      historyKey(),
      historyKey(service),
      historyKey(undefined, environment),
      historyKey(service, environment),
    ];
    for (const filter of filters) effects.push({ kind: 'in', key: filter, member });
  }
  return effects;
}

/** What else follows from a change: work that is due, and what later requests rest on. */
export function consequences(before: Release | null, after: Release): Effect[] {
  const { service, environment } = after.request;
  const effects: Effect[] = [];
  const changed = before?.state.kind !== after.state.kind;
  const voted = before !== null && before.votes !== after.votes;
  const isReached = before !== null && awaitsStep(before) && !awaitsStep(after);
  if (before === null || isReached || (voted && after.state.kind === 'held'))
    effects.push({ kind: 'due', work: releaseWork(after.id) });
  if (after.state.kind === 'queued' && after.plan !== undefined)
    effects.push({ kind: 'due', work: laneWork(after.plan.lane) });
  if (after.turn !== undefined) effects.push({ kind: 'due', work: `turn/${after.turn.of}` });
  // Whatever becomes of one step may let the next one go, or end it.
  if (after.chain !== undefined) effects.push({ kind: 'due', work: `chain/${after.chain.id}` });
  if (before !== null && isOpen(before) && !isOpen(after))
    effects.push({ kind: 'wake', key: openOf(service, environment) });
  if (after.state.kind === 'written' && changed) {
    effects.push({ kind: 'field', key: newestKey, member: newestField(service, environment), value: after.id });
    const left = after.plan?.intent === 'rollback' ? after.plan.from?.version : undefined;
    if (left !== undefined) effects.push({ kind: 'add', key: rolledBackKey(service, environment), member: left });
  }
  return effects;
}

export function isWaiting(release: Release): boolean {
  return release.state.kind === 'queued' || release.state.kind === 'writing';
}

/** Whether it may still arrive, or has arrived badly: those behind it wait, or are asked about. */
function isUnsettled(release: Release): boolean {
  if (isOpen(release)) return true;
  const verdict = release.arrival === undefined ? null : overall(release.arrival);
  return release.state.kind === 'written' && !['healthy', 'superseded', 'gone'].includes(verdict?.kind ?? '');
}

/** Whether no cluster is watched for this release any more. */
function isLeft(release: Release): boolean {
  const verdicts = Object.values(release.arrival?.clusters ?? {});
  return verdicts.length > 0 && verdicts.every(hasLeft);
}
