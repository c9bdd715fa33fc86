import { Retryable } from '../doors/errors.ts';
import type { At } from '../doors/fault-points.ts';
import { type Clock, epochMsOf } from '../doors/time.ts';
import type { HealthyRecord } from '../vocabulary/proven.ts';
import type { Decision } from '../vocabulary/reasons.ts';
import {
  awaitsStep,
  type Chain,
  isOpen,
  type Release,
  type ReleaseId,
  releaseIdSchema,
} from '../vocabulary/release.ts';
import { failureOf, type Gate, gateAfter } from './chain-gate.ts';
import type { Entry, Moved, ReadLast, ReleaseChange } from './ports.ts';

export interface ChainPorts {
  readonly clock: Clock;
  /** The steps, the first one first. */
  readonly chain: (id: ReleaseId) => Promise<readonly Release[]>;
  readonly transition: (before: Release, change: ReleaseChange, entry: Entry) => Promise<Moved>;
  readonly lastWritten: ReadLast;
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  /** Of an environment; empty while nobody can tell. */
  readonly clustersOf: (environment: string) => readonly string[];
  readonly nudge: (work: string) => void;
  readonly at?: At | undefined;
}

/** The first release of `chain/<id>`. */
export function chainOf(work: string): ReleaseId | null {
  const id = releaseIdSchema.safeParse(/^chain\/(.+)$/.exec(work)?.[1]);
  return id.success ? id.data : null;
}

const againMs = 1_000;
/** What the step before has not brought within a day after its commit is asked for anew: nobody expects it by itself any more. */
const waitsForMs = 24 * 3_600_000;

/**
 * Lets each step go when the one before is healthy, and ends the later ones where it never will be. All of it is read from the
 * record, so done twice, as after a crash, it finds what it has done. Every change of a step makes this due again; resolves with
 * the moment at which to look even so.
 */
export async function advanceChain(ports: ChainPorts, id: ReleaseId): Promise<number | undefined> {
  const steps = [...(await ports.chain(id))];
  let again: number | undefined;
  for (const [index, release] of steps.entries()) {
    const { chain } = release;
    const before = steps[index - 1];
    if (chain === undefined || before === undefined || !isOpen(release) || release.state.kind === 'writing') continue;
    const pair = { chain, release, before };
    const failed = steps.slice(0, index).find((each) => failureOf(each) !== null);
    if (failed === undefined && !awaitsStep(release)) continue;
    const isWritten = before.state.kind === 'written' || before.state.kind === 'unchanged';
    const lateMs = isWritten ? epochMsOf(before.since) + waitsForMs : undefined;
    const gate: Gate =
      failed === undefined
        ? inTime(await gateOf(ports, before), before, lateMs !== undefined && ports.clock.now() >= lateMs)
        : { kind: 'end', because: failureOf(failed) ?? '', next: againFrom(pair, failed) };
    const step = await stepOf(ports, pair, gate);
    if (step !== null) steps[index] = await move(ports, release, step);
    if (step?.change.chain?.isReached === true) ports.nudge(`release/${release.id}`);
    const looks = [gate.kind === 'wait' && gate.soon === true ? ports.clock.now() + againMs : undefined, again];
    if (gate.kind === 'wait') again = earliest([...looks, lateMs]);
  }
  return again;
}

interface Pair {
  readonly chain: Chain;
  readonly release: Release;
  readonly before: Release;
}

interface Step {
  readonly change: ReleaseChange;
  readonly entry: Entry;
}

async function gateOf(ports: ChainPorts, before: Release): Promise<Gate> {
  const { service, environment } = before.request;
  const [healthy, last] = await Promise.all([
    ports.healthy(service, environment),
    ports.lastWritten(service, environment),
  ]);
  return gateAfter(before, { clusters: ports.clustersOf(environment), healthy, last });
}

function earliest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function inTime(gate: Gate, before: Release, isLate: boolean): Gate {
  return isLate && gate.kind !== 'end'
    ? { kind: 'end', because: `it has waited for ${before.request.environment} for more than a day` }
    : gate;
}

/** What is to be written of a step that waits for the one before; null where it stands as it should. */
async function stepOf(ports: ChainPorts, pair: Pair, gate: Gate): Promise<Step | null> {
  const { release, before, chain } = pair;
  const version = before.plan?.artifact.version ?? before.chain?.version;
  const known = version === undefined ? chain : { ...chain, version };
  switch (gate.kind) {
    case 'wait':
      return waiting(pair, known);
    case 'end':
      return ended(pair, gate);
    case 'go': {
      const last = await ports.lastWritten(release.request.service, release.request.environment);
      if (last !== null && last.id > release.id)
        return {
          change: { state: { kind: 'superseded', by: last.id } },
          entry: { event: 'release.superseded', text: 'something that was asked for later is written there already' },
        };
      const text = `${before.request.environment} is healthy, so this is decided now (${placeOf(chain)})`;
      return {
        change: { chain: { ...known, isReached: true } },
        entry: { event: 'release.step-reached', text },
      };
    }
  }
}

/** Shown in its channel as soon as the first step is known to be something that can be released. */
function waiting({ release, before }: Pair, chain: Chain): Step | null {
  const stands = release.state.kind === 'held' && release.chain?.version === chain.version;
  if (stands || chain.version === undefined) return null;
  const text = `${before.request.environment} comes first (${placeOf(chain)})`;
  const decision: Decision = { kind: 'held', reasons: [{ code: 'awaits-step', effect: 'hold', text }] };
  return { change: { state: { kind: 'held' }, decision, chain }, entry: { event: 'release.held' } };
}

function ended(pair: Pair, { because, by, next }: Extract<Gate, { kind: 'end' }>): Step {
  const { before, chain } = pair;
  if (by !== undefined)
    return {
      change: { state: { kind: 'cancelled', by } },
      entry: { event: 'release.cancelled', by, text: `cancelled with the step before, ${before.request.environment}` },
    };
  const decision: Decision = {
    kind: 'denied',
    reasons: [{ code: 'step-ended', effect: 'deny', text: because, next: next ?? againFrom(pair, before) }],
  };
  // A step before may have failed sooner than this one was shown to wait for it.
  const written = before.state.kind === 'written' ? before.plan?.artifact.version : undefined;
  const version = chain.version ?? before.chain?.version ?? written;
  return {
    change: { state: { kind: 'denied' }, decision, ...(version === undefined ? {} : { chain: { ...chain, version } }) },
    entry: { event: 'release.denied', text: because },
  };
}

/** The command that goes on with the step that went wrong. */
function againFrom({ chain, release }: Pair, failed: Release): string {
  const left = chain.environments.slice((failed.chain?.step ?? 1) - 1).join(',');
  const version = failed.plan?.artifact.version ?? chain.version ?? '';
  return `\`/release ${`${release.request.service} ${left} ${version}`.trim()}\``;
}

/** `step 2 of 3`. */
function placeOf({ step, environments }: Chain): string {
  return `step ${step} of ${environments.length}`;
}

async function move(ports: ChainPorts, release: Release, { change, entry }: Step): Promise<Release> {
  await ports.at?.('chain.before');
  const moved = await ports.transition(release, change, entry);
  await ports.at?.('chain.after');
  if (moved.kind === 'moved') throw new Retryable(`release/${release.id} moved on while its chain was looked at`);
  return moved.record;
}
