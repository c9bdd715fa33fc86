import { describe, expect, test } from 'vitest';
import { takeTurn } from '../../src/dispatch/turn.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { ReasonCode } from '../../src/vocabulary/reasons.ts';
import type { Release, State } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aDecision, aPlan, aRelease, aState, at, releaseId, sha } from '../support/builders.ts';
import { aRecord } from './fake-ledger.ts';

const of = at();

function held(number: number, codes: readonly ReasonCode[], taken?: boolean): Release {
  const reasons = codes.map((code) => ({ code, effect: 'hold' as const, text: code }));
  return one(number, { kind: 'held' }, { decision: aDecision({ kind: 'held', reasons }), ...turn(taken) });
}

const turn = (taken?: boolean) => ({ turn: { of, ...(taken === undefined ? {} : { taken }) } });

function one(number: number, state: State, over: Partial<Release> = {}): Release {
  const request = { service: `s${number}` };
  return aRelease({ id: releaseId(number), plan: aPlan(), ...turn(true), ...over, state, request });
}

const verdicts = {
  waiting: { kind: 'waiting', stage: 'rollout', because: '1 of 3 pods', since: at() },
  healthy: { kind: 'healthy', since: at() },
  failed: { kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'it crashes', since: at() },
  unverified: { kind: 'unverified', stage: 'source', because: 'Flux is silent', since: at() },
  superseded: { kind: 'superseded', by: '1.4.3', since: at() },
} as const satisfies Record<string, Verdict>;

function written(number: number, kind?: keyof typeof verdicts): Release {
  const state: State = { kind: 'written', commit: sha('c2') };
  return one(number, state, kind === undefined ? {} : { arrival: { clusters: { dev: verdicts[kind] } } });
}

async function taken(...all: Release[]) {
  const record = aRecord(...all);
  const due: string[] = [];
  const ports = {
    turn: async () => all,
    transition: record.transition,
    markDue: async (work: string) => void due.push(work),
    nudge: () => {},
  };
  await takeTurn(ports, of);
  return { record, due, codes: all.map((each) => (record.get(each).decision?.reasons ?? []).map(({ code }) => code)) };
}

const line = held(2, ['awaits-turn']);
const last = held(3, ['awaits-turn']);

describe('of what a window had held', () => {
  test('the oldest goes first, and is decided again', async () => {
    const { record, due, codes } = await taken(line, last);
    expect(codes).toEqual([[], ['awaits-turn']]);
    expect(record.get(line)).toMatchObject({ state: { kind: 'held' }, turn: { of, taken: true } });
    expect(due).toEqual([`release/${line.id}`]);
  });

  test.each<[string, Release, boolean]>([
    ['has its turn', held(1, [], true), true],
    ['is queued', one(1, { kind: 'queued' }), true],
    ['is being written', one(1, aState('writing')), true],
    ['is written and not looked at yet', written(1), true],
    ['has not arrived', written(1, 'waiting'), true],
    ['waits for a remote that is away', held(1, ['remote-unreachable'], true), true],
    ['is healthy', written(1, 'healthy'), false],
    ['was replaced', written(1, 'superseded'), false],
    ['was locked on its way', held(1, ['locked'], true), false],
    ['waits for votes on its way', held(1, ['approvals-missing'], true), false],
  ])('the others wait while the one before %s: %#', async (_, before, waits) => {
    const { due } = await taken(before, line, last);
    expect(due).toEqual(waits ? [] : [`release/${line.id}`]);
  });

  test.each(['failed', 'unverified'] as const)('the others are asked about where one is %s', async (kind) => {
    const { record, due, codes } = await taken(written(1, kind), line, last);
    expect(due).toEqual([]);
    expect(codes.slice(1)).toEqual([['needs-go'], ['needs-go']]);
    expect(record.texts()[0]).toContain('s1 1.4.2');
  });

  test('whoever moved on meanwhile is looked at again', async () => {
    const moved = { turn: async () => [line], transition: async () => ({ kind: 'moved', record: line }) as const };
    await expect(takeTurn({ ...moved, markDue: async () => {}, nudge: () => {} }, of)).rejects.toThrow(Retryable);
  });
});
