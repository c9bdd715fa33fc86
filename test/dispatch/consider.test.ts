import { describe, expect, test } from 'vitest';
import { type ConsiderPorts, consider } from '../../src/dispatch/consider.ts';
import { automatic } from '../../src/vocabulary/person.ts';
import type { Decision } from '../../src/vocabulary/reasons.ts';
import type { Plan, Release } from '../../src/vocabulary/release.ts';
import {
  aClock,
  aDecision,
  anArtifact,
  ana,
  aPlan,
  aRelease,
  aState,
  at,
  aVote,
  bo,
  releaseId,
  sha,
  someShown,
} from '../support/builders.ts';
import { aRecord } from './fake-ledger.ts';

const missing = { code: 'approvals-missing', effect: 'hold', text: '0 of 2 approved' } as const;
const notYet = { code: 'not-healthy-before', effect: 'deny', text: '1.4.2 was never healthy in staging' } as const;

function held(over: Partial<Decision> = {}): Decision {
  return aDecision({ kind: 'held', reasons: [missing], ...over });
}

/** One release among others; by default it is planned as 1.4.1 → 1.4.2 and allowed. */
async function considered(release: Release, over: Partial<ConsiderPorts> = {}, others: Release[] = []) {
  const record = aRecord(release, ...others);
  const nudged: string[] = [];
  const asked: string[] = [];
  const ports: ConsiderPorts = {
    clock: aClock(),
    release: record.release,
    open: record.open,
    lastWritten: async () => null,
    clockSkew: async () => null,
    transition: record.transition,
    plan: async (request) => {
      asked.push(request.wanted.kind === 'named' ? request.wanted.name : request.wanted.kind);
      return { kind: 'planned', plan: aPlan() };
    },
    decide: async () => aDecision(),
    nudge: (work) => void nudged.push(work),
    ...over,
  };
  await consider(ports, release.id);
  return { record, nudged, asked, ports, now: record.get(release), state: record.stateOf(release) };
}

describe('what a lock has held', () => {
  const locked = { code: 'locked', effect: 'hold', text: 'web is locked by @mia (audit)' } as const;
  const needsGo = { code: 'needs-go', effect: 'hold', text: 'the lock has ended' } as const;
  const waiting = (...reasons: Decision['reasons']) =>
    aRelease({ state: { kind: 'held' }, plan: aPlan(), decision: held({ reasons }) });

  test.each([
    ['asks its requester when the lock ends', waiting(locked), aDecision(), 'held', ['needs-go']],
    ['goes on asking', waiting(needsGo), aDecision(), 'held', ['needs-go']],
    ['goes when the word was given', waiting(), aDecision(), 'queued', []],
    ['is held by the next lock alone', waiting(needsGo), held({ reasons: [locked] }), 'held', ['locked']],
    ['waits for votes alone', waiting(locked), held({ reasons: [missing] }), 'held', ['approvals-missing']],
    ['goes with the last vote', waiting(missing), aDecision(), 'queued', []],
    [
      'is denied where the policies deny it by now',
      waiting(locked),
      aDecision({ kind: 'denied', reasons: [notYet] }),
      'denied',
      ['not-healthy-before'],
    ],
  ])('%s', async (_, release, decision, state, codes) => {
    const outcome = await considered(release, { decide: async () => decision });
    expect(outcome.state).toBe(state);
    expect(outcome.now.decision?.reasons.map(({ code }) => code)).toEqual(codes);
  });

  const ended = at(-60_000);
  const frozen = { code: 'frozen', effect: 'hold', text: 'dev is frozen' } as const;
  test.each<[string, readonly Decision['reasons'][number][], string]>([
    ['waits for its turn where the window says so', [{ ...frozen, auto: ended }], 'awaits-turn'],
    ['is asked about where one of two windows does not', [{ ...frozen, auto: ended }, frozen], 'needs-go'],
    ['is asked about where a lock has held it too', [{ ...frozen, auto: ended }, locked], 'needs-go'],
  ])('%s', async (_, reasons, code) => {
    const outcome = await considered(waiting(...reasons));
    expect(outcome.now.decision?.reasons.map((reason) => reason.code)).toEqual([code]);
    expect(outcome.now.turn).toEqual(code === 'awaits-turn' ? { of: ended } : undefined);
    const again = await considered(outcome.now);
    expect(again.now.decision?.reasons.map((reason) => reason.code)).toEqual([code]);
  });

  test('is still asked about when the remote was away in between', async () => {
    const away = await considered(waiting(needsGo), {
      plan: async () => ({ kind: 'unreadable', because: 'no route' }),
    });
    expect(away.now.decision?.reasons.map(({ code }) => code)).toEqual(['remote-unreachable', 'needs-go']);
    expect((await considered(away.now)).now.decision?.reasons.map(({ code }) => code)).toEqual(['needs-go']);
  });
});

describe('a request', () => {
  test('is queued where all policies allow it, and its lane is woken', async () => {
    const { state, nudged, now } = await considered(aRelease());
    expect(state).toBe('queued');
    expect(now.plan?.artifact.version).toBe('1.4.2');
    expect(nudged).toEqual(['lane/gitops/main']);
  });

  test.each([
    ['denied', { decide: async () => aDecision({ kind: 'denied', reasons: [notYet] }) }, ['not-healthy-before']],
    ['held', { decide: async () => held() }, ['approvals-missing']],
    [
      'denied',
      { plan: async () => ({ kind: 'refused', reasons: [{ ...notYet, code: 'unknown-version' }] }) },
      ['unknown-version'],
    ],
    [
      'held',
      { plan: async () => ({ kind: 'refused', reasons: [{ ...missing, code: 'policy-file-invalid' }] }) },
      ['policy-file-invalid'],
    ],
    ['held', { plan: async () => ({ kind: 'unreadable', because: 'no route' }) }, ['remote-unreachable']],
  ] as [string, Partial<ConsiderPorts>, string[]][])(
    'becomes %s, with all its reasons',
    async (state, ports, codes) => {
      const done = await considered(aRelease(), ports);
      expect(done.state).toBe(state);
      expect(done.now.decision?.reasons.map(({ code }) => code)).toEqual(codes);
    },
  );

  test('for what is written already is unchanged', async () => {
    const { state } = await considered(aRelease(), { plan: async () => ({ kind: 'unchanged', plan: aPlan() }) });
    expect(state).toBe('unchanged');
  });

  test('that somebody else moves meanwhile is looked at again', async () => {
    const release = aRelease();
    let decisions = 0;
    const record = aRecord(release);
    const decide = async () => {
      decisions += 1;
      if (decisions === 1) record.change(release, { votes: [aVote()] });
      return aDecision();
    };
    const { transition, release: read, open } = record;
    await considered(release, { decide, transition, release: read, open });
    expect(record.stateOf(release)).toBe('queued');
    expect(record.get(release).votes).toHaveLength(1);
    expect(decisions).toBe(2);
  });
});

describe('behind others', () => {
  const mine = (number: number, kind: 'requested' | 'held' | 'queued' | 'writing', requester = ana) =>
    aRelease({
      id: releaseId(number),
      state: aState(kind),
      plan: aPlan({ artifact: anArtifact({ version: '1.4.0' }) }),
      request: { requester },
    });
  const now = aRelease({ id: releaseId(9) });

  test.each(['requested', 'held', 'queued'] as const)('the requester’s own %s release gives way', async (kind) => {
    const own = mine(1, kind);
    const { record, state } = await considered(now, {}, [own]);
    expect(record.get(own).state).toEqual({ kind: 'superseded', by: now.id });
    expect(state).toBe('queued');
  });

  test('what is being written goes on, and the next one waits for it', async () => {
    const { state, record, now: after } = await considered(now, {}, [mine(1, 'writing')]);
    expect(state).toBe('held');
    expect(after.decision?.reasons[0]?.code).toBe('behind-another');
    expect(after.plan).toBeUndefined();
    expect(record.stateOf(mine(1, 'writing'))).toBe('writing');
  });

  test('somebody else’s is waited for, by name', async () => {
    const { state, now: after, asked } = await considered(now, {}, [mine(1, 'held', bo)]);
    expect(state).toBe('held');
    expect(after.decision?.reasons[0]?.text).toBe('web 1.4.0 → production by bo is ahead of it (held)');
    expect(asked).toEqual([]);
  });

  test('a step of somebody’s chain that is not reached is not waited for', async () => {
    const chain = { id: releaseId(1), step: 2, environments: ['staging', 'production'] };
    expect((await considered(now, {}, [{ ...mine(2, 'held', bo), chain }])).state).toBe('queued');
    const reached = { ...mine(2, 'held', bo), chain: { ...chain, isReached: true } };
    expect((await considered(now, {}, [reached])).state).toBe('held');
  });

  test('other services and environments do not matter', async () => {
    const elsewhere = aRelease({
      id: releaseId(1),
      state: { kind: 'held' },
      request: { requester: bo, environment: 'staging' },
    });
    const other = aRelease({ id: releaseId(2), state: { kind: 'held' }, request: { requester: bo, service: 'api' } });
    expect((await considered(now, {}, [elsewhere, other])).state).toBe('queued');
  });

  test.each([
    ['held', 'queued'],
    ['queued', 'held'],
    ['writing', 'held'],
  ] as const)('a rollback behind a %s release is %s', async (kind, state) => {
    const rollback = aRelease({ id: releaseId(9), request: { intent: 'rollback' } });
    expect((await considered(rollback, {}, [mine(1, kind, bo)])).state).toBe(state);
  });
});

describe('a step of a chain', () => {
  const chain = { id: releaseId(1), step: 2, environments: ['staging', 'production'], version: '1.4.2' };
  const wanted = { kind: 'default' } as const;

  test('is not even planned before it is reached', async () => {
    const { record, asked } = await considered(aRelease({ id: releaseId(2), chain, request: { wanted } }));
    expect([record.log, asked]).toEqual([[], []]);
  });

  test('is of the version that the step before has proven', async () => {
    const reached = aRelease({ id: releaseId(2), chain: { ...chain, isReached: true }, request: { wanted } });
    const { asked, state } = await considered(reached);
    expect([asked, state]).toEqual([['1.4.2'], 'queued']);
  });
});

describe('a held release', () => {
  const waiting = (over: Partial<Release> = {}) =>
    aRelease({ state: { kind: 'held' }, plan: aPlan(), decision: held({ expiresAt: at(3_600_000) }), ...over });
  const again = (over: Partial<Decision> = {}, plan: Partial<Plan> = {}): Partial<ConsiderPorts> => ({
    plan: async () => ({ kind: 'planned', plan: aPlan(plan) }),
    decide: async () => held({ expiresAt: at(3_600_000), ...over }),
  });

  test('whose facts are the same is left alone', async () => {
    const { record } = await considered(waiting(), again());
    expect(record.log).toEqual([]);
  });

  test('keeps the head from which its trailer is looked for', async () => {
    const { now, record } = await considered(waiting(), again({}, { head: anArtifact().commit }));
    expect(record.log).toEqual([]);
    expect(now.plan?.head).toBe(aPlan().head);
  });

  test('goes when its last reason is gone', async () => {
    expect((await considered(waiting())).state).toBe('queued');
  });

  test('keeps its version, whatever is newest by now', async () => {
    const release = waiting({ request: aRelease({ request: { wanted: { kind: 'default' } } }).request });
    expect((await considered(release)).asked).toEqual(['1.4.2']);
  });

  test('expires at its time, which asking again does not move', async () => {
    const asked = held({ expiresAt: at(3_600_000), askedAt: at(-3_600_000) });
    const early = await considered(waiting({ decision: asked }), again({ askedAt: at(-3_600_000), warnings: [] }));
    expect(early.now.decision?.askedAt).toBe(at(-3_600_000));
    const away = { plan: async () => ({ kind: 'unreadable' as const, because: 'no route' }) };
    expect((await considered(waiting({ decision: asked }), away)).now.decision).toMatchObject({
      askedAt: at(-3_600_000),
      bound: 'bound-1',
    });
    const late = await considered(waiting(), { ...again(), clock: aClock(Date.parse(at(3_600_000))) });
    expect(late.state).toBe('expired');
  });

  test('whose step changed says what changed, and keeps votes that no longer count', async () => {
    const { now, record } = await considered(
      waiting({ votes: [aVote()], decision: held({ shown: someShown() }) }),
      again({ bound: 'bound-2', shown: someShown({ from: { version: '1.4.0' } }) }, { from: { version: '1.4.0' } }),
    );
    expect(now.votes).toHaveLength(1);
    expect(now.decision?.changed).toEqual(['the version that runs there: 1.4.0 (was 1.4.1 (d1d1d1d))']);
    expect(record.texts()).toEqual([
      'Changed since it was shown, so votes are asked for again:\n• the version that runs there: 1.4.0 (was 1.4.1 (d1d1d1d))',
    ]);
  });

  test('that was shown by an earlier Sluice says only that it changed', async () => {
    const { record } = await considered(waiting(), again({ bound: 'bound-2', shown: someShown() }));
    expect(record.texts()).toEqual(['Changed since it was shown.']);
  });

  test('says whose approval counts no longer, once', async () => {
    const uncounted = [{ user: 'UBO', because: 'is not in @platform any more' }];
    const first = await considered(waiting({ votes: [aVote()] }), again({ uncounted }));
    expect(first.record.texts()).toEqual([
      'The approval of bo does not count any more: bo is not in @platform any more.',
    ]);
    const second = await considered(first.now, again({ uncounted }));
    expect(second.record.log).toEqual([]);
  });

  test('is denied where a policy says no by now', async () => {
    const { state } = await considered(waiting(), {
      decide: async () => aDecision({ kind: 'denied', reasons: [notYet] }),
    });
    expect(state).toBe('denied');
  });
});

test.each(['queued', 'writing', 'denied', 'unchanged', 'expired'] as const)(
  'a %s release is not its matter',
  async (kind) => {
    const { record } = await considered(aRelease({ state: aState(kind) }));
    expect(record.log).toEqual([]);
  },
);

test('an unknown release is not its matter', async () => {
  const { record } = await considered(aRelease(), { release: async () => null });
  expect(record.log).toEqual([]);
});

describe('what goes by itself', () => {
  const requester = { user: automatic, name: 'Ana' };
  const alone = (number: number, state: Release['state'] = { kind: 'requested' }) =>
    aRelease({ id: releaseId(number), state, request: { requester }, plan: aPlan(), decision: held() });

  test('replaces what went by itself before it, also behind what a person waits with', async () => {
    const person = aRelease({ id: releaseId(1), state: { kind: 'held' }, plan: aPlan(), decision: held() });
    const older = alone(2, { kind: 'held' });
    const { record, state, now } = await considered(alone(3), {}, [person, older]);
    expect(record.stateOf(older)).toBe('superseded');
    expect(state).toBe('held');
    expect(now.decision?.reasons.map(({ code }) => code)).toEqual(['behind-another']);
  });

  test.each<['held' | 'queued' | 'writing', string]>([
    ['held', 'queued'],
    ['queued', 'held'],
    ['writing', 'held'],
  ])('keeps a person waiting only while it is on its way: %s', async (kind, expected) => {
    const older = alone(1, aState(kind));
    const { state, record } = await considered(aRelease({ id: releaseId(2) }), {}, [older]);
    expect(state).toBe(expected);
    expect(record.stateOf(older)).toBe(kind);
  });

  test('gives way to what a person has released since', async () => {
    const written = aRelease({ id: releaseId(5), state: { kind: 'written', commit: sha('c5') }, plan: aPlan() });
    const over = { lastWritten: async () => written };
    const before = await considered(alone(4, { kind: 'held' }), over);
    expect(before.now.state).toEqual({ kind: 'superseded', by: written.id });
    expect((await considered(alone(6), over)).state).toBe('queued');
  });
});
