import { describe, expect, test } from 'vitest';
import { attemptPolicyChanges, type PolicyLanePorts } from '../../src/dispatch/policy-lane.ts';
import { type PolicyChange, policyChangeSchema } from '../../src/vocabulary/policy-change.ts';
import { aClock, aLane, at, bo, mia, releaseId, sha } from '../support/builders.ts';

const change: PolicyChange = policyChangeSchema.parse({
  kind: 'policy-change',
  id: releaseId(1),
  revision: 1,
  edit: { kind: 'add', item: {}, line: { kind: 'reference' } },
  by: mia,
  at: at(),
  diff: [],
  channel: '#releases',
  lane: aLane,
  head: sha('0e'),
  votes: [],
  state: { kind: 'queued' },
});
const allowed = {
  kind: 'judged',
  decision: { kind: 'allowed', reasons: [], bound: 'b' },
  policy: { blob: 'f' },
} as const;
const held = { code: 'approvals-missing', effect: 'hold', text: 'needs 1 approval' } as const;

/** A lane with one change in it; what the record says of it, and what was pushed. */
async function run(
  over: Partial<PolicyLanePorts> = {},
  first: PolicyChange = change,
  pushes: string[] = ['pushed'],
  signal = new AbortController().signal,
) {
  let record = first;
  const events: string[] = [];
  const pushed: string[] = [];
  const due: (number | undefined)[] = [];
  const ports: PolicyLanePorts = {
    clock: aClock(),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    openChanges: async () => [first],
    moveChange: async (before, more, { event }) => {
      if (before.revision !== record.revision) return { kind: 'moved', record };
      record = { ...before, ...more, revision: before.revision + 1 } as PolicyChange;
      events.push(event);
      return { kind: 'done', record };
    },
    markDue: async (_work, atMs) => void due.push(atMs),
    judgeChange: async () => allowed,
    policyFile: 'sluice.yaml',
    editPolicies: (text) => ({ kind: 'edited', text: `${text}x` }),
    policyMessage: () => 'Add policy',
    gitops: {
      fetch: async () => ({ kind: 'fetched', head: sha('aa') }),
      written: async () => new Map(),
      begin: () => ({
        commitFile: async (_path, edit) =>
          edit('') === '' ? { kind: 'unchanged' } : { kind: 'committed', commit: sha('cc') },
        push: async () => {
          const kind = pushes[Math.min(pushed.length, pushes.length - 1)] ?? 'pushed';
          pushed.push(kind);
          return kind === 'pushed'
            ? { kind, head: sha('cc') }
            : kind === 'behind'
              ? { kind }
              : { kind: kind as 'refused' | 'unreachable', because: 'no' };
        },
      }),
    },
    afterPush: () => {},
    ...over,
  };
  const outcome = await attemptPolicyChanges(ports, aLane, signal);
  return { outcome, state: record.state, events, pushed, due };
}

describe('a change of the policies in its lane', () => {
  test('is committed and pushed, also after others were faster', async () => {
    expect(await run({}, change, ['behind', 'behind', 'pushed'])).toMatchObject({
      outcome: { kind: 'done' },
      state: { kind: 'written', commit: sha('cc') },
      pushed: ['behind', 'behind', 'pushed'],
    });
  });

  test('is judged again on another fetch where its facts are older than ten seconds', async () => {
    const clock = aClock();
    let judged = 0;
    const slowly = async () => {
      judged += 1;
      if (judged === 1) clock.move(10_001);
      return allowed;
    };
    expect(await run({ clock, judgeChange: slowly })).toMatchObject({ state: { kind: 'written' }, pushed: ['pushed'] });
    expect(judged).toBe(2);
  });

  test('is left to the next owner of the lane, unpushed, where this one has lost it', async () => {
    const lost = new AbortController();
    const losing = async () => {
      lost.abort();
      return allowed;
    };
    expect(await run({ judgeChange: losing }, change, [], lost.signal)).toMatchObject({
      outcome: { kind: 'left' },
      state: { kind: 'writing' },
      pushed: [],
    });
  });

  test('those that wait for votes share one fetch', async () => {
    let fetches = 0;
    await run({
      openChanges: async () => [1, 2, 3].map((number) => ({ ...change, id: releaseId(number) })),
      judgeChange: async () => ({ ...allowed, decision: { kind: 'held', reasons: [held], bound: 'b' } }),
      gitops: {
        written: async () => new Map(),
        begin: () => {
          throw new Error('nothing is begun');
        },
        fetch: async () => {
          fetches += 1;
          return { kind: 'fetched', head: sha('aa') };
        },
      },
    });
    expect(fetches).toBe(1);
  });

  test('is not written twice: its trailer is on the branch already', async () => {
    const gone = await run({
      gitops: {
        fetch: async () => ({ kind: 'fetched', head: sha('aa') }),
        written: async () => new Map([[change.id, sha('dd')]]),
        begin: () => {
          throw new Error('nothing is begun');
        },
      },
    });
    expect(gone.state).toEqual({ kind: 'written', commit: sha('dd') });
  });

  test('waits for votes, says so once, and is looked at again when they are late', async () => {
    const judged = {
      ...allowed,
      decision: { kind: 'held' as const, reasons: [held], bound: 'b', expiresAt: at(1_000) },
    };
    const first = await run({ judgeChange: async () => judged });
    expect(first).toMatchObject({ state: { kind: 'held' }, events: ['policy-change.held'], pushed: [] });
    expect(first.due).toHaveLength(1);
    const again = await run(
      { judgeChange: async () => judged },
      { ...change, state: { kind: 'held' }, reasons: [held] },
    );
    expect(again.events).toEqual([]);
    const late = await run({}, { ...change, state: { kind: 'held' }, expiresAt: at(-1) });
    expect(late).toMatchObject({ state: { kind: 'expired' }, pushed: [] });
  });

  test.each<[string, Partial<PolicyLanePorts>, string]>([
    [
      'rights that were taken away',
      {
        judgeChange: async () => ({
          ...allowed,
          decision: {
            ...allowed.decision,
            kind: 'denied',
            reasons: [{ code: 'not-authorized', effect: 'deny', text: '@mia may not' }],
          },
        }),
      },
      '@mia may not',
    ],
    [
      'a file that would not be valid by now',
      { editPolicies: () => ({ kind: 'refused', because: 'sluice.yaml would not be valid' }) },
      'sluice.yaml would not be valid',
    ],
    [
      'a line that is there by now',
      { editPolicies: () => ({ kind: 'unchanged', because: 'sluice.yaml says so already' }) },
      'sluice.yaml says so already',
    ],
  ])('ends with %s', async (_, over, because) => {
    expect(await run(over)).toMatchObject({
      state: { kind: 'refused', because },
      pushed: [],
      outcome: { kind: 'done' },
    });
  });

  test('a remote that refuses it ends it; one that is away leaves it for later', async () => {
    expect((await run({}, change, ['refused'])).state).toEqual({
      kind: 'refused',
      because: 'gitops/main refused the push: no',
    });
    expect(await run({}, change, ['unreachable'])).toMatchObject({
      state: { kind: 'writing' },
      outcome: { kind: 'later' },
    });
  });

  test('is held, and tried again, while nobody can tell whether it may go', async () => {
    const unknown = await run({ judgeChange: async () => ({ kind: 'unknown', because: 'Slack is away' }) });
    expect(unknown).toMatchObject({
      state: { kind: 'held' },
      outcome: { kind: 'later', because: 'Slack is away' },
      pushed: [],
    });
    const failed = await run({ openChanges: () => Promise.reject(new Error('Redis is away')) });
    expect(failed.outcome).toEqual({ kind: 'later', because: 'Redis is away' });
  });

  test.each(['rejected', 'withdrawn'] as const)(
    'one that is %s after the lane has read it is not pushed',
    async (kind) => {
      const after = await run({
        moveChange: async (before) => ({
          kind: 'moved',
          record: { ...before, revision: before.revision + 1, state: { kind, by: bo } },
        }),
      });
      expect(after).toMatchObject({ outcome: { kind: 'done' }, pushed: [] });
    },
  );

  test('what is pushed stays written, whoever changes its record meanwhile', async () => {
    const states: string[] = [];
    const written = await run({
      moveChange: async (before, more) => {
        states.push(more.state?.kind ?? '');
        const kind = states.length === 2 ? 'moved' : 'done';
        return { kind, record: { ...before, ...more, revision: before.revision + 1 } as PolicyChange };
      },
    });
    expect(written).toMatchObject({ outcome: { kind: 'done' }, pushed: ['pushed'] });
    expect(states).toEqual(['writing', 'written', 'written']);
  });
});
