import { describe, expect, test, vi } from 'vitest';
import { Retryable } from '../../src/doors/errors.ts';
import { instantOf, readMomentMs } from '../../src/doors/time.ts';
import { actions, button, section } from '../../src/words/blocks.ts';
import { aDecision, aHold, ana, aPlan, aRelease, at, bo, releaseId, sha } from '../support/builders.ts';
import { anOffice } from './chat-office.ts';

const body = { text: 'A message.', blocks: [section('A message.')] };

describe('a slash command', () => {
  test('is answered privately once the request is written down', async () => {
    const office = await anOffice();
    const { texts } = await office.told('ana', '/release web dev 1.4.2 because checkout fix');
    expect(texts).toEqual(['On it: web 1.4.2 → dev. Progress in #releases-dev.']);
    expect(office.accepted).toMatchObject([
      {
        payload: expect.stringMatching(/^slash:./),
        request: {
          intent: 'release',
          service: 'web',
          environment: 'dev',
          wanted: { kind: 'named', name: '1.4.2' },
          because: 'checkout fix',
          requester: { user: 'UANA', name: 'Ana Lima', email: 'ana@acme.test' },
          asked: { channel: 'CGENERAL' },
        },
      },
    ]);
  });

  test('of several environments is written down as one chain, whose end any step can be cancelled with', async () => {
    const office = await anOffice();
    const { texts } = await office.told('ana', '/release web dev,production 1.4.2');
    expect(texts).toEqual([
      'On it: web 1.4.2 → dev → production, each when it is healthy in the one before. Progress in #releases-dev, #releases-production.',
    ]);
    expect(office.accepted.map(({ request }) => request.environment)).toEqual(['dev', 'production']);
    const [first, last] = [...office.releases.values()];
    if (first === undefined || last === undefined) throw new Error('no chain was accepted');
    office.put({ ...first, state: { kind: 'written', commit: sha() } });
    expect((await office.told('bo', `/release cancel ${first.id}`)).texts[0]).toContain('may cancel');
    expect((await office.told('ana', `/release cancel ${first.id}`)).texts[0]).toBe(
      'Cancelled: web 1.4.2 in production.',
    );
    expect(office.releases.get(last.id)?.state.kind).toBe('cancelled');
    expect((await office.told('ana', `/release cancel ${first.id}`)).texts[0]).toContain('Too late');
  });

  test('says that it was not accepted while Redis is away, with the command to try again', async () => {
    const office = await anOffice({
      ports: {
        accept: async () => {
          throw new Retryable('Redis is away');
        },
      },
    });
    const { texts } = await office.told('ana', '/release web dev 1.4.2');
    expect(texts[0]).toMatch(/^Not accepted: .* \/release web dev 1\.4\.2$/);
  });

  test('is acknowledged in time where the record is slow, and answered when it is known', async () => {
    let go = () => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const office = await anOffice({
      ports: {
        accept: async (request) => {
          await wait;
          return { kind: 'accepted', release: { ...aRelease(), request } };
        },
      },
    });
    const { texts, notice } = await office.told('ana', '/release web dev 1.4.2');
    expect(notice).toBeUndefined();
    expect(texts).toEqual([expect.stringContaining('nothing is promised until then')]);
    go();
    await office.control.waitFor(() => office.control.ephemeral('ana').some(({ text }) => text.startsWith('On it')));
  });

  test('of a guest is nobody’s', async () => {
    const office = await anOffice();
    const { texts } = await office.told('guest', '/release web dev 1.4.2');
    expect(texts[0]).toContain('members of this workspace only');
    expect(office.accepted).toEqual([]);
  });

  test('of another team is dropped and logged', async () => {
    const office = await anOffice({ slack: { team: 'TOTHER' }, workspace: { speed: 20 } });
    await office.control.say('ana', 'general', '/release web dev 1.4.2');
    expect(office.accepted).toEqual([]);
    expect(office.warnings.join()).toContain('another team');
  });

  test('is told why nothing can be said while the directory is away', async () => {
    const office = await anOffice();
    office.control.fail('users.info', { status: 500, times: 5 });
    const { texts } = await office.told('ana', '/release web dev 1.4.2');
    expect(texts[0]).toMatch(/^That did not work: .*Nothing was changed/);
    expect(office.accepted).toEqual([]);
  });

  test('that looks something up is answered privately', async () => {
    const office = await anOffice();
    expect((await office.told('ana', '/release status web')).texts[0]).toContain('web 1.4.1 in dev');
  });

  test.each(['/release web dev ../../x', '/release -rf dev', '/rollback wbe dev', '/release web dev \u001b[31m'])(
    '%j is refused and writes nothing',
    async (text) => {
      const office = await anOffice();
      const { texts } = await office.told('ana', text);
      expect(texts).toHaveLength(1);
      expect(office.accepted).toEqual([]);
    },
  );
});

describe('a mention', () => {
  const shown = (office: { control: Awaited<ReturnType<typeof anOffice>>['control'] }, pattern: RegExp) =>
    office.control.waitFor(() => office.control.messages('general').find(({ text }) => pattern.test(text)));

  test('asks for a release, and that it is taken is said in its thread', async () => {
    const office = await anOffice();
    await office.control.say('ana', 'general', 'anything new?');
    const root = office.control.messages('general').at(-1)?.ts;
    await office.control.say('ana', 'general', '@sluice release web dev 1.4.2', root);
    expect((await shown(office, /On it: web 1\.4\.2 → dev/))?.thread_ts).toBe(root);
    expect(office.control.ephemeral('ana')).toEqual([]);
    expect(office.accepted[0]?.request.asked).toEqual({ channel: 'CGENERAL', thread: root });
  });

  test('that looks something up is answered for all, in the thread of the message', async () => {
    const office = await anOffice();
    await office.control.say('ana', 'general', '@sluice status web');
    const asked = office.control.messages('general').at(-1)?.ts;
    expect((await shown(office, /web 1\.4\.1 in dev/))?.thread_ts).toBe(asked);
  });

  test.each([
    ['@sluice staus wbe', /neither a service/, '@sluice status web'],
    ['@sluice wbe dev', /no service "wbe"/, '@sluice release web dev'],
  ])('%s is put right privately where the writer sees it, as a mention', async (text, expected, next) => {
    const office = await anOffice();
    const { texts } = await office.told('ana', text);
    expect(texts[0]).toMatch(expected);
    expect(texts[0]).toContain(`Next: ${next}`);
    // Nobody sees what is private in a thread that has not begun.
    expect(office.control.ephemeral('ana').at(-1)?.thread_ts).toBeUndefined();
  });

  test('in the thread of a release is about that one', async () => {
    const office = await anOffice({
      ports: { subjectOf: async ({ ts }) => (ts === root ? `release/${releaseId()}` : null) },
    });
    await office.control.say('ana', 'general', 'A release, as it were');
    const root = office.control.messages('general').at(-1)?.ts;
    office.put(
      aRelease({ state: { kind: 'held' }, plan: aPlan(), decision: aDecision({ kind: 'held' }), request: {} }),
    );
    await office.control.say('ana', 'general', '@sluice status', root);
    expect((await shown(office, /web 1\.4\.1 → 1\.4\.2 in production: waits/))?.thread_ts).toBe(root);
    expect((await office.told('bo', '@sluice approve', root)).texts[0]).toContain('Approved: web 1.4.1 → 1.4.2');
    expect(office.control.ephemeral('bo').at(-1)?.thread_ts).toBe(root);
    expect((await office.told('bo', '@sluice take back', root)).texts[0]).toContain('Taken back');
    expect((await office.told('bo', '@sluice aprove', root)).texts[0]).toContain('@sluice approve');
    expect(office.releases.get(releaseId())?.votes.map(({ vote }) => vote)).toEqual(['approve', 'take-back']);
    await office.told('bo', '@sluice reject because the migration is missing', root);
    expect(office.releases.get(releaseId())?.state).toMatchObject({
      kind: 'rejected',
      because: 'the migration is missing',
    });
    expect((await office.told('ana', '@sluice approve')).texts[0]).toContain('needs the id of a release');
  });

  test('that Slack delivers twice is one payload', async () => {
    const office = await anOffice();
    office.control.deliverTwice();
    await office.control.say('ana', 'general', '@sluice release web dev 1.4.2');
    await office.control.waitFor(() => office.accepted.length === 2);
    expect(new Set(office.accepted.map(({ payload }) => payload)).size).toBe(1);
    expect(office.releases.size).toBe(1);
  });
});

describe('a click', () => {
  const held = () =>
    aRelease({
      state: { kind: 'held' },
      plan: aPlan(),
      decision: aDecision({ kind: 'held' }),
      request: { requester: ana },
    });
  const offered = async (action: string) => {
    const office = await anOffice();
    const message = {
      text: 'Vote.',
      blocks: [actions(button({ text: 'Do it', action, value: releaseId() }))],
    };
    const posted = await office.chat.post('#general', message);
    if (posted.kind !== 'sent') throw new Error('not posted');
    const clickOnly = (user: string) => office.control.click(user, 'general', posted.ts, action);
    const click = async (user: string) => {
      const before = office.control.ephemeral(user).length;
      await clickOnly(user);
      await office.control.waitFor(() => office.control.ephemeral(user).length > before);
      return office.control.ephemeral(user).at(-1)?.text;
    };
    return { ...office, click, clickOnly };
  };

  test('of an approver is a vote, and the release is looked at again', async () => {
    const office = await offered('release.approve');
    office.put(held());
    expect(await office.click('bo')).toMatch(/^Approved: web 1.4.1 → 1.4.2 in production. .* one vote of @platform/);
    expect(office.releases.get(releaseId())?.votes).toMatchObject([{ person: { user: 'UBO' }, bound: 'bound-1' }]);
    expect(office.due).toEqual([`release/${releaseId()}`]);
    expect(await office.click('bo')).toMatch(/^You have approved .* already/);
    expect(office.releases.get(releaseId())?.votes).toHaveLength(1);
  });

  test('of the requester or a stranger changes nothing, and says why without giving names their markup', async () => {
    const office = await offered('release.approve');
    office.put(held());
    expect(await office.click('ana')).toContain('you asked for it yourself');
    expect(await office.click('mia')).toContain('only @platform may approve &lt;web&gt;');
    expect(office.releases.get(releaseId())?.votes).toEqual([]);
  });

  test('on Reject asks why, and the reason is kept with the vote', async () => {
    const office = await offered('release.reject');
    const { control } = office;
    office.put(held());
    expect(await office.click('mia')).toContain('only @platform may approve');
    expect(control.views('mia')).toEqual([]);
    await office.clickOnly('bo');
    await control.waitFor(() => control.views('bo').length === 1);
    expect(await control.submit('bo', {})).toMatchObject({ ok: false, errors: { because: expect.any(String) } });
    expect(await control.submit('bo', { because: ' the <migration> is missing ' })).toEqual({ ok: true });
    await control.waitFor(() => control.ephemeral('bo').some(({ text }) => text.startsWith('Rejected: web')));
    expect(control.views('bo')).toEqual([]);
    expect(office.releases.get(releaseId())).toMatchObject({
      state: { kind: 'rejected', because: 'the <migration> is missing' },
      votes: [{ vote: 'reject', because: 'the <migration> is missing' }],
    });
  });

  test('that comes too late is told what stands', async () => {
    const office = await offered('release.approve');
    office.put({ ...held(), state: { kind: 'cancelled', by: ana } });
    expect(await office.click('bo')).toContain('in production: cancelled by <@UANA>');
  });

  test('after the deadline is no vote', async () => {
    const office = await offered('release.approve');
    office.put({ ...held(), decision: aDecision({ kind: 'held', expiresAt: '2020-01-01T00:00:00.000Z' }) });
    expect(await office.click('bo')).toContain('the time to vote');
    expect(office.releases.get(releaseId())?.votes).toEqual([]);
  });

  test('on Roll back asks for a rollback with the failure as its reason', async () => {
    const office = await offered('release.rollback');
    const failed = {
      kind: 'failed',
      stage: 'rollout',
      reason: 'CrashLoopBackOff',
      because: 'it crashes',
      since: at(),
    } as const;
    office.put({ ...held(), state: { kind: 'written', commit: sha() }, arrival: { clusters: { dev: failed } } });
    expect(await office.click('mia')).toContain('On it: rolling back web in production');
    expect(office.accepted).toMatchObject([
      {
        request: {
          intent: 'rollback',
          wanted: { kind: 'default' },
          because: 'rollback of 1.4.2: CrashLoopBackOff',
          requester: { user: 'UMIA' },
        },
      },
    ]);
    expect(await office.click('bo')).toContain('under way already');
  });

  test('on Roll back of what has recovered, or was replaced, asks for nothing', async () => {
    const office = await offered('release.rollback');
    const written = { ...held(), state: { kind: 'written', commit: sha() } } as const;
    office.put({ ...written, arrival: { clusters: { dev: { kind: 'healthy', since: at() } } } });
    expect(await office.click('bo')).toContain('nothing to roll back');
    const failed = { kind: 'failed', stage: 'rollout', reason: 'X', because: 'x', since: at() } as const;
    office.put({ ...written, arrival: { clusters: { dev: failed } } });
    office.put({ ...written, id: releaseId(2) });
    expect(await office.click('bo')).toContain('was written since');
    expect(office.accepted).toEqual([]);
  });
});

describe('reviews', () => {
  const review = { why: 'override', dueAt: at(-1), timezone: 'Europe/Copenhagen' } as const;
  const overriding = aDecision({
    overridden: [{ code: 'frozen', effect: 'hold', policy: 'freeze-window', text: 'frozen' }],
  });
  const written = {
    ...aRelease({ plan: aPlan(), decision: overriding, request: { because: 'the shop is down' } }),
    review,
  };

  test('are listed with what was passed and why, and done by somebody else', async () => {
    const office = await anOffice();
    expect((await office.told('bo', '/release reviews')).texts[0]).toBe('Nothing wants a review.');
    office.put({ ...written, state: { kind: 'written', commit: sha() } });
    await office.told('bo', '/release reviews');
    const list = office.control.ephemeral('bo').at(-1);
    expect(JSON.stringify(list?.blocks)).toMatch(
      /<@UANA> overrode `freeze-window`, because the shop is down. \*Overdue\* since .* Europe\/Copenhagen.*release.review/,
    );
    const id = written.id.slice(-8);
    expect((await office.told('ana', `/release review ${id}`)).texts[0]).toContain('you asked for it yourself');
    expect((await office.told('bo', `/release review ${id} because it was right`)).texts[0]).toContain('Reviewed: web');
    expect(office.releases.get(written.id)?.review).toMatchObject({
      done: { by: { user: 'UBO' }, because: 'it was right' },
    });
    expect((await office.told('mia', `/release review ${id}`)).texts[0]).toContain('has been reviewed already');
    office.put({ ...aRelease({ id: releaseId(7) }), state: { kind: 'written', commit: sha() } });
    expect((await office.told('mia', `/release review ${releaseId(7)}`)).texts[0]).toContain('asks for no review');
  });

  test('are done with the button of the list', async () => {
    const office = await anOffice();
    office.put({ ...written, state: { kind: 'written', commit: sha() } });
    await office.told('bo', '/release reviews');
    await office.control.click('bo', 'general', office.control.ephemeral('bo').at(-1)?.ts ?? '', 'release.review');
    await office.control.waitFor(() => office.releases.get(written.id)?.review?.done !== undefined);
  });

  test('forty locks and forty reviews fit a message, and what does not is counted', async () => {
    const office = await anOffice();
    for (let number = 1; number <= 45; number += 1) {
      office.put({ ...written, id: releaseId(number), state: { kind: 'written', commit: sha() } });
      office.holds.push(aHold({ id: `hold-${number}`, service: `service-${number}`, because: 'x'.repeat(300) }));
    }
    for (const command of ['locks', 'reviews']) {
      await office.told('bo', `/release ${command}`);
      const blocks = JSON.stringify(office.control.ephemeral('bo').at(-1)?.blocks);
      expect(blocks.match(/"type":"button"/g)).toHaveLength(40);
      expect(blocks).toContain('5 more');
    }
  });
});

describe('locks', () => {
  test('are set with an end in the person’s time, and ended by their owner or an operator', async () => {
    const office = await anOffice();
    expect((await office.told('ana', '/release lock web dev until 23:59 because audit')).texts[0]).toMatch(
      /^Locked: web in dev until .* \(audit\)/,
    );
    const end = readMomentMs('23:59', Date.now(), 'Europe/Copenhagen');
    expect(office.holds[0]?.until).toBe(instantOf(end ?? 0));
    expect((await office.told('ana', '/release lock web dev because again')).texts[0]).toMatch(/^Changed\..*: again/);
    expect(office.holds.map(({ because, until }) => ({ because, until }))).toEqual([{ because: 'again' }]);
    expect((await office.told('bo', '/release unlock web dev')).texts[0]).toContain('Only <@UANA> or an operator');
    expect((await office.told('bo', '/release unlock web')).texts[0]).toContain('/release unlock web dev');
    expect((await office.told('mia', '/release unlock web dev')).texts[0]).toContain('Unlocked');
    expect(office.holds).toEqual([]);
  });

  test('of somebody else are taken over only on a confirmed click', async () => {
    const office = await anOffice();
    await office.told('mia', '/release lock web dev because audit');
    expect((await office.told('ana', '/release lock web dev for 2h because fix')).texts[0]).toContain(
      'may take it over',
    );
    expect(office.holds).toMatchObject([{ by: { user: 'UMIA' }, because: 'audit', wish: { because: 'fix' } }]);
    const offer = office.control.ephemeral('ana').at(-1);
    expect(JSON.stringify(offer?.blocks)).toMatch(/hold\.take.*confirm.*Mia Ray is told/);
    await office.control.click('ana', 'general', offer?.ts ?? '', 'hold.take');
    await office.control.waitFor(() => office.holds[0]?.by.user === 'UANA');
    expect(office.holds).toMatchObject([
      { because: 'fix', until: expect.anything(), taken: { from: { user: 'UMIA' } } },
    ]);
    expect(office.holds[0]?.wish).toBeUndefined();
    await office.control.click('ana', 'general', offer?.ts ?? '', 'hold.take');
    await office.control.waitFor(() => office.control.ephemeral('ana').some(({ text }) => /offer is over/.test(text)));
  });

  test('freezes are set and ended by operators', async () => {
    const office = await anOffice();
    expect((await office.told('ana', '/release freeze dev because audit')).texts[0]).toContain(
      'You may not freeze dev',
    );
    expect((await office.told('mia', '/release freeze because audit')).texts[0]).toContain(
      'Frozen: everything (audit)',
    );
    expect((await office.told('mia', '/release freeze dev because audit')).texts[0]).toContain('Frozen: dev (audit)');
    expect(office.holds).toMatchObject([{ what: 'freeze' }, { what: 'freeze', environment: 'dev' }]);
    expect((await office.told('ana', '/release unfreeze dev')).texts[0]).toContain(
      'Only an operator there may unfreeze',
    );
    expect((await office.told('mia', '/release unlock dev')).texts[0]).toContain('/release unfreeze dev');
    expect((await office.told('mia', '/release unfreeze')).texts[0]).toContain('Unfrozen: everything');
    expect((await office.told('mia', '/release unfreeze')).texts[0]).toContain(
      'There is no freeze of everything, but dev is frozen',
    );
    expect((await office.told('mia', '/release unfreeze dev')).texts[0]).toContain('Unfrozen: dev');
    expect((await office.told('mia', '/release unfreeze')).texts[0]).toContain('There is no freeze of everything');
  });

  test('are not for those who may not release', async () => {
    const office = await anOffice();
    expect((await office.told('bo', '/release lock web dev because audit')).texts[0]).toContain('You may not lock');
    expect(office.holds).toEqual([]);
  });
});

describe('what goes out', () => {
  test('is sent, and updated in place', async () => {
    const { chat, control } = await anOffice();
    const sent = await chat.post('#general', body);
    expect(sent).toMatchObject({ kind: 'sent', channel: 'CGENERAL' });
    if (sent.kind !== 'sent') return;
    expect(await chat.update(sent, { ...body, text: 'Another.' })).toMatchObject({ kind: 'sent' });
    expect(control.messages('general').at(-1)?.text).toBe('Another.');
  });

  test.each([
    [
      'a rate limit waits as long as Slack says',
      { error: 'ratelimited', retryAfterSeconds: 7 },
      { kind: 'later', afterMs: 7_000, because: 'ratelimited' },
    ],
    ['a broken Slack may work later', { status: 500 }, { kind: 'later' }],
    ['an internal error may pass', { error: 'internal_error' }, { kind: 'later' }],
    ['what Slack refuses is impossible', { error: 'is_archived' }, { kind: 'impossible', because: 'is_archived' }],
  ])('%s', async (_, fault, outcome) => {
    const { chat, control } = await anOffice();
    control.fail('chat.postMessage', fault);
    expect(await chat.post('#general', body)).toMatchObject(outcome);
  });

  test('never hangs', async () => {
    const { chat, control } = await anOffice();
    control.hang('chat.postMessage');
    expect(await chat.post('#general', body)).toMatchObject({ kind: 'later' });
  });

  test('a channel that does not exist is impossible', async () => {
    const { chat } = await anOffice();
    expect(await chat.post('#nowhere', body)).toEqual({ kind: 'impossible', because: 'channel_not_found' });
  });

  test('a whisper that the channel does not take goes to the person', async () => {
    const { chat, control } = await anOffice();
    expect(await chat.whisper({ channel: 'GBOARD' }, 'UANA', body)).toMatchObject({ kind: 'sent' });
    expect(control.messages('DANA').map(({ text }) => text)).toEqual(['A message.']);
  });

  test('a message is found again by its metadata alone', async () => {
    const { chat } = await anOffice();
    const metadata = (id: string) => ({ metadata: { event_type: 'sluice_release', event_payload: { id } } });
    await chat.post('#general', body, metadata('R1'));
    const second = await chat.post('#general', body, metadata('R2'));
    expect(await chat.findPosted('#general', 'sluice_release', 'R2')).toEqual({
      channel: 'CGENERAL',
      ts: second.kind === 'sent' ? second.ts : '',
    });
    expect(await chat.findPosted('#general', 'sluice_release', 'R')).toBeNull();
    await chat.post('UANA', body, metadata('R3'));
    expect(await chat.findPosted('UANA', 'sluice_release', 'R3')).toMatchObject({ channel: 'DANA' });
  });

  test('history that is refused, and history that is away, are told apart', async () => {
    const { chat, control } = await anOffice();
    control.fail('conversations.history', { error: 'missing_scope' });
    await expect(chat.findPosted('CGENERAL', 'sluice_release', 'R')).rejects.not.toThrow(Retryable);
    control.fail('conversations.history', { error: 'ratelimited', retryAfterSeconds: 1 });
    await expect(chat.findPosted('CGENERAL', 'sluice_release', 'R')).rejects.toThrow(Retryable);
  });
});

describe('the directory', () => {
  test('is read once a minute, and again after an event that changed it', async () => {
    const { chat, control } = await anOffice();
    expect(await chat.membersOf('@platform')).toEqual(['UBO']);
    await chat.membersOf('@platform');
    const calls = () => control.calls().filter(({ method }) => method === 'usergroups.users.list').length;
    expect(calls()).toBe(1);
    control.setGroup('platform', ['bo', 'mia']);
    await vi.waitFor(async () => expect(await chat.membersOf('@platform')).toEqual(['UBO', 'UMIA']));
    expect(calls()).toBe(2);
  });

  test('that cannot be read is not an empty one', async () => {
    const { chat, control } = await anOffice();
    control.fail('usergroups.list', { error: 'missing_scope' });
    await expect(chat.membersOf('@platform')).rejects.toThrow(Retryable);
    expect(await chat.membersOf('@platform')).toEqual(['UBO']);
  });

  test('knows no group that does not exist, and mentions those that do', async () => {
    const { chat } = await anOffice();
    expect(await chat.membersOf('@nobody')).toEqual([]);
    expect([await chat.mentionOf('@platform'), await chat.mentionOf('@nobody')]).toEqual([
      '<!subteam^SPLATFORM>',
      '@nobody',
    ]);
  });

  test.each(['UGUEST', 'USLUICE', 'UNOBODY'])('%s is nobody', async (user) => {
    const { chat } = await anOffice();
    expect(await chat.person(user)).toBeNull();
  });
});

test.each(['cut', 'refresh_requested'] as const)(
  'a socket that Slack closes (%s) is opened again by itself',
  async (how) => {
    const { control, told } = await anOffice();
    control.disconnect(how);
    await control.waitFor(() => !control.connected());
    await control.waitFor(() => control.connected());
    expect((await told('ana', '/release help')).texts[0]).toContain('Commands');
  },
);

test('everything is said by a sentence, also who voted', async () => {
  const office = await anOffice();
  office.put(aRelease({ state: { kind: 'rejected', by: bo, because: 'no' }, plan: aPlan(), decision: aDecision() }));
  expect((await office.told('ana', '/release history')).texts[0]).toContain('rejected by <@UBO>');
});
