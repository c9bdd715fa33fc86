import { expect, test } from 'vitest';
import { createWork, laneOf, type WorkPorts } from '../../src/dispatch/work.ts';
import { aClock, noonMs, releaseId } from '../support/builders.ts';
import { silent } from './fake-ledger.ts';

const lane = 'lane/gitops/main';

/** The due marks of one work in memory, with the settling of the real ones. */
function aMark(initial: string | null = '1') {
  let mark = initial;
  const putOff: number[] = [];
  return {
    putOff,
    standing: () => mark,
    set: (next: string) => {
      mark = next;
    },
    markOf: async () => mark,
    settle: async (_work: string, read: string, againAtMs?: number) => {
      if (mark !== read) return false;
      if (againAtMs === undefined) mark = null;
      else putOff.push(againAtMs - noonMs);
      return true;
    },
  };
}

function aWorker(mark: ReturnType<typeof aMark>, over: Partial<WorkPorts> = {}) {
  const ran: string[] = [];
  const run = createWork({
    clock: aClock(),
    log: silent,
    random: () => 1,
    markOf: mark.markOf,
    settle: mark.settle,
    consider: async (id) => void ran.push(id),
    takeTurn: async (of) => void ran.push(of),
    advanceChain: async (id) => {
      ran.push(`chain ${id}`);
      return undefined;
    },
    releaseArtifact: async ({ service, version }) => void ran.push(`${service} ${version}`),
    runLane: async ({ repository, branch }) => {
      ran.push(`${repository} ${branch}`);
      return { kind: 'done' };
    },
    ...over,
  });
  return { ran, run: (work: string, signal = new AbortController().signal) => run(work, signal) };
}

test('does what is due once and settles it', async () => {
  const mark = aMark();
  const { run, ran } = aWorker(mark);
  await run(lane);
  await run(lane);
  expect(ran).toEqual(['gitops main']);
  expect(mark.standing()).toBeNull();
});

test('comes again when a release says so', async () => {
  const mark = aMark();
  const { run } = aWorker(mark, { consider: async () => noonMs + 60_000 });
  await run(`release/${releaseId()}`);
  expect(mark.putOff).toEqual([60_000]);
});

test('goes round again when it was marked while it ran', async () => {
  const mark = aMark();
  let rounds = 0;
  const { run } = aWorker(mark, {
    runLane: async () => {
      rounds += 1;
      if (rounds === 1) mark.set('2');
      return { kind: 'done' };
    },
  });
  await run(lane);
  expect(rounds).toBe(2);
  expect(mark.standing()).toBeNull();
});

test('puts off what failed, later each time up to 15 s, and begins anew after a success', async () => {
  const mark = aMark();
  let isBroken = true;
  const { run } = aWorker(mark, {
    runLane: async () => {
      if (isBroken) throw new Error('no route');
      return { kind: 'done' };
    },
  });
  for (let time = 0; time < 8; time += 1) await run(lane);
  expect(mark.putOff).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  isBroken = false;
  await run(lane);
  isBroken = true;
  mark.set('2');
  await run(lane);
  expect(mark.putOff.at(-1)).toBe(250);
});

test('leaves alone what another worker has taken over', async () => {
  const mark = aMark();
  const { run } = aWorker(mark, { runLane: async () => ({ kind: 'left' }) });
  await run(lane);
  expect(mark.standing()).toBe('1');
});

test('survives a Redis that is away', async () => {
  const mark = aMark();
  const { run } = aWorker(mark, {
    markOf: async () => {
      throw new Error('away');
    },
  });
  await expect(run(lane)).resolves.toBeUndefined();
});

test('considers releases and refuses work of unknown kinds', async () => {
  const { run, ran } = aWorker(aMark());
  await run(`release/${releaseId()}`);
  expect(ran).toEqual([releaseId()]);
  const strange = aMark();
  await aWorker(strange).run('rm -rf');
  expect(strange.standing()).toBeNull();
});

test.each([
  ['lane/gitops/main', { repository: 'gitops', branch: 'main' }],
  ['lane/gitops/release/2026/11', { repository: 'gitops', branch: 'release/2026/11' }],
  ['lane/gitops', null],
  ['release/1', null],
])('the lane of %s', (work, lane) => {
  expect(laneOf(work)).toEqual(lane);
});
