import type { Lane } from '../vocabulary/change.ts';
import type { Release } from '../vocabulary/release.ts';
import { type BatchPorts, writeBatch } from './lane-batch.ts';
import { placesOf } from './lane-check.ts';

export interface LanePorts extends BatchPorts {
  readonly waiting: (lane: Lane) => Promise<Release[]>;
  readonly laneUnreachable: (lane: Lane, because: string | null) => Promise<void>;
  readonly isStopped: (lane: Lane) => Promise<boolean>;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** `left`: another worker has taken over. `later`: nothing is lost, and it is to be tried again. */
export type LaneOutcome = { readonly kind: 'done' | 'left' } | { readonly kind: 'later'; readonly because: string };

/** One push carries at most so many releases, so that the first of a flood does not wait for the last. */
const batchLimit = 500;
const behindLimit = 12;

/** Writes what waits in one lane until nothing does: design §6. Whatever happens, a release lands at most once. */
export async function runLane(ports: LanePorts, lane: Lane, signal: AbortSignal): Promise<LaneOutcome> {
  let behind = 0;
  while (!signal.aborted) {
    if (await ports.isStopped(lane)) return { kind: 'done' };
    const waiting = await ports.waiting(lane);
    if (waiting.length === 0) return { kind: 'done' };
    const fetched = await ports.gitops.fetch(lane);
    if (fetched.kind === 'unreachable') return unreachable(ports, lane, fetched.because);
    await ports.laneUnreachable(lane, null);
    const pass = await writeBatch(ports, lane, fetched.head, chooseBatch(waiting), signal);
    switch (pass.kind) {
      case 'left':
        return { kind: 'left' };
      case 'unreachable':
        return unreachable(ports, lane, pass.because);
      case 'refused':
        return { kind: 'done' };
      case 'unsure':
        return { kind: 'later', because: 'a push whose end nobody saw may still arrive' };
      case 'behind':
        behind += 1;
        if (behind >= behindLimit) return { kind: 'later', because: 'others were faster each time' };
        await ports.pause(Math.round(ports.random() * Math.min(20 * 2 ** behind, 1_000)), signal);
        break;
      case 'pushed':
      case 'nothing':
        behind = 0;
    }
  }
  return { kind: 'left' };
}

async function unreachable(ports: LanePorts, lane: Lane, because: string): Promise<LaneOutcome> {
  await ports.laneUnreachable(lane, because);
  return { kind: 'later', because };
}

/** The oldest first, and one for each place: a later one for the same place is judged on what the earlier one wrote. */
export function chooseBatch(waiting: readonly Release[]): Release[] {
  const taken = new Set<string>();
  const chosen: Release[] = [];
  for (const release of waiting) {
    if (chosen.length >= batchLimit) break;
    const places = placesOf(release);
    const isFree = places.every((place) => !taken.has(place));
    // Its place is taken either way, so that a third one does not overtake the second.
    for (const place of places) taken.add(place);
    if (isFree) chosen.push(release);
  }
  return chosen;
}
