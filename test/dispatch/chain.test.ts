import { describe, expect, test } from 'vitest';
import { advanceChain, type ChainPorts, chainOf } from '../../src/dispatch/chain.ts';
import { gateAfter } from '../../src/dispatch/chain-gate.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { Release, State } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import {
  aClock,
  aDecision,
  aHealthyRecord,
  anArtifact,
  aPlan,
  aRelease,
  aState,
  at,
  bo,
  noonMs,
  releaseId,
  sha,
} from '../support/builders.ts';
import { aRecord } from './fake-ledger.ts';

const way = ['dev', 'staging', 'production'];
const written: State = { kind: 'written', commit: sha('c2') };
const healthy: Verdict = { kind: 'healthy', since: at() };
const failed: Verdict = {
  kind: 'failed',
  stage: 'rollout',
  reason: 'CrashLoopBackOff',
  because: 'it crashes',
  since: at(),
};
const waits: Verdict = { kind: 'waiting', stage: 'rollout', because: '1 of 3 pods', since: at() };
const superseded: Verdict = { kind: 'superseded', by: '1.4.3', since: at() };
const unverified: Verdict = { kind: 'unverified', stage: 'source', because: 'Flux is silent', since: at() };
const gone: Verdict = { kind: 'gone', because: 'its commit is no longer in main', since: at() };

/** A step of web 1.4.2 through dev, staging and production. */
function step(number: number, over: Omit<Partial<Release>, 'request'> = {}): Release {
  const chain = { id: releaseId(1), step: number, environments: way };
  return aRelease({ id: releaseId(number), chain, request: { environment: way[number - 1] ?? '' }, ...over });
}
const arrived = (number: number, verdict: Verdict, over: Omit<Partial<Release>, 'request'> = {}) => {
  const cluster = way[number - 1] ?? '';
  const reached = number > 1 ? { chain: { id: releaseId(1), step: number, environments: way, isReached: true } } : {};
  return step(number, {
    ...reached,
    state: written,
    plan: aPlan(),
    arrival: { clusters: { [cluster]: verdict } },
    ...over,
  });
};
/** Waits for the step before, as it was shown. */
const awaiting = (number: number, over: Partial<Release['chain']> = {}) =>
  step(number, {
    state: { kind: 'held' },
    chain: { id: releaseId(1), step: number, environments: way, version: '1.4.2', ...over },
    decision: { kind: 'held', reasons: [{ code: 'awaits-step', effect: 'hold', text: 'waits' }] },
  });

describe('the gate after a step', () => {
  const facts = { clusters: ['dev'], healthy: [aHealthyRecord(['dev'])], last: null };

  test.each<[string, Release, Partial<Parameters<typeof gateAfter>[1]>, object]>([
    ['is closed while it is looked at', step(1), {}, { kind: 'wait' }],
    ['is closed while it waits for votes', step(1, { state: { kind: 'held' }, plan: aPlan() }), {}, { kind: 'wait' }],
    ['is closed while it is on its way', arrived(1, waits), {}, { kind: 'wait', soon: false }],
    ['is closed while it is not proven', arrived(1, unverified), {}, { kind: 'wait', soon: false }],
    ['is open when it is healthy', arrived(1, healthy), {}, { kind: 'go' }],
    [
      'is closed until it is healthy on every cluster',
      arrived(1, healthy),
      { clusters: ['dev', 'dev-2'] },
      { kind: 'wait', soon: false },
    ],
    ['is closed until its proof is kept', arrived(1, healthy), { healthy: [] }, { kind: 'wait', soon: true }],
    ['is closed while the clusters are not known', arrived(1, healthy), { clusters: [] }, { kind: 'wait', soon: true }],
    [
      'does not take another digest for it',
      arrived(1, healthy),
      { healthy: [aHealthyRecord(['dev'], { digest: `sha256:${'e'.repeat(64)}` })] },
      { kind: 'wait', soon: true },
    ],
    ['ends where it failed', arrived(1, failed), {}, { kind: 'end', because: 'web 1.4.2 failed in dev: it crashes' }],
    [
      'ends where it was replaced',
      arrived(1, superseded),
      {},
      { kind: 'end', because: 'web 1.4.2 was superseded by 1.4.3 in dev' },
    ],
    [
      'ends where it was rolled back',
      arrived(1, superseded, { failed: { at: at(), cluster: 'dev', reason: 'CrashLoopBackOff' } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was superseded by 1.4.3 in dev after it failed (CrashLoopBackOff)' },
    ],
    [
      'ends where its commit is gone',
      arrived(1, gone),
      {},
      { kind: 'end', because: 'web 1.4.2 is gone from dev: its commit is no longer in main' },
    ],
    [
      'ends with whoever cancelled it',
      step(1, { state: { kind: 'cancelled', by: bo } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was cancelled in dev', by: bo },
    ],
    [
      'ends where it was rejected',
      step(1, { state: { kind: 'rejected', by: bo, because: 'too late' } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was rejected in dev by bo: too late' },
    ],
    [
      'ends where nobody let it go',
      step(1, { state: { kind: 'expired' } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was not let go in dev in time' },
    ],
    [
      'ends where it was replaced before',
      step(1, { state: { kind: 'superseded', by: releaseId(9) } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was superseded in dev by another request' },
    ],
    [
      'ends where it was denied',
      step(1, { state: { kind: 'denied' } }),
      {},
      { kind: 'end', because: 'web 1.4.2 was not released to dev' },
    ],
    [
      'is open where it runs already, proven',
      step(1, { state: { kind: 'unchanged' }, plan: aPlan() }),
      {},
      { kind: 'go' },
    ],
    [
      'waits where it runs already, unproven',
      step(1, { state: { kind: 'unchanged' }, plan: aPlan() }),
      { healthy: [] },
      { kind: 'wait', soon: true },
    ],
    [
      'ends where what runs already has failed since',
      step(1, { state: { kind: 'unchanged' }, plan: aPlan() }),
      { last: arrived(1, failed, { id: releaseId(7) }) },
      { kind: 'end', because: 'web 1.4.2 failed in dev: it crashes' },
    ],
  ])('%s', (_, before, over, expected) => {
    expect(gateAfter(before, { ...facts, ...over })).toEqual(expected);
  });
});

async function advanced(steps: readonly Release[], over: Partial<ChainPorts> = {}) {
  const record = aRecord(...steps);
  const nudged: string[] = [];
  const ports: ChainPorts = {
    clock: aClock(),
    chain: async () => steps.map((each) => record.get(each)),
    transition: record.transition,
    lastWritten: async () => null,
    healthy: async (_, environment) => [aHealthyRecord([environment])],
    clustersOf: (environment) => [environment],
    nudge: (work) => void nudged.push(work),
    ...over,
  };
  const again = await advanceChain(ports, releaseId(1));
  return { record, nudged, again, ports, all: steps.map((each) => record.get(each)) };
}
const textOf = ({ decision }: Release) => decision?.reasons.map(({ text }) => text).join();

describe('a chain', () => {
  test('is named by its work', () => {
    expect(chainOf(`chain/${releaseId(1)}`)).toBe(releaseId(1));
    expect(chainOf('chain/web')).toBeNull();
  });

  test('shows nothing of its later steps before the version is known', async () => {
    const { record } = await advanced([step(1), step(2), step(3)]);
    expect(record.log).toEqual([]);
  });

  test('shows what each step waits for, and of which version', async () => {
    const { all, again } = await advanced([step(1, { state: { kind: 'queued' }, plan: aPlan() }), step(2), step(3)]);
    expect(all.map(({ state }) => state.kind)).toEqual(['queued', 'held', 'held']);
    expect(all.map(textOf)).toEqual(
      ['', 'dev comes first (step 2 of 3)', 'staging comes first (step 3 of 3)'].map((text) => text || undefined),
    );
    expect(all.map(({ chain }) => chain?.version)).toEqual([undefined, '1.4.2', '1.4.2']);
    expect(again).toBeUndefined();
  });

  test('ends where the step before has shown nothing for a day', async () => {
    const minutesLate = -24 * 60;
    const waiting = {
      clusters: { dev: { kind: 'unverified', stage: 'source', because: 'the cluster is away', since: at() } },
    } as const;
    const first = (ms: number) =>
      step(1, { state: { kind: 'written', commit: sha('cc') }, plan: aPlan(), arrival: waiting, since: at(ms) });
    const early = await advanced([first(minutesLate * 60_000 + 1), awaiting(2)]);
    expect(early.all.map(({ state }) => state.kind)).toEqual(['written', 'held']);
    expect(early.again).toBe(Date.parse(at(1)));
    const late = await advanced([first(minutesLate * 60_000), awaiting(2)]);
    expect(late.all.map(({ state }) => state.kind)).toEqual(['written', 'denied']);
    expect(late.all.map(textOf)[1]).toBe('it has waited for dev for more than a day');
  });

  test('lets the next step go when the one before is healthy, and only that', async () => {
    const { all, nudged, record } = await advanced([arrived(1, healthy), awaiting(2), awaiting(3)]);
    expect(all.map(({ chain }) => chain?.isReached)).toEqual([undefined, true, undefined]);
    expect(nudged).toEqual([`release/${releaseId(2)}`]);
    expect(record.texts()).toEqual(['dev is healthy, so this is decided now (step 2 of 3)']);
  });

  test('does nothing twice', async () => {
    const { ports, record } = await advanced([arrived(1, healthy), awaiting(2), awaiting(3)]);
    const { length } = record.log;
    await advanceChain(ports, releaseId(1));
    expect(record.log).toHaveLength(length);
  });

  test('looks again soon where the proof comes after the verdict', async () => {
    const { again, record } = await advanced([arrived(1, healthy), awaiting(2)], { healthy: async () => [] });
    expect(again).toBe(noonMs + 1_000);
    expect(record.log).toEqual([]);
  });

  test('does not go back behind what was asked for and written later', async () => {
    const later = aRelease({
      id: releaseId(9),
      state: written,
      plan: aPlan({ artifact: anArtifact({ version: '1.4.3' }) }),
    });
    const { all } = await advanced([arrived(1, healthy), awaiting(2), awaiting(3)], { lastWritten: async () => later });
    expect(all[1]?.state).toEqual({ kind: 'superseded', by: releaseId(9) });
    expect(all[2]?.state.kind).toBe('denied');
  });

  test('ends with the step that was cancelled, by the same person', async () => {
    const { all, record } = await advanced([
      arrived(1, waits),
      step(2, { state: { kind: 'cancelled', by: bo } }),
      awaiting(3),
    ]);
    expect(all[2]?.state).toEqual({ kind: 'cancelled', by: bo });
    expect(record.texts()).toEqual(['cancelled with the step before, staging']);
  });

  test('ends with the first step that fails, and every later one says why and what goes on from there', async () => {
    const { all } = await advanced([arrived(1, failed), awaiting(2), awaiting(3)]);
    for (const each of all.slice(1)) {
      expect(each.state.kind).toBe('denied');
      expect(each.decision?.reasons).toMatchObject([
        {
          code: 'step-ended',
          text: 'web 1.4.2 failed in dev: it crashes',
          next: '`/release web dev,staging,production 1.4.2`',
        },
      ]);
    }
  });

  test('names the version in the steps that were not shown yet, unless nothing was released', async () => {
    const versions = async (first: Release) =>
      (await advanced([first, step(2), step(3)])).all.map(({ state, chain }) => [state.kind, chain?.version]);
    expect((await versions(arrived(1, failed))).slice(1)).toEqual([
      ['denied', '1.4.2'],
      ['denied', '1.4.2'],
    ]);
    const denied = step(1, { state: { kind: 'denied' }, plan: aPlan(), decision: aDecision({ kind: 'denied' }) });
    expect((await versions(denied)).slice(1)).toEqual([
      ['denied', undefined],
      ['denied', undefined],
    ]);
  });

  test.each<[string, Release]>([
    ['waits for votes', { ...awaiting(3, { isReached: true }), decision: aDecision({ kind: 'held' }), plan: aPlan() }],
    ['is queued', { ...awaiting(3, { isReached: true }), state: { kind: 'queued' }, plan: aPlan() }],
  ])('ends a step that %s when one before it fails late', async (_, last) => {
    const { all } = await advanced([arrived(1, healthy), arrived(2, failed), last]);
    expect(all[2]?.state.kind).toBe('denied');
    expect(all[2]?.decision?.reasons[0]?.next).toBe('`/release web staging,production 1.4.2`');
  });

  test.each<[string, Release]>([
    ['what is being written', { ...awaiting(3, { isReached: true }), state: aState('writing'), plan: aPlan() }],
    ['what is written', arrived(3, waits)],
  ])('leaves %s alone', async (_, last) => {
    const { record } = await advanced([arrived(1, failed), arrived(2, failed), last]);
    expect(record.events(releaseId(3))).toEqual([]);
  });

  test('goes on when a step that was passed is replaced', async () => {
    const reached: Release = { ...awaiting(3, { isReached: true }), decision: aDecision({ kind: 'held' }) };
    const { record } = await advanced([arrived(1, superseded), arrived(2, superseded), reached]);
    expect(record.log).toEqual([]);
  });

  test('is looked at again where a step moved on meanwhile', async () => {
    const moved = { transition: async () => ({ kind: 'moved', record: step(2) }) as const };
    await expect(advanced([arrived(1, healthy), awaiting(2)], moved)).rejects.toThrow(Retryable);
  });
});
