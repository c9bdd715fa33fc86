import { expect, test } from 'vitest';
import { sweep, type WakePorts, wake } from '../../src/dispatch/wake.ts';
import { createPulse } from '../../src/doors/telemetry.ts';
import { aClock, aRelease, releaseId } from '../support/builders.ts';
import { silent } from './fake-ledger.ts';

function aSweep(over: Partial<WakePorts> = {}) {
  const added: string[] = [];
  const marked: string[] = [];
  const clock = aClock();
  const ports: WakePorts = {
    clock,
    log: silent,
    pulse: createPulse(clock),
    due: async () => [{ work: 'lane/gitops/main' }],
    add: async (work) => void added.push(work),
    open: async () => [
      aRelease({ id: releaseId(1), state: { kind: 'held' } }),
      aRelease({ id: releaseId(2), state: { kind: 'queued' } }),
      aRelease({ id: releaseId(3) }),
    ],
    markAllDue: async (works) => void marked.push(...works),
    clockSkew: async () => null,
    expireHolds: async () => [],
    ...over,
  };
  return { ports, added, marked };
}

test('adds what is due', async () => {
  const { ports, added, marked } = aSweep();
  await sweep(ports, false);
  expect(added).toEqual(['lane/gitops/main']);
  expect(marked).toEqual([]);
});

test.each([
  ['in their turn', true, []],
  ['when a lock has ended', false, ['hold-1']],
])('looks at requested and held releases again %s', async (_when, isTurn, ended) => {
  const { ports, marked } = aSweep({ expireHolds: async () => ended });
  await sweep(ports, isTurn);
  expect(marked).toEqual([`release/${releaseId(1)}`, `release/${releaseId(3)}`]);
});

test('goes on after trouble, and says so once', async () => {
  const warnings: string[] = [];
  const ending = new AbortController();
  let times = 0;
  const { ports, added } = aSweep({
    log: { ...silent, warn: (_fields, message) => void warnings.push(message) },
    expireHolds: async () => {
      times += 1;
      if (times === 1) throw new Error('Redis is away');
      return [];
    },
    add: async (work) => {
      added.push(work);
      ending.abort();
    },
  });
  await wake(ports, ending.signal);
  expect(added).toEqual(['lane/gitops/main']);
  expect(warnings).toEqual(['the sweep failed and is tried again']);
});

test('ends no lock by a clock that is wrong', async () => {
  let asked = 0;
  const expireHolds = async () => {
    asked += 1;
    return [];
  };
  await sweep(aSweep({ expireHolds, clockSkew: async () => 'it is an hour ahead' }).ports, false);
  expect(asked).toBe(0);
  await sweep(aSweep({ expireHolds }).ports, false);
  expect(asked).toBe(1);
});
