import { describe, expect, test } from 'vitest';
import { chooseBatch, type LanePorts, runLane } from '../../src/dispatch/lane.ts';
import { placesOf } from '../../src/dispatch/lane-check.ts';
import type { Planned } from '../../src/dispatch/ports.ts';
import type { Decision } from '../../src/vocabulary/reasons.ts';
import type { Plan, Release, State } from '../../src/vocabulary/release.ts';
import {
  aClock,
  aDecision,
  aLane,
  anArtifact,
  aPerson,
  aPlace,
  aPlan,
  aRelease,
  aState,
  digest,
  releaseId,
  sha,
  someShown,
} from '../support/builders.ts';
import { aRemote } from './fake-lane.ts';
import { aRecord, silent } from './fake-ledger.ts';

const old = { version: '1.4.1', digest: digest('d1') };

function queued(number: number, service = `s${number}`, over: { plan?: Partial<Plan>; state?: State } = {}): Release {
  const places = [aPlace({ path: `apps/production/${service}/kustomization.yaml` })];
  const plan = aPlan({ artifact: anArtifact({ service }), places, ...over.plan });
  const state = over.state ?? { kind: 'queued' };
  return aRelease({ id: releaseId(number), state, plan, decision: aDecision(), request: { service } });
}

const pathOf = (release: Release) => release.plan?.places[0]?.path ?? '';

/** A lane whose remote holds 1.4.1 of all the given releases' services. */
function aLaneWith(releases: Release[], over: Partial<LanePorts> = {}) {
  const remote = aRemote(Object.fromEntries(releases.map((release) => [pathOf(release), old])));
  const record = aRecord(...releases);
  const told: string[] = [];
  const stopped = new Set<string>();
  const ports: LanePorts = {
    log: silent,
    waiting: record.waiting,
    transitionAll: record.transitionAll,
    gitops: remote.gitops,
    plan: async (): Promise<Planned> => ({ kind: 'refused', reasons: [] }),
    decide: async (): Promise<Decision> => aDecision(),
    reviewOf: () => undefined,
    afterPush: () => void told.push('poked'),
    laneRefused: async (_lane, because) => void told.push(`refused: ${because}`),
    laneUnreachable: async (_lane, because) =>
      void told.push(because === null ? 'reachable' : `unreachable: ${because}`),
    isStopped: async () => stopped.size > 0,
    stopLane: async (_lane, because) => void stopped.add(because),
    pause: async () => {},
    clock: aClock(),
    steady: aClock(),
    random: () => 0.5,
    ...over,
  };
  const run = (signal = new AbortController().signal) => runLane(ports, aLane, signal);
  return { ports, remote, record, told, stopped, run };
}

describe('the lane', () => {
  test('writes all that wait with one push, each as its own commit, oldest first', async () => {
    const releases = [queued(2), queued(1), queued(3)];
    const { remote, record, run, told } = aLaneWith(releases);
    expect(await run()).toEqual({ kind: 'done' });
    expect(remote.releases()).toEqual([1, 2, 3].map((number) => releaseId(number)));
    expect(remote.pushes()).toBe(1);
    expect(releases.map(record.stateOf)).toEqual(['written', 'written', 'written']);
    expect(told).toContain('poked');
    expect(record.events(releaseId(1))).toEqual(['release.writing', 'release.written']);
  });

  test('takes one release for each place into a batch, and the next one after it is written', async () => {
    const first = queued(1, 'web');
    const second = queued(2, 'web', { plan: { artifact: anArtifact({ version: '1.4.3', digest: digest('d3') }) } });
    const onTop = aPlan({
      artifact: anArtifact({ version: '1.4.3', digest: digest('d3') }),
      from: { version: '1.4.2', digest: digest('d2') },
      places: first.plan?.places ?? [],
    });
    const { remote, record, run } = aLaneWith([first, second], {
      plan: async () => ({ kind: 'planned', plan: onTop }),
    });
    await run();
    expect(remote.releases()).toEqual([first.id, second.id]);
    expect(remote.pushes()).toBe(2);
    expect(record.get(second).plan?.from?.version).toBe('1.4.2');
  });

  test('finds what a killed worker pushed by its trailer, and does not commit it again', async () => {
    const release = queued(1, 'web', { state: aState('writing') });
    const { remote, record, run } = aLaneWith([release]);
    const batch = remote.gitops.begin(aLane, remote.head());
    await batch.commit(release);
    await batch.push();
    remote.commit();
    await run();
    expect(remote.releases()).toEqual([release.id]);
    expect(record.stateOf(release)).toBe('written');
  });

  test('finds out after a lost answer that its push had landed', async () => {
    const release = queued(1);
    const { remote, record, run, told } = aLaneWith([release]);
    remote.faults.push('lost');
    expect(await run()).toEqual({ kind: 'later', because: 'the line was cut' });
    expect(record.stateOf(release)).toBe('writing');
    expect(told).toContain('unreachable: the line was cut');
    expect(await run()).toEqual({ kind: 'done' });
    expect(remote.releases()).toEqual([release.id]);
    expect(record.stateOf(release)).toBe('written');
  });

  describe('what may not go any more, while a push of it may still arrive', () => {
    const held = async () => aDecision({ kind: 'held', reasons: [{ code: 'locked', effect: 'hold', text: 'audit' }] });
    const unsure = { kind: 'later', because: 'a push whose end nobody saw may still arrive' };

    test('stays as it is, and is written where the push arrives after all', async () => {
      const release = queued(1, 'web', { state: aState('writing') });
      const { remote, record, run } = aLaneWith([release], { decide: held });
      expect(await run()).toEqual(unsure);
      expect(record.stateOf(release)).toBe('writing');
      const underWay = remote.gitops.begin(aLane, remote.head());
      await underWay.commit(release);
      await underWay.push();
      expect(await run()).toEqual({ kind: 'done' });
      expect(record.stateOf(release)).toBe('written');
    });

    test('is held as soon as the branch has moved on without it', async () => {
      const release = queued(1, 'web', { state: aState('writing') });
      const { remote, record, run } = aLaneWith([release], { decide: held });
      remote.commit();
      expect(await run()).toEqual({ kind: 'done' });
      expect(record.stateOf(release)).toBe('held');
    });

    test('is held when no push can be so slow', async () => {
      const release = queued(1, 'web', { state: aState('writing') });
      const clock = aClock();
      const { record, run } = aLaneWith([release], { decide: held, clock });
      clock.move(74_999);
      expect(await run()).toEqual(unsure);
      clock.move(1);
      await run();
      expect(record.stateOf(release)).toBe('held');
    });

    test('does not keep the others of its lane', async () => {
      const release = queued(1, 'web', { state: aState('writing') });
      const other = queued(2, 'api');
      const decide = async ({ id }: Release) => (id === release.id ? held() : aDecision());
      const { record, run } = aLaneWith([release, other], { decide });
      expect(await run()).toEqual({ kind: 'done' });
      expect([release, other].map(record.stateOf)).toEqual(['held', 'written']);
    });
  });

  test('what another worker has taken over and pushed is not held by the one that was slower', async () => {
    const release = queued(1);
    const lane = aLaneWith([release], {
      decide: async () => {
        await taker();
        return aDecision({ kind: 'held', reasons: [{ code: 'locked', effect: 'hold', text: 'audit' }] });
      },
    });
    const taker = async () => {
      const batch = lane.remote.gitops.begin;
      const faster: typeof batch = (...args) => {
        const begun = batch(...args);
        // It has pushed, and not yet written it down, when the slower one comes to its decision.
        return { ...begun, push: async () => ({ ...(await begun.push()), kind: 'unreachable', because: 'cut' }) };
      };
      await runLane(
        { ...lane.ports, decide: async () => aDecision(), gitops: { ...lane.remote.gitops, begin: faster } },
        aLane,
        new AbortController().signal,
      );
    };
    await lane.run();
    expect(lane.remote.releases()).toEqual([release.id]);
    expect(lane.record.stateOf(release)).toBe('written');
  });

  test('tries again from the fetch when others were faster, with everything decided again', async () => {
    const release = queued(1);
    let decisions = 0;
    const { remote, record, run } = aLaneWith([release], {
      decide: async () => {
        decisions += 1;
        return aDecision();
      },
    });
    remote.faults.push('behind', 'behind');
    await run();
    expect(decisions).toBe(3);
    expect(record.stateOf(release)).toBe('written');
    expect(remote.releases()).toEqual([release.id]);
  });

  test('gives up for now when others are faster each time, and loses nothing', async () => {
    const release = queued(1);
    const { remote, record, run } = aLaneWith([release]);
    remote.faults.push(...Array.from({ length: 12 }, () => 'behind' as const));
    expect((await run()).kind).toBe('later');
    expect(record.stateOf(release)).toBe('writing');
    await run();
    expect(record.stateOf(release)).toBe('written');
  });

  test('stops after a refused push, puts the releases back and does not push again', async () => {
    const release = queued(1);
    const { remote, record, run, told, stopped } = aLaneWith([release]);
    remote.faults.push('refused');
    await run();
    await run();
    expect(remote.pushes()).toBe(1);
    expect(told).toContain('refused: hook declined');
    expect(record.stateOf(release)).toBe('queued');
    stopped.clear();
    await run();
    expect(record.stateOf(release)).toBe('written');
  });

  test('leaves releases queued while the remote cannot be reached, and says when it is back', async () => {
    const release = queued(1);
    const { remote, record, run, told } = aLaneWith([release]);
    remote.cut(true);
    expect(await run()).toEqual({ kind: 'later', because: 'no route' });
    expect(record.stateOf(release)).toBe('queued');
    remote.cut(false);
    await run();
    expect(told).toEqual(['unreachable: no route', 'reachable', 'poked']);
    expect(record.stateOf(release)).toBe('written');
  });

  test('lands on top of commits that others made elsewhere', async () => {
    const release = queued(1);
    const { remote, record, run } = aLaneWith([release]);
    remote.commit({ 'apps/production/other/kustomization.yaml': { version: '9' } });
    await run();
    expect(record.stateOf(release)).toBe('written');
    expect(record.events(release.id)).not.toContain('release.replanned');
  });

  test('asks again, with what changed, when somebody wrote its own line after the approval', async () => {
    const release = {
      ...queued(1, 'web'),
      decision: aDecision({ shown: someShown() }),
      votes: [{ person: aPerson('bo'), vote: 'approve' as const, at: '2026-11-24T12:00:00.000Z', bound: 'bound-1' }],
    };
    const later = aPlan({ from: { version: '1.4.0', digest: digest('d0') }, places: release.plan?.places ?? [] });
    const missing = { code: 'approvals-missing', effect: 'hold', text: '0 of 2 approved' } as const;
    const { remote, record, run } = aLaneWith([release], {
      plan: async () => ({ kind: 'planned', plan: later }),
      decide: async () =>
        aDecision({
          kind: 'held',
          bound: 'bound-2',
          shown: someShown({ from: { version: '1.4.0' } }),
          reasons: [missing],
        }),
    });
    remote.commit({ [pathOf(release)]: { version: '1.4.0', digest: digest('d0') } });
    await run();
    expect(record.stateOf(release)).toBe('held');
    expect(remote.releases()).toEqual([]);
    expect(record.get(release).votes).toHaveLength(1);
    expect(record.texts()).toEqual([
      'Changed since it was shown, so votes are asked for again:\n• the version that runs there: 1.4.0 (was 1.4.1 (d1d1d1d))\n0 of 2 approved',
    ]);
  });

  test('writes on top of somebody else’s change where the policies let it', async () => {
    const release = queued(1, 'web');
    const later = aPlan({ from: { version: '1.4.0' }, places: release.plan?.places ?? [] });
    const { remote, record, run } = aLaneWith([release], { plan: async () => ({ kind: 'planned', plan: later }) });
    remote.commit({ [pathOf(release)]: { version: '1.4.0' } });
    await run();
    expect(record.stateOf(release)).toBe('written');
    expect(record.get(release).plan?.from).toEqual({ version: '1.4.0' });
    expect(record.get(release).plan?.head).toBe(sha('c0000001'));
  });

  test.each([
    ['denied', { kind: 'denied', reasons: [{ code: 'not-authorized', effect: 'deny', text: 'no right' }] }],
    ['held', { kind: 'held', reasons: [{ code: 'locked', effect: 'hold', text: 'locked' }] }],
  ] as const)('does not write what is %s right before the commit', async (state, decision) => {
    const [first, second] = [queued(1), queued(2)];
    const { remote, record, run } = aLaneWith([first, second], {
      decide: async (release) =>
        aDecision(release.id === first.id ? { ...decision, reasons: [...decision.reasons] } : {}),
    });
    await run();
    expect(record.stateOf(first)).toBe(state);
    expect(remote.releases()).toEqual([second.id]);
  });

  test('holds one release that cannot be judged and writes the others', async () => {
    const [first, second] = [queued(1), queued(2)];
    const { remote, record, run } = aLaneWith([first, second], {
      decide: async (release) => {
        if (release.id === first.id) throw new Error('the directory does not answer');
        return aDecision();
      },
    });
    await run();
    expect(record.stateOf(first)).toBe('held');
    expect(record.texts()[0]).toContain('the directory does not answer');
    expect(remote.releases()).toEqual([second.id]);
  });

  test('does not write what was cancelled between reading and writing', async () => {
    const release = queued(1);
    const lane = aLaneWith([release]);
    const fetch = lane.remote.gitops.fetch;
    const cancelling = aLaneWith([release], {
      waiting: lane.record.waiting,
      transitionAll: lane.record.transitionAll,
      gitops: {
        ...lane.remote.gitops,
        fetch: async (of) => {
          if (lane.record.stateOf(release) === 'queued')
            lane.record.change(release, { state: { kind: 'cancelled', by: aPerson() } });
          return fetch(of);
        },
      },
    });
    await cancelling.run();
    expect(lane.remote.releases()).toEqual([]);
    expect(lane.record.stateOf(release)).toBe('cancelled');
  });

  test('a worker that was replaced before its push does not push', async () => {
    const release = queued(1);
    const taken = new AbortController();
    const { remote, record, run } = aLaneWith([release], {
      at: (step) => {
        if (step === 'commit.after') taken.abort();
      },
    });
    expect(await run(taken.signal)).toEqual({ kind: 'left' });
    expect(remote.pushes()).toBe(0);
    expect(record.stateOf(release)).toBe('writing');
  });

  test('two workers at once land a release once', async () => {
    const releases = [queued(1), queued(2), queued(3)];
    const lane = aLaneWith(releases);
    await Promise.all([lane.run(), lane.run()]);
    await lane.run();
    expect(lane.remote.releases().toSorted()).toEqual(releases.map(({ id }) => id));
    expect(releases.map(lane.record.stateOf)).toEqual(['written', 'written', 'written']);
  });
});

test('a third release of a place does not overtake the second', () => {
  const both = queued(2, 'web', { plan: { places: [aPlace({ path: 'a' }), aPlace({ path: 'b' })] } });
  const first = queued(1, 'web', { plan: { places: [aPlace({ path: 'a' })] } });
  const third = queued(3, 'web', { plan: { places: [aPlace({ path: 'b' })] } });
  expect(chooseBatch([first, both, third])).toEqual([first]);
});

test('a batch has a limit', () => {
  const many = Array.from({ length: 600 }, (_, index) => queued(index + 1));
  expect(chooseBatch(many)).toHaveLength(500);
});

test('a worker that stood still after it had looked looks again before it pushes', async () => {
  const release = queued(1);
  const steady = aClock();
  let looked = 0;
  const decide = async (): Promise<Decision> => {
    looked += 1;
    if (looked === 1) steady.move(11_000);
    return looked === 1 ? aDecision() : aDecision({ kind: 'held', reasons: [locked] });
  };
  const locked = { code: 'locked', effect: 'hold', text: 'web is locked' } as const;
  const clock = aClock();
  const { remote, record, run } = aLaneWith([release], { decide, steady, clock });
  await run();
  expect(looked).toBe(2);
  expect(remote.releases()).toEqual([]);
  clock.move(75_000);
  await run();
  expect(record.stateOf(release)).toBe('held');
});

test('two releases that fill one folder share a place, whatever they fill it with', () => {
  const filling = (path: string, content: string) =>
    aRelease({
      plan: aPlan({ places: [{ kind: 'rendered-folder', path, image: 'registry.acme.test/web', content }] }),
    });
  const first = placesOf(filling('apps/dev/web', 'sha256:1'));
  expect(placesOf(filling('apps/dev/web', 'sha256:2'))).toEqual(first);
  expect(placesOf(filling('apps/dev/api', 'sha256:1'))).not.toEqual(first);
});
