import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { aDecision, aPlan, aRequest, aState, aVote } from '../support/builders.ts';

/** Where a release may go from each state; what the record is asked to keep in order. */
export const ways: Readonly<Record<string, readonly Parameters<typeof aState>[0][]>> = {
  requested: ['denied', 'held', 'queued'],
  held: ['held', 'queued', 'expired', 'cancelled'],
  queued: ['writing', 'held', 'cancelled'],
  writing: ['written', 'held', 'queued'],
  written: ['written'],
};

/** Mulberry32: a run can be repeated by its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of several processes: accepts the same payloads as all others, then walks the releases at random, told what it did. */
async function act(url: string, seed: number, payloads: number, steps: number): Promise<void> {
  const redis = openRedis({ url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  const ledger = createLedger({ redis, clock: systemClock });
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const accepted: string[] = [];
  const ids = await Promise.all(
    Array.from({ length: payloads }, async (_, number) => {
      const { kind, release } = await ledger.accept(aRequest({ service: `s${number % 3}` }), `payload ${number}`);
      if (kind === 'accepted') accepted.push(release.id);
      return release.id;
    }),
  );
  const done: { id: string; revision: number; from: string; to: string }[] = [];
  for (let step = 0; step < steps; step += 1) {
    const id = pick(ids);
    const before = id === undefined ? null : await ledger.release(id);
    const to = before === null ? undefined : pick(ways[before.state.kind] ?? []);
    if (before === null || to === undefined) continue;
    const change = {
      state: aState(to),
      plan: aPlan(),
      decision: aDecision(),
      ...(random() < 0.3 ? { votes: [...before.votes, aVote()] } : {}),
    };
    const moved = await ledger.transition(before, change, { event: `release.${to}`, text: `by ${seed}` });
    if (moved.kind === 'done')
      done.push({ id: before.id, revision: moved.record.revision, from: before.state.kind, to });
  }
  redis.disconnect();
  process.send?.({ accepted, done });
}

const [, entry, url, seed, payloads, steps] = process.argv;
if (entry === import.meta.filename && url !== undefined) await act(url, Number(seed), Number(payloads), Number(steps));
