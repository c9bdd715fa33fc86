import { createRedisMock } from 'js-redis-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Retryable } from '../../src/doors/errors.ts';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import type { Drift } from '../../src/vocabulary/drift.ts';
import { slackIdSchema } from '../../src/vocabulary/person.ts';
import type { Release, State } from '../../src/vocabulary/release.ts';
import {
  aClock,
  aDecision,
  aHold,
  aLane,
  anArtifact,
  ana,
  aPlan,
  aRequest,
  aState,
  at,
  aVote,
  bo,
  mia,
  noonMs,
  sha,
} from '../support/builders.ts';
import { startRedis, startRedisWithClient } from '../support/redis.ts';

const servers = {
  'a real Redis': startRedis,
  'the in-process Redis': async () => {
    const server = await createRedisMock();
    return { url: server.url, close: () => server.close() };
  },
};

const aDrift: Omit<Drift, 'revision' | 'state'> = {
  kind: 'drift',
  id: 'prod-eu/Deployment/default/web/image',
  cluster: 'prod-eu',
  environment: 'production',
  service: 'web',
  object: 'Deployment/default/web',
  field: 'spec.template.spec.containers[web].image',
  live: 'web:9',
  wanted: 'web:1',
  manager: 'kubectl-edit',
  since: at(),
};
const aNotice = { kind: 'notice', id: 'policy-file', channel: '#releases', level: 'alert', text: 'line 8' } as const;
const entry = { event: 'test' };

describe.each(Object.entries(servers))('the ledger on %s', (_name, start) => {
  let server: { url: string; close: () => Promise<void> };
  let redis: Redis;
  let ledger: Ledger;
  let clock: ReturnType<typeof aClock>;

  beforeAll(async () => {
    server = await start();
    redis = openRedis({ url: server.url }, 'commands', () => {});
    await whenReady(redis, 10_000);
  });
  beforeEach(async () => {
    await redis.flushall();
    clock = aClock();
    ledger = createLedger({ redis, clock });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  let payloads = 0;
  const accepted = async (over: Partial<Parameters<typeof aRequest>[0]> = {}): Promise<Release> => {
    payloads += 1;
    clock.move(1);
    return (await ledger.accept(aRequest(over), `payload ${payloads}`)).release;
  };
  const moved = async (release: Release, state: State, more: object = {}) =>
    (await ledger.transition(release, { state, ...more }, { event: `release.${state.kind}` })).record;
  const queued = async (over: Partial<Parameters<typeof aRequest>[0]> = {}, plan = aPlan()) =>
    moved(await accepted(over), { kind: 'queued' }, { plan, decision: aDecision() });
  const written = async (over: Partial<Parameters<typeof aRequest>[0]> = {}, plan = aPlan()) => {
    clock.move(1);
    return moved(await moved(await queued(over, plan), aState('writing')), { kind: 'written', commit: sha('ab') });
  };
  const ids = (list: readonly Release[]) => list.map(({ id }) => id);

  test('makes one release of a payload, however often it comes at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ledger.accept(aRequest(), 'the same')));
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(new Set(answers.map(({ release }) => release.id)).size).toBe(1);
    expect(
      await redis.ttl(`{sluice}:payload:${(await redis.keys('*payload*'))[0]?.split(':').at(-1)}`),
    ).toBeGreaterThan(25 * 3_600);
  });

  test('calls nothing open or waiting that was written between the look at the list and at its record', async () => {
    const release = await queued();
    const lists = await Promise.all(['{sluice}:open*', '{sluice}:lane*'].map((pattern) => redis.keys(pattern)));
    await moved(await moved(release, aState('writing')), { kind: 'written', commit: sha('ab') });
    expect(lists.flat()).toHaveLength(3);
    for (const list of lists.flat()) await redis.zadd(list, 0, release.id);
    expect(await ledger.open()).toEqual([]);
    expect(await ledger.open(release.request)).toEqual([]);
    expect(await ledger.waiting(aLane)).toEqual([]);
  });

  test('takes the same signed bytes once, and the same payload under another signature as the release that it is', async () => {
    const ask = (signature: string, payload = 'the same') => ledger.acceptSigned(aRequest(), payload, signature);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('v0=first')));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['accepted', ...Array(9).fill('replayed')]);
    expect((await ask('v0=second')).kind).toBe('seen');
    expect(await ledger.firstSeen('v0=first')).toBe(false);
    expect(await ledger.firstSeen('v0=third')).toBe(true);
    expect((await ask('v0=third', 'another')).kind).toBe('replayed');
    expect(await ledger.open()).toHaveLength(1);
    const lives = await Promise.all((await redis.keys('*:signature:*')).map((place) => redis.ttl(place)));
    expect(Math.min(...lives)).toBeGreaterThan(25 * 3_600);
  });

  test('reads hundreds in their order, and none twice', async () => {
    const names = Array.from({ length: 210 }, (_, number) => `e${number}`);
    await ledger.acceptChain(aRequest(), names, 'many');
    expect((await ledger.open()).map(({ request }) => request.environment)).toEqual(names);
  });

  test('makes one chain of a payload: all of its steps or none, in their order, and each change makes it due', async () => {
    const way = ['dev', 'staging', 'production'];
    const ask = () => ledger.acceptChain(aRequest({ environment: 'dev' }), way, 'the same');
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.flat().filter(({ kind }) => kind === 'accepted')).toHaveLength(3);
    const [first] = ids((answers[0] ?? []).map(({ release }) => release));
    if (first === undefined) throw new Error('no step was written');
    const steps = await ledger.chain(first);
    expect(new Set(answers.flat().map(({ release }) => release.id))).toEqual(new Set(ids(steps)));
    expect(steps.map(({ request, chain }) => [request.environment, chain])).toEqual(
      way.map((environment, index) => [environment, { id: first, step: index + 1, environments: way }]),
    );
    expect(await ledger.open()).toHaveLength(3);
    const work = `chain/${first}`;
    const mark = await ledger.markOf(work);
    await ledger.settle(work, mark ?? '');
    expect(await ledger.markOf(work)).toBeNull();
    const [, second] = steps;
    if (second?.chain === undefined) throw new Error('no second step was written');
    await ledger.settle(`release/${second.id}`, (await ledger.markOf(`release/${second.id}`)) ?? '');
    await ledger.transition(second, { chain: { ...second.chain, isReached: true } }, entry);
    expect(await ledger.markOf(work)).not.toBeNull();
    expect(await ledger.markOf(`release/${second.id}`)).not.toBeNull();
  });

  test('says `moved`, and what stands, to whoever comes second', async () => {
    const release = await accepted();
    await moved(release, { kind: 'held' });
    const late = await ledger.transition(release, { state: { kind: 'cancelled', by: ana } }, entry);
    expect(late).toMatchObject({ kind: 'moved', record: { state: { kind: 'held' }, revision: 2 } });
  });

  test('moves many in one round trip, each by its own compare-and-set', async () => {
    const releases = [await accepted(), await accepted(), await accepted()];
    const [first] = releases;
    if (first !== undefined) await moved(first, { kind: 'denied' });
    const answers = await ledger.transitionAll(
      releases.map((before) => ({ before, change: { state: { kind: 'held' } }, entry })),
    );
    expect(answers.map(({ kind, record }) => `${kind} ${record.state.kind}`)).toEqual([
      'moved denied',
      'done held',
      'done held',
    ]);
  });

  test('sets `since` when the state changes, and only then', async () => {
    const release = await accepted();
    clock.move(5_000);
    const held = await moved(release, { kind: 'held' });
    clock.move(5_000);
    const voted = (await ledger.transition(held, { votes: [aVote()] }, entry)).record;
    expect([voted.since, voted.revision]).toEqual([held.since, 3]);
  });

  test('keeps when it first got into each state, and begins anew when it is held again', async () => {
    const step = (release: Release, state: State) => {
      clock.move(1_000);
      return moved(release, state);
    };
    const held = await step(await accepted(), { kind: 'held' });
    const queued = await step(held, { kind: 'queued' });
    const refused = await step(await step(queued, aState('writing')), { kind: 'queued' });
    expect(refused.entered).toMatchObject({ held: held.since, queued: queued.since });
    const again = await step(await step(refused, { kind: 'held' }), { kind: 'queued' });
    expect(again.entered).toEqual({ held: held.since, queued: again.since });
    const done = await step(await step(again, aState('writing')), { kind: 'written', commit: sha('ab') });
    expect(done.entered).toMatchObject({ queued: again.since, written: done.since });
    expect(await ledger.release(done.id)).toMatchObject({ entered: done.entered });
  });

  test('remembers a posted message beside the record, through later transitions', async () => {
    const release = await accepted();
    await ledger.notePosted(`release/${release.id}`, { channel: 'C1', ts: '1.2' });
    expect(await ledger.subjectOf({ channel: 'C1', ts: '1.2' })).toBe(`release/${release.id}`);
    expect(await ledger.subjectOf({ channel: 'C2', ts: '1.2' })).toBeNull();
    await moved(release, { kind: 'held' });
    expect(await ledger.release(release.id)).toMatchObject({ state: { kind: 'held' }, message: { ts: '1.2' } });
    expect((await ledger.log(null, 10)).map(({ revision }) => revision)).toEqual([1, 2]);
  });

  test('lists what is open and what waits in a lane, oldest first', async () => {
    const [first, second] = [await accepted(), await queued({ environment: 'staging' })];
    const third = await queued();
    expect(ids(await ledger.open())).toEqual([first.id, second.id, third.id]);
    expect(ids(await ledger.open({ environment: 'staging' }))).toEqual([second.id]);
    expect(ids(await ledger.open({ service: 'web', environment: 'production' }))).toEqual([first.id, third.id]);
    expect(ids(await ledger.waiting(aLane))).toEqual([second.id, third.id]);
    expect(await ledger.waiting({ ...aLane, branch: 'other' })).toEqual([]);
    await moved(third, { kind: 'cancelled', by: ana });
    expect(ids(await ledger.waiting(aLane))).toEqual([second.id]);
  });

  test('moves a release to another lane with its plan', async () => {
    const release = await queued();
    const other = { ...aLane, branch: 'other' };
    await ledger.transition(release, { plan: aPlan({ lane: other }) }, entry);
    expect(await ledger.waiting(aLane)).toEqual([]);
    expect(ids(await ledger.waiting(other))).toEqual([release.id]);
  });

  test('lists what wants a second look until somebody has looked', async () => {
    const release = await written();
    await written({ environment: 'staging' });
    const review = { why: 'override', dueAt: at(), timezone: 'UTC' } as const;
    const wanted = (await ledger.transition(release, { review }, entry)).record;
    expect(ids(await ledger.reviews())).toEqual([release.id]);
    await ledger.transition(wanted, { review: { ...review, done: { by: bo, at: at() } } }, entry);
    expect(await ledger.reviews()).toEqual([]);
  });

  test('watches the newest written release of each place, and older ones until they are left', async () => {
    const first = await written();
    const second = await written();
    const elsewhere = await written({ environment: 'staging' });
    expect(ids(await ledger.arriving())).toEqual([first.id, second.id, elsewhere.id]);
    expect((await ledger.lastWritten('web', 'production'))?.id).toBe(second.id);
    const left = { clusters: { 'prod-eu': { kind: 'superseded', by: '1.4.3', since: at() } } } as const;
    await ledger.transition(first, { arrival: left }, entry);
    await ledger.transition(second, { arrival: left }, entry);
    expect(ids(await ledger.arriving())).toEqual([second.id, elsewhere.id]);
    expect(await ledger.lastWritten('api', 'production')).toBeNull();
  });

  test('tells history newest first, a page at a time', async () => {
    const all = [await accepted(), await accepted({ environment: 'dev' }), await accepted()];
    const newest = ids(all).toReversed();
    expect(ids(await ledger.history({ limit: 2 }))).toEqual(newest.slice(0, 2));
    expect(ids(await ledger.history({ limit: 2, ...(newest[1] === undefined ? {} : { before: newest[1] }) }))).toEqual(
      newest.slice(2),
    );
    const [oldest] = ids(all);
    expect(ids(await ledger.history({ limit: 1, ...(oldest === undefined ? {} : { after: oldest }) }))).toEqual(
      newest.slice(1, 2),
    );
    expect(ids(await ledger.history({ limit: 5, sinceMs: clock.now() - 1 }))).toEqual(newest.slice(0, 2));
    expect(ids(await ledger.history({ limit: 5, sinceMs: clock.now() + 1 }))).toEqual([]);
    expect(ids(await ledger.history({ environment: 'dev', limit: 5 }))).toEqual([all[1]?.id]);
    expect(ids(await ledger.history({ service: 'web', environment: 'production', limit: 5 }))).toHaveLength(2);
  });

  test('knows which versions a written rollback left', async () => {
    await written(
      { intent: 'rollback' },
      aPlan({ intent: 'rollback', from: { version: '1.5.0' }, artifact: anArtifact() }),
    );
    await written({}, aPlan({ from: { version: '1.4.0' } }));
    expect(await ledger.rolledBackFrom('web', 'production')).toEqual(['1.5.0']);
  });

  test('tells a thread what came after its cursor', async () => {
    const release = await accepted();
    await ledger.transition(
      release,
      { state: { kind: 'held' } },
      { event: 'release.held', by: bo, text: 'waits <for> votes' },
    );
    const subject = `release/${release.id}`;
    const [first] = await ledger.entries(subject, null, 1);
    expect(first?.entry.event).toBe('release.requested');
    expect(await ledger.cursor(subject)).toBeNull();
    await ledger.setCursor(subject, first?.cursor ?? '');
    const rest = await ledger.entries(subject, await ledger.cursor(subject), 10);
    expect(rest.map((line) => line.entry)).toEqual([{ event: 'release.held', by: bo, text: 'waits <for> votes' }]);
  });

  test('cleans a subject only where it was not marked again since', async () => {
    const release = await accepted();
    const [read] = await ledger.dirty(10);
    expect(read?.subject).toBe(`release/${release.id}`);
    await moved(release, { kind: 'held' });
    expect(await ledger.clean(read?.subject ?? '', read?.mark ?? '')).toBe(false);
    const [again] = await ledger.dirty(10);
    expect(await ledger.clean(again?.subject ?? '', again?.mark ?? '')).toBe(true);
    expect(await ledger.dirty(10)).toEqual([]);
    await ledger.markDirty('drift/x');
    expect((await ledger.dirty(10)).map(({ subject }) => subject)).toEqual(['drift/x']);
  });

  test('settles work only where it was not marked again since', async () => {
    await ledger.markDue('lane/gitops/main');
    const mark = await ledger.markOf('lane/gitops/main');
    await ledger.markDue('lane/gitops/main');
    expect(await ledger.settle('lane/gitops/main', mark ?? '')).toBe(false);
    const [due] = await ledger.due(clock.now());
    expect(await ledger.settle('lane/gitops/main', due?.mark ?? '')).toBe(true);
    expect(await ledger.due(clock.now())).toEqual([]);
  });

  test('puts work off, and takes an earlier time over a later one', async () => {
    await ledger.markDue('work', clock.now());
    await ledger.settle('work', (await ledger.markOf('work')) ?? '', clock.now() + 1_000);
    expect(await ledger.due(clock.now())).toEqual([]);
    expect(await ledger.due(clock.now() + 1_000)).toHaveLength(1);
    await ledger.markDue('work', clock.now() + 5_000);
    expect(await ledger.due(clock.now() + 1_000)).toHaveLength(1);
    await ledger.markDue('work');
    expect(await ledger.due(clock.now())).toHaveLength(1);
  });

  test('makes due what a transition gives to do', async () => {
    const works = async () => {
      const due = await ledger.due(clock.now());
      for (const { work, mark } of due) await ledger.settle(work, mark);
      return due.map(({ work }) => work).toSorted();
    };
    const first = await accepted();
    const second = await accepted();
    expect(await works()).toEqual([`release/${first.id}`, `release/${second.id}`].toSorted());
    const held = await moved(first, { kind: 'held' });
    const voted = await ledger.transition(held, { votes: [aVote()] }, entry);
    expect(await works()).toEqual([`release/${first.id}`]);
    const waits = await moved(voted.record, { kind: 'queued' }, { plan: aPlan() });
    expect(await works()).toEqual(['lane/gitops/main']);
    await moved(waits, { kind: 'cancelled', by: ana });
    expect(await works()).toEqual([`release/${second.id}`]);
  });

  test('asks about a hold without an end a day after somebody last said that it is needed', async () => {
    const { revision: _, state: __, until: ___, ...wanted } = aHold({ since: at() });
    const asked = async () => (await ledger.holdById('hold-1'))?.asked;
    const hourMs = 3_600_000;
    await ledger.hold(wanted, { event: 'hold.set' });
    await ledger.hold({ ...wanted, id: 'hold-2', until: at(90 * hourMs) }, { event: 'hold.set' });
    const askAt = async (hours: number) => {
      await ledger.askAboutHolds(noonMs + hours * hourMs);
      return asked();
    };
    expect(await askAt(23.9)).toBeUndefined();
    expect(await askAt(24)).toBe(at(24 * hourMs));
    expect(await askAt(47)).toBe(at(24 * hourMs));
    const kept = { by: mia, at: at(30 * hourMs) };
    await ledger.changeHold('hold-1', (hold) => ({ ...hold, kept }), { event: 'hold.kept' });
    expect(await askAt(53)).toBe(at(24 * hourMs));
    expect(await askAt(54)).toBe(at(54 * hourMs));
    expect((await ledger.holdById('hold-2'))?.asked).toBeUndefined();
    await ledger.endHold('hold-1', mia, { event: 'hold.ended' });
    expect(await ledger.changeHold('hold-1', (hold) => hold, { event: 'hold.kept' })).toBeNull();
  });

  test('keeps holds until somebody or time ends them', async () => {
    const { revision: _, state: __, ...wanted } = aHold({ until: at(60_000) });
    await ledger.hold(wanted, { event: 'hold.set' });
    await ledger.hold({ ...wanted, id: 'hold-2', until: undefined }, { event: 'hold.set' });
    expect((await ledger.holds()).map(({ id }) => id)).toEqual(['hold-1', 'hold-2']);
    clock.move(60_000);
    expect((await ledger.holds()).map(({ id }) => id)).toEqual(['hold-2']);
    expect((await ledger.expireHolds(clock.now())).map(({ id }) => id)).toEqual(['hold-1']);
    expect((await ledger.endHold('hold-2', bo, { event: 'hold.ended' }))?.kind).toBe('done');
    expect((await ledger.endHold('hold-2', ana, { event: 'hold.ended' }))?.record.state).toMatchObject({ by: bo });
    expect(await ledger.endHold('hold-3', ana, { event: 'hold.ended' })).toBeNull();
    expect(await ledger.holds()).toEqual([]);
  });

  test('opens a drift once, and anew with a message of its own after it ended', async () => {
    await ledger.openDrift(aDrift);
    await ledger.openDrift(aDrift);
    await ledger.notePosted(`drift/${aDrift.id}`, { channel: 'C1', ts: '1' });
    await ledger.changeDrift(aDrift.id, { live: 'web:10' });
    await ledger.changeDrift(aDrift.id, { live: 'web:10' });
    expect(await ledger.drifts()).toMatchObject([{ live: 'web:10', revision: 2, message: { ts: '1' } }]);
    await ledger.changeDrift(aDrift.id, { state: { kind: 'ended', at: at(), how: 'corrected' } });
    expect(await ledger.drifts()).toEqual([]);
    expect((await ledger.drift(aDrift.id))?.message?.ts).toBe('1');
    await ledger.openDrift(aDrift);
    const again = await ledger.drift(aDrift.id);
    expect([again?.state.kind, again?.revision, again?.message]).toEqual(['open', 4, undefined]);
    expect(await ledger.changeDrift('unknown', { live: 'x' })).toBeNull();
  });

  test('changes an open drift when it is seen with other values, and keeps since when it is so', async () => {
    await ledger.openDrift(aDrift);
    await ledger.openDrift({ ...aDrift, live: 'web:11', since: at(60_000) });
    expect(await ledger.drifts()).toMatchObject([{ live: 'web:11', revision: 2, since: aDrift.since }]);
  });

  test('lists for a week what has ended, the newest first, and not what is open again', async () => {
    const end = (id: string, state: Drift['state']) => ledger.changeDrift(id, { state });
    await ledger.openDrift(aDrift);
    await ledger.openDrift({ ...aDrift, id: 'second' });
    await end(aDrift.id, { kind: 'ended', at: at(), how: 'corrected' });
    clock.move(60_000);
    await end('second', { kind: 'ended', at: at(60_000), how: 'gone' });
    expect((await ledger.endedDrifts(10)).map(({ id }) => id)).toEqual(['second', aDrift.id]);
    await ledger.openDrift(aDrift);
    expect((await ledger.endedDrifts(10)).map(({ id }) => id)).toEqual(['second']);
    clock.move(8 * 86_400_000);
    expect(await ledger.endedDrifts(10)).toEqual([]);
  });

  test('keeps a mute with an end when the drift begins anew, and drops one that was until its end', async () => {
    const muted = { by: { user: ana.user, name: ana.name }, at: at(), until: at(3_600_000) };
    const { until: _until, ...untilItEnds } = muted;
    const again = async (mute: NonNullable<Drift['muted']>) => {
      await ledger.openDrift(aDrift);
      await ledger.changeDrift(aDrift.id, { muted: mute });
      await ledger.changeDrift(aDrift.id, { state: { kind: 'ended', at: at(), how: 'corrected' } });
      return (await ledger.openDrift(aDrift)).muted;
    };
    expect(await again(muted)).toEqual(muted);
    expect(await again(untilItEnds)).toBeUndefined();
  });

  test('keeps what somebody is not told until a time or until it is ended', async () => {
    const whose = { kind: 'person', user: slackIdSchema.parse('UANA') } as const;
    const until = (ms: number) => ({ whose, service: 'web', by: ana, until: at(ms) });
    await ledger.silence(until(60_000));
    await ledger.silence({ ...until(600_000), environment: 'dev' });
    await ledger.silence(until(120_000));
    const seen = async () => (await ledger.silences()).map(({ id, until: end }) => `${id} ${end}`).toSorted();
    expect(await seen()).toEqual([`person.UANA.web. ${at(120_000)}`, `person.UANA.web.dev ${at(600_000)}`]);
    clock.move(120_000);
    expect(await seen()).toEqual([`person.UANA.web.dev ${at(600_000)}`]);
    await ledger.endSilence('person.UANA.web.dev', ana);
    expect(await seen()).toEqual([]);
    await ledger.endSilence('person.UNOBODY..', ana);
    await ledger.silence({ ...until(1_800_000), environment: 'staging' });
    const lines = (await ledger.log(null, 100)).filter(({ record }) => record.kind === 'silence');
    expect(lines.map(({ entry }) => entry.event)).toEqual([
      ...['silence.set', 'silence.set', 'silence.set', 'silence.ended', 'silence.expired', 'silence.set'],
    ]);
  });

  test('mutes an environment until a time or until somebody ends it', async () => {
    await ledger.muteEnvironment('dev', ana, clock.now() + 60_000);
    await ledger.muteEnvironment('dev', bo, clock.now() + 120_000);
    expect(await ledger.mutes()).toMatchObject([{ environment: 'dev', by: { user: bo.user } }]);
    await ledger.unmuteEnvironment('dev', ana);
    expect(await ledger.mutes()).toEqual([]);
    await ledger.muteEnvironment('dev', ana, clock.now() + 60_000);
    clock.move(60_000);
    expect(await ledger.mutes()).toEqual([]);
    expect((await ledger.log(null, 100)).map(({ record }) => record.kind)).toContain('mute');
  });

  test('says a notice once, changes it, ends it, and says it anew', async () => {
    await ledger.notice(aNotice);
    await ledger.notice(aNotice);
    expect(await ledger.notices()).toMatchObject([{ revision: 1, since: at() }]);
    clock.move(1_000);
    await ledger.notice({ ...aNotice, text: 'line 9' });
    expect(await ledger.noticeById('policy-file')).toMatchObject({ revision: 2, since: at(), text: 'line 9' });
    await ledger.endNotice('policy-file', 'valid again');
    await ledger.endNotice('policy-file', 'valid again');
    expect(await ledger.notices()).toEqual([]);
    await ledger.notice(aNotice);
    expect(await ledger.noticeById('policy-file')).toMatchObject({ revision: 4, since: at(1_000) });
  });

  test('remembers what was healthy where, newest first', async () => {
    const seen = (version: string, cluster: string, ms: number) =>
      ledger.recordHealthy({
        service: 'web',
        environment: 'production',
        cluster,
        version,
        digest: `sha256:${version}`,
        at: at(ms),
      });
    expect(await seen('1.4.1', 'prod-eu', 0)).toBe(true);
    expect(await seen('1.4.1', 'prod-us', 10)).toBe(true);
    expect(await seen('1.4.2', 'prod-eu', 20)).toBe(true);
    expect(await seen('1.4.1', 'prod-eu', 30)).toBe(false);
    expect(await ledger.healthy('web', 'production')).toEqual([
      { version: '1.4.2', digest: 'sha256:1.4.2', clusters: { 'prod-eu': at(20) } },
      { version: '1.4.1', digest: 'sha256:1.4.1', clusters: { 'prod-eu': at(0), 'prod-us': at(10) } },
    ]);
  });

  test('is not the record to trust after it was wiped, until somebody confirms', async () => {
    expect(await ledger.confirmed()).toBe(false);
    await ledger.confirm('first start');
    await ledger.confirm('ana');
    expect(await ledger.confirmed()).toBe(true);
    expect((await ledger.log(null, 10)).map(({ entry: { text } }) => text)).toEqual(['confirmed by first start']);
    await redis.flushall();
    expect(await ledger.confirmed()).toBe(false);
  });

  test('replays to the same records', async () => {
    await written();
    await ledger.openDrift(aDrift);
    await ledger.notice(aNotice);
    const last = new Map((await ledger.log(null, 100)).map(({ subject, record }) => [subject, record]));
    const [release] = await ledger.history({ limit: 1 });
    expect(last.get(`release/${release?.id}`)).toEqual(release);
    expect(last.get(`drift/${aDrift.id}`)).toEqual(await ledger.drift(aDrift.id));
    expect(last.get('notice/policy-file')).toEqual(await ledger.noticeById('policy-file'));
    const pages = await ledger.log((await ledger.log(null, 2)).at(-1)?.cursor ?? null, 100);
    expect(pages).toHaveLength(4);
  });

  test('takes hostile names as they are', async () => {
    const service = 'a:b*{}\ud800\u0000../';
    const release = await accepted({ service });
    expect(ids(await ledger.open({ service, environment: 'production' }))).toEqual([release.id]);
  });

  test('takes nothing from a replica that does not lead any more', async () => {
    const place = '{sluice}:lease:test';
    const leading = createLedger({ redis, clock, fence: { key: place, token: () => 'mine' } });
    const release = await written();
    const write = () =>
      leading.transition(release, { state: release.state, failed: { at: at(), cluster: 'dev', reason: 'x' } }, entry);
    const healthy = {
      service: 'web',
      environment: 'dev',
      cluster: 'dev',
      version: '1',
      at: at(),
      health: 'healthy',
    } as const;
    const all = () => redis.xlen('{sluice}:log');
    const before = await all();
    for (const holder of ['another', null]) {
      await (holder === null ? redis.del(place) : redis.set(place, holder));
      await expect(write()).rejects.toThrow('another replica leads');
      await expect(leading.openDrift(aDrift)).rejects.toThrow('another replica leads');
      await expect(leading.recordHealth(healthy)).rejects.toThrow('another replica leads');
    }
    expect(await all()).toBe(before);
    expect(await ledger.drifts()).toEqual([]);
    expect(await ledger.healthyTimes('web', 'dev')).toEqual([]);
    await redis.set(place, 'mine');
    expect((await write()).kind).toBe('done');
    await leading.recordHealth(healthy);
    expect(await ledger.healthyTimes('web', 'dev')).toHaveLength(1);
  });

  test('does not read a record that is not one of ours as if it were none', async () => {
    const { revision: _, state: __, ...wanted } = aHold();
    await ledger.hold(wanted, { event: 'hold.set' });
    await redis.hset('{sluice}:record:hold/hold-1', 'json', '{"kind":"hold"}');
    await expect(ledger.holds()).rejects.toThrow('hold/hold-1');
  });
});

test('says Retryable while Redis is away, and goes on when it is back with all that it was told', async () => {
  const { server, redis } = await startRedisWithClient();
  const ledger = createLedger({ redis, clock: aClock() });
  const { release } = await ledger.accept(aRequest(), 'payload');
  await server.kill();
  await expect(ledger.accept(aRequest(), 'other')).rejects.toBeInstanceOf(Retryable);
  await expect(ledger.release(release.id)).rejects.toBeInstanceOf(Retryable);
  await expect(ledger.due(0)).rejects.toBeInstanceOf(Retryable);
  await expect(ledger.transition(release, { state: { kind: 'held' } }, entry)).rejects.toBeInstanceOf(Retryable);
  await server.restart();
  await whenReady(redis, 10_000);
  // The restarted server has forgotten the scripts.
  expect((await ledger.transition(release, { state: { kind: 'held' } }, entry)).kind).toBe('done');
  expect(await ledger.history({ limit: 10 })).toHaveLength(1);
  redis.disconnect();
  await server.close();
});
