import { describe, expect, onTestFinished, test } from 'vitest';
import { Retryable } from '../../src/doors/errors.ts';
import { instantOf } from '../../src/doors/time.ts';
import { createNotify } from '../../src/notify/notify.ts';
import type { Drift } from '../../src/vocabulary/drift.ts';
import type { Release, State } from '../../src/vocabulary/release.ts';
import {
  aClock,
  aDecision,
  aHold,
  ana,
  aPlan,
  aRelease,
  aSilence,
  aState,
  at,
  aVote,
  bo,
  cy,
  mia,
  releaseId,
  sha,
  userId,
} from '../support/builders.ts';
import { aRecord, type FakeRecord } from './fake-record.ts';

/** Twenty times as fast as life: pacing and pauses are long for a test. */
const quickClock = { now: () => Date.now() * 20 };

async function until(what: string, isSo: () => boolean, limitMs = 8_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`It did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One of several replicas: whether it sends changes while it runs. */
function following() {
  const record = aRecord(quickClock);
  const lead = { held: false, asked: 0, term: 0 };
  const term = () => {
    lead.asked += 1;
    return lead.held ? lead.term : null;
  };
  const notify = createNotify({ ...record.ports, term });
  notify.start();
  onTestFinished(() => notify.stop());
  return { record, lead };
}

function running(prepare: (record: FakeRecord) => void = () => {}): FakeRecord {
  const record = aRecord(quickClock);
  prepare(record);
  const notify = createNotify(record.ports);
  notify.start();
  onTestFinished(() => notify.stop());
  return record;
}

const told = (record: FakeRecord) => until('everything is told', () => record.dirty().length === 0);
const queued = (number = 1, environment = 'dev'): Release =>
  aRelease({
    id: releaseId(number),
    request: { environment },
    state: { kind: 'queued' },
    plan: aPlan(),
    decision: aDecision(),
  });
const waiting = { kind: 'waiting', stage: 'apply', because: 'Flux applies it next', since: at() } as const;
const uploads = (record: FakeRecord) => record.said.filter(({ how }) => how === 'upload');
const roots = (record: FakeRecord) => record.said.filter(({ how, thread }) => how === 'post' && thread === undefined);

describe('of several replicas', () => {
  test('only the one that leads sends', async () => {
    const [first, second] = [following(), following()];
    first.record.release(queued());
    second.lead.held = true;
    second.record.release(queued());
    await told(second.record);
    expect(first.record.said).toEqual([]);
    expect(first.record.dirty()).toHaveLength(1);
    first.lead.held = true;
    await told(first.record);
    expect(roots(first.record)).toHaveLength(1);
  });

  test.each([true, false])(
    'one that leads again takes nothing for shown that it showed before: %s',
    async (isNoticed) => {
      const { record, lead } = following();
      lead.held = true;
      record.release(queued());
      await told(record);
      // As after a pause, in which nothing is noticed.
      lead.term += 1;
      lead.held = !isNoticed;
      const { asked } = lead;
      await until('it looks', () => lead.asked > asked + 1);
      // Another replica has meanwhile shown something else, and what is to be shown is what this one showed last.
      record.release({ ...queued(), revision: 2 });
      lead.held = true;
      await told(record);
      expect(record.said.filter(({ how }) => how === 'update')).toHaveLength(1);
    },
  );
});

describe('one message for each release', () => {
  test('is posted once and then updated in place', async () => {
    const record = running();
    record.release(queued());
    await told(record);
    record.release({ ...queued(), revision: 2, state: { kind: 'written', commit: sha() } });
    await told(record);
    expect(roots(record)).toMatchObject([{ channel: '#releases-dev', text: expect.stringContaining('queued') }]);
    expect(record.said.filter(({ how }) => how === 'update')).toMatchObject([
      { channel: 'C-releases-dev', text: expect.stringContaining('is written') },
    ]);
  });

  test.each([
    ['is followed by one picture of what it took', 'picture', 1],
    ['has no picture where text is wanted', 'text', 0],
  ] as const)('%s', async (_, timeline, count) => {
    const record = running();
    record.environments({ dev: { channel: '#releases-dev', clusters: ['dev'], timeline } });
    const written = (arrival: Release['arrival']): Release => ({
      ...queued(),
      state: { kind: 'written', commit: sha() },
      ...(arrival === undefined ? {} : { arrival }),
    });
    const steps = { dev: { fetched: { at: at(1_000) } } };
    record.release(written({ clusters: { dev: waiting }, steps }));
    await told(record);
    const healthy = { clusters: { dev: { kind: 'healthy', since: at(9_000) } }, steps } as const;
    for (const revision of [2, 3]) {
      record.release({ ...written(healthy), revision });
      await told(record);
    }
    await until('the picture is shown', () => uploads(record).length >= count);
    expect(uploads(record).map(({ channel, text }) => `${channel} ${text}`)).toEqual(
      Array(count).fill('C-releases-dev web 1.4.2 in dev'),
    );
  });

  test('is not sent again where it would look the same', async () => {
    const record = running();
    record.release(queued());
    await told(record);
    record.release({ ...queued(), revision: 2 });
    await told(record);
    expect(record.said).toHaveLength(1);
  });

  test.each<State>([
    { kind: 'rejected', by: bo },
    { kind: 'cancelled', by: ana },
    { kind: 'expired' },
    { kind: 'superseded', by: releaseId(9) },
  ])('says $kind also where Slack was away until then', async (state) => {
    const record = running();
    record.release({ ...queued(), state });
    await told(record);
    expect(roots(record).map(({ text }) => text)).toEqual([expect.stringContaining(state.kind)]);
  });

  test('is nobody’s news where it was cancelled before anybody looked at it', async () => {
    const record = running();
    record.release(aRelease({ state: { kind: 'cancelled', by: ana } }));
    await told(record);
    expect(record.said).toEqual([]);
  });

  test('waits until sluice.yaml tells the channel', async () => {
    const record = running((each) => each.environments({}));
    record.release(queued());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(record.dirty()).toHaveLength(1);
    record.environments({ dev: { channel: '#releases-dev', clusters: ['dev'] } });
    await told(record);
    expect(roots(record)).toHaveLength(1);
  });
});

describe('what is for the requester alone', () => {
  test.each(['denied', 'unchanged'] as const)('%s is whispered exactly once', async (kind) => {
    const record = running();
    const release = aRelease({ state: { kind }, plan: aPlan(), decision: aDecision() });
    record.release(release);
    await told(record);
    record.release(release);
    await told(record);
    expect(record.said.map(({ how }) => how)).toEqual(['whisper']);
  });
});

describe('a chain', () => {
  const chain = { id: releaseId(1), step: 2, environments: ['staging', 'production'], version: '1.4.2' };
  const step = (revision: number, over: Partial<Release>): Release => ({
    ...aRelease({ id: releaseId(2), request: { environment: 'production' } }),
    chain,
    revision,
    ...over,
  });
  const waits = aDecision({ kind: 'held', reasons: [{ code: 'awaits-step', effect: 'hold', text: 'staging first' }] });
  const ended = aDecision({ kind: 'denied', reasons: [{ code: 'step-ended', effect: 'deny', text: 'it failed' }] });

  test('shows a later step before anything of it is planned, and tells nobody twice why it ended', async () => {
    const record = running();
    record.release(step(1, { state: { kind: 'held' }, decision: waits }));
    await told(record);
    record.release(step(2, { state: { kind: 'denied' }, decision: ended }));
    await told(record);
    expect(record.said.map(({ how }) => how)).toEqual(['post', 'update']);
    expect(record.said[0]?.text).toContain('waits for staging (step 2 of 2)');
    expect(record.said[1]?.text).toMatch(/Not released.*it failed/);
  });

  test('that failed before a later step was shown says so in its channel, as it was promised to hear of it', async () => {
    const record = running();
    record.release(step(1, { state: { kind: 'denied' }, decision: ended }));
    await told(record);
    expect(record.said).toMatchObject([{ how: 'post', text: expect.stringMatching(/Not released.*it failed/) }]);
  });

  test('that ended before anything was released says nothing of its later steps', async () => {
    const record = running();
    const { version: _, ...unknown } = chain;
    record.release(step(1, { state: { kind: 'denied' }, decision: ended, chain: unknown }));
    await told(record);
    expect(record.said).toEqual([]);
  });

  test.each([
    [1, 0],
    [2, 1],
  ])('that is healthy in step %i of 2 mentions its requester %i times', async (number, times) => {
    const record = running();
    const healthy = {
      clusters: { 'prod-eu': { kind: 'healthy', since: at() }, 'prod-us': { kind: 'healthy', since: at() } },
    } as const;
    const written = { state: { kind: 'written', commit: sha() }, plan: aPlan(), arrival: healthy } as const;
    record.release(step(1, { ...written, decision: aDecision(), chain: { ...chain, step: number } }));
    await told(record);
    expect(record.said.filter(({ thread, text }) => thread !== undefined && text.includes('<@UANA>'))).toHaveLength(
      times,
    );
  });
});

describe('the thread', () => {
  const asking = (bound = 'bound-1') =>
    aRelease({
      request: { environment: 'production' },
      state: { kind: 'held' },
      plan: aPlan(),
      decision: aDecision({
        kind: 'held',
        bound,
        reasons: [
          {
            code: 'approvals-missing',
            effect: 'hold',
            text: '2 approvals are missing',
            demand: { from: ['@platform'], count: 2, have: [], may: [bo.user, cy.user] },
          },
        ],
      }),
    });
  const calls = (record: FakeRecord) => record.said.filter(({ text }) => text.includes('asks for your vote'));

  test('reminds those who can still vote, once for each moment, also after a restart', async () => {
    const record = aRecord(quickClock);
    const run = async (release: Release) => {
      record.release(release);
      const notify = createNotify(record.ports);
      notify.start();
      await told(record);
      await notify.stop();
    };
    const expiresAt = instantOf(quickClock.now() + 3_600_000);
    const demand = {
      from: ['@platform'],
      count: 3,
      have: [bo.user],
      may: [bo.user, cy.user, mia.user, userId('UGONE')],
    };
    const due = (remindedAt: string): Release => {
      const reasons = [{ code: 'approvals-missing', effect: 'hold', text: '2 are missing', demand }] as const;
      const decision = aDecision({ kind: 'held', reasons: [...reasons], expiresAt, remindedAt });
      return { ...asking(), decision, votes: [aVote(bo), aVote(mia)] };
    };
    const reminders = () => record.said.filter(({ text }) => text.includes('still waits for votes'));
    await run(due(at(1_000)));
    expect(reminders()).toMatchObject([
      { thread: '1', text: expect.stringMatching(/^<@UCY>: web .*\(2 from @platform\)/) },
    ]);
    await run({ ...due(at(1_000)), revision: 2 });
    expect(reminders()).toHaveLength(1);
    await run({ ...due(at(2_000)), revision: 3 });
    expect(reminders()).toHaveLength(2);
    await run({ ...due(at(3_000)), revision: 4, state: { kind: 'queued' } });
    expect(reminders()).toHaveLength(2);
  });

  test('calls the approver group once for each plan', async () => {
    const record = running();
    record.release(asking());
    await told(record);
    record.release({ ...asking(), revision: 2 }, 'approved by bo');
    await told(record);
    expect(calls(record)).toMatchObject([{ text: expect.stringContaining('<!subteam^SPLATFORM>'), thread: '1' }]);
    record.release({ ...asking('bound-2'), revision: 3 });
    await told(record);
    expect(calls(record)).toHaveLength(2);
  });

  test('calls people by name where no group is asked', async () => {
    const record = running();
    const release = asking();
    const [reason] = release.decision?.reasons ?? [];
    const demand = { from: ['ada'], count: 1, have: [], may: [ana.user, mia.user] };
    record.release({
      ...release,
      decision: aDecision({ kind: 'held', reasons: reason === undefined ? [] : [{ ...reason, demand }] }),
    });
    await told(record);
    expect(calls(record)).toMatchObject([{ text: expect.stringMatching(/^<@UMIA>: <@UANA> asks/) }]);
  });

  test('calls nobody by name who has muted it', async () => {
    const record = running((each) => each.silences.push(aSilence({ service: 'web' })));
    const release = asking();
    const [reason] = release.decision?.reasons ?? [];
    const demand = { from: ['ada'], count: 1, have: [], may: [ana.user, mia.user] };
    record.release({
      ...release,
      request: { ...release.request, requester: bo },
      decision: aDecision({ kind: 'held', reasons: reason === undefined ? [] : [{ ...reason, demand }] }),
    });
    await told(record);
    expect(calls(record)).toMatchObject([{ text: expect.stringMatching(/^<@UMIA>: <@UBO> asks/) }]);
  });

  test('reads on from where it stopped, each line once', async () => {
    const record = running();
    record.release(queued(), 'queued behind api');
    await told(record);
    record.release({ ...queued(), revision: 2 }, 'first\nsecond <!channel>');
    await told(record);
    const words = record.said
      .filter(({ thread }) => thread !== undefined)
      .map(({ text }) => text.replaceAll('\u200b', ''));
    expect(words).toEqual(['queued behind api', 'first second &lt;!channel&gt;']);
  });

  test('mentions the requester at each change of the final word, broadcast for a failure and the recovery from it', async () => {
    const record = running();
    const written = (revision: number, kind: 'healthy' | 'failed'): Release => ({
      ...queued(),
      revision,
      state: { kind: 'written', commit: sha() },
      arrival: {
        clusters: {
          dev:
            kind === 'healthy'
              ? { kind, since: at(1_000 * revision), pods: { ready: 2, wanted: 2 } }
              : {
                  kind,
                  stage: 'rollout',
                  reason: 'CrashLoopBackOff',
                  because: 'web crashes',
                  since: at(1_000 * revision),
                },
        },
      },
    });
    record.release(queued());
    await told(record);
    for (const [index, kind] of (['healthy', 'healthy', 'failed', 'healthy'] as const).entries()) {
      record.release(written(index + 2, kind));
      await told(record);
    }
    const finals = record.said.filter(({ thread, text }) => thread !== undefined && text.startsWith('<@UANA>'));
    expect(finals.map(({ text, broadcast }) => [/running|failed/.exec(text)?.[0], broadcast])).toEqual([
      ['running', false],
      ['failed', true],
      ['running', true],
    ]);
  });
});

describe('a post whose answer was lost', () => {
  test('is found by its metadata and not posted again', async () => {
    const asked: string[][] = [];
    const record = running((each) => {
      each.cursors.set(`release/${releaseId()}`, JSON.stringify({ postingUntil: at() }));
      Object.assign(each.ports, {
        findPosted: async (...args: string[]) => {
          asked.push(args);
          return { channel: 'C-releases-dev', ts: '77' };
        },
      });
    });
    record.release(queued());
    await told(record);
    expect(asked).toEqual([['#releases-dev', 'sluice_release', releaseId()]]);
    expect(roots(record)).toEqual([]);
    // It may show what was true before the crash.
    expect(record.said).toMatchObject([{ how: 'update', text: expect.stringContaining('queued') }]);
  });

  test('is not posted again while Slack may still be about to carry it out', async () => {
    const arrivesMs = quickClock.now() + 9_000;
    const record = running((each) => {
      each.cursors.set(
        `release/${releaseId()}`,
        JSON.stringify({ postingUntil: instantOf(quickClock.now() + 10_000) }),
      );
      Object.assign(each.ports, {
        findPosted: async () => (quickClock.now() < arrivesMs ? null : { channel: 'C-releases-dev', ts: '77' }),
      });
    });
    record.release(queued());
    await told(record);
    expect(roots(record)).toEqual([]);
  });

  test('is looked for soon where Slack has answered that it failed', async () => {
    const clock = aClock();
    const record = aRecord(clock);
    record.answer(() => ({ kind: 'later', afterMs: 100, because: 'internal_error', isAnswered: true }));
    let isFailed = false;
    const { post } = record.ports;
    const notify = createNotify({
      ...record.ports,
      post: async (...message) => post(...message).finally(() => setImmediate(() => (isFailed = true))),
      findPosted: async () => ({ channel: 'C-releases-dev', ts: '77' }),
    });
    notify.start();
    onTestFinished(() => notify.stop());
    record.release(queued());
    await until('it has failed', () => isFailed);
    record.answer(() => null);
    // Without an answer it would be left alone for ten.
    clock.move(5_000);
    await told(record);
    expect(record.said).toMatchObject([{ how: 'update' }]);
  });

  test('is not looked for where no post was begun', async () => {
    const record = running((each) => {
      Object.assign(each.ports, {
        findPosted: async () => {
          throw new Error('asked without need');
        },
      });
    });
    record.release(queued());
    await told(record);
    expect(roots(record)).toMatchObject([
      { metadata: { event_type: 'sluice_release', event_payload: { id: releaseId() } } },
    ]);
    expect(record.warnings).toEqual([]);
  });

  test('is posted where Slack refuses to show the history, which is said once', async () => {
    const record = running((each) => {
      for (const number of [1, 2])
        each.cursors.set(`release/${releaseId(number)}`, JSON.stringify({ postingUntil: at() }));
      Object.assign(each.ports, {
        findPosted: async () => {
          throw new Error('Slack refuses conversations.history: missing_scope');
        },
      });
    });
    record.release(queued(1));
    record.release(queued(2));
    await told(record);
    expect(roots(record)).toHaveLength(2);
    expect(record.warnings.filter((line) => line.includes('missing_scope'))).toHaveLength(1);
  });

  test('waits where Slack cannot tell just now', async () => {
    let tries = 0;
    const record = running((each) => {
      each.cursors.set(`release/${releaseId()}`, JSON.stringify({ postingUntil: at() }));
      Object.assign(each.ports, {
        findPosted: async () => {
          tries += 1;
          if (tries < 2) throw new Retryable('Slack did not answer');
          return { channel: 'C-releases-dev', ts: '77' };
        },
      });
    });
    record.release(queued());
    await told(record);
    expect(tries).toBe(2);
    expect(roots(record)).toEqual([]);
  });
});

describe('while Slack is in trouble', () => {
  test('a channel that is asked to wait holds up no other', async () => {
    const record = running((each) =>
      each.answer(({ channel }) =>
        channel.includes('dev') ? { kind: 'later', afterMs: 600_000, because: 'ratelimited' } : null,
      ),
    );
    for (let number = 1; number <= 30; number += 1) record.release(queued(number, 'dev'));
    record.release(queued(31, 'production'));
    await until('production is told', () => roots(record).length === 1, 1_500);
    expect(roots(record)[0]?.channel).toBe('#releases');
  });

  test('a call that hangs holds up its own subject alone', async () => {
    const record = running((each) =>
      each.answer(({ metadata }) => (metadata?.event_payload['id'] === releaseId(1) ? new Promise(() => {}) : null)),
    );
    record.release(queued(1));
    record.release(queued(2));
    await until('the second is told', () => roots(record).length === 1);
    expect(record.dirty()).toEqual([`release/${releaseId(1)}`]);
  });

  test('the final state alone is shown, once, when it is back', async () => {
    let away = true;
    let calls = 0;
    const record = running((each) =>
      each.answer(() => {
        calls += 1;
        return away ? { kind: 'later', afterMs: 1_000, because: 'no answer' } : null;
      }),
    );
    record.release(queued());
    await until('it was tried', () => calls >= 2);
    record.release({ ...queued(), revision: 2, state: aState('writing') });
    record.release({ ...queued(), revision: 3, state: { kind: 'written', commit: sha() } });
    away = false;
    await told(record);
    expect(record.said.map(({ text }) => text)).toEqual([expect.stringContaining('is written')]);
  });

  test('a message that Slack never takes is given up and logged', async () => {
    const record = running((each) => each.answer(() => ({ kind: 'impossible', because: 'channel_not_found' })));
    record.release(queued());
    await told(record);
    expect(record.warnings.join()).toContain('channel_not_found');
  });
});

describe('what is not about a release', () => {
  test('a drift is one message from its first sight to its end', async () => {
    const record = running();
    const drift: Drift = {
      kind: 'drift',
      id: 'd1',
      revision: 1,
      cluster: 'dev',
      environment: 'dev',
      service: 'web',
      object: 'Deployment/default/web',
      field: 'image',
      live: 'web:9',
      wanted: 'web:1',
      manager: 'kubectl-edit',
      since: at(),
      state: { kind: 'open' },
    };
    record.drift(drift);
    await told(record);
    record.drift({ ...drift, revision: 2, state: { kind: 'ended', at: at(37_000), how: 'corrected' } });
    await told(record);
    expect(record.said.map(({ how }) => how)).toEqual(['post', 'update']);
    expect(record.said[1]?.text).toContain('corrected by Flux after 37 s');
  });

  test('a lock is told where it holds, and loses its button when it ends', async () => {
    const record = running();
    const hold = aHold({ service: 'web' });
    record.hold(hold);
    await told(record);
    record.hold({ ...hold, revision: 2, state: { kind: 'ended', at: at(600_000), by: mia } });
    await told(record);
    expect(record.said.map(({ how, thread, broadcast }) => ({ how, thread, broadcast }))).toEqual([
      { how: 'post', thread: undefined, broadcast: undefined },
      { how: 'update', thread: undefined, broadcast: undefined },
      { how: 'post', thread: '1', broadcast: true },
    ]);
    expect(JSON.stringify(record.said[0]?.body)).toContain('hold.unlock');
    expect(JSON.stringify(record.said.slice(1))).not.toContain('hold.unlock');
  });

  test('a lock that was soon ended says so in its own message alone', async () => {
    const record = running();
    const hold = aHold({ service: 'web', since: at() });
    record.hold(hold);
    await told(record);
    record.hold({ ...hold, revision: 2, state: { kind: 'ended', at: at(60_000), by: mia } });
    await told(record);
    expect(record.said.map(({ how, text }) => `${how} ${text}`)).toEqual([
      'post web in production is locked by <@UMIA>: audit',
      'update web in production is unlocked, by <@UMIA> (was: audit).',
    ]);
  });

  test('a lock that changes hands is redrawn, and its former owner is told', async () => {
    const record = running();
    const hold = aHold({ service: 'web' });
    record.hold(hold);
    await told(record);
    record.hold({ ...hold, revision: 2, by: bo, because: 'fix', taken: { from: mia, at: at() } });
    await told(record);
    expect(record.said.map(({ how, thread }) => ({ how, thread }))).toEqual([
      { how: 'post', thread: undefined },
      { how: 'update', thread: undefined },
      { how: 'post', thread: '1' },
    ]);
    expect(record.said[1]?.text).toContain('web in production is locked by <@UBO>, taken over from <@UMIA>: fix');
    expect(record.said[2]?.text).toContain('<@UMIA> <@UBO> has taken over your lock of web in production: fix');
  });

  test('the owner of a lock without an end is asked in its thread, until somebody answers', async () => {
    const record = running();
    const hold = aHold({ service: 'web', since: at(-86_400_000), asked: at() });
    record.hold(hold);
    await told(record);
    expect(record.said.map(({ thread }) => thread)).toEqual([undefined, '1']);
    expect(record.said[1]?.text).toContain('<@UMIA> web in production has been locked for 1 d without an end');
    expect(JSON.stringify(record.said[1]?.body)).toMatch(/hold\.unlock.*hold\.keep/);
    record.hold({ ...hold, revision: 2, kept: { by: mia, at: at(1_000) } });
    await told(record);
    expect(record.said.at(-1)).toMatchObject({ how: 'update' });
    expect(record.said.at(-1)?.text).toContain('Still needed, says <@UMIA>');
    expect(JSON.stringify(record.said.at(-1)?.body)).not.toContain('hold.keep');
  });

  test('a freeze of everything is told in the channels of all environments', async () => {
    const record = running();
    const { environment: _, ...hold } = aHold({ what: 'freeze' });
    record.hold(hold);
    await told(record);
    expect(record.said.map(({ channel, text }) => `${channel} ${text}`)).toEqual([
      '#releases-dev Everything is frozen by <@UMIA>: audit',
      '#releases Everything is frozen by <@UMIA>: audit',
    ]);
  });

  test('a lock on a service is told in the channels of all environments', async () => {
    const record = running();
    const { environment: _, ...hold } = aHold({ service: 'web' });
    record.hold(hold);
    await told(record);
    expect(record.said.map(({ channel }) => channel)).toEqual(['#releases-dev', '#releases']);
  });
});
