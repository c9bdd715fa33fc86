import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplesOf } from '../support/scrape.ts';
import { startWorld, type World } from '../support/world.ts';

describe.each(['socket', 'http'] as const)('with Slack over %s', (slackMode) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ slackMode });
  });
  afterAll(() => world?.close());

  test('a developer releases web to dev and sees one message become healthy in place', async () => {
    await world.say('ana', 'general', '/release web dev 1.4.2 because checkout fix');
    expect(await world.whispered('ana', 'general', /web 1\.4\.2 → dev/)).toContain('#releases-dev');

    const healthy = await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
    expect(healthy).toContain('Ana');
    expect(healthy).toMatch(
      /asked .* → queued \+\d.* → written \+\d.* → fetched \+\d.* → applied \+\d.* → healthy \+\d.*; in all \d+ s/,
    );
    const all = world.messagesOf('releases-dev', /web .*1\.4\.2/).filter((message) => message.thread_ts === undefined);
    expect(all).toHaveLength(1);
    const { control } = world.workspace;
    await world.wait('the picture of what it took, in words too', () =>
      control
        .messages('releases-dev')
        .find(
          ({ thread_ts, files }) => thread_ts === all[0]?.ts && /web 1\.4\.2 in dev took/.test(files?.[0]?.alt ?? ''),
        ),
    );
    expect(await world.headMessage()).toMatch(
      /^Release web 1\.4\.2 to dev\n[\s\S]*because: checkout fix[\s\S]*Sluice-Release: [0-9A-Z]{26}/,
    );
    expect(await world.headDiff()).toEqual(['-    newTag: 1.4.1', '+    newTag: 1.4.2']);
    expect(world.running('dev', 'web')).toMatch(/:1\.4\.2/);
  });

  test('asked again, it says that it runs already and writes nothing', async () => {
    const before = await world.head();
    await world.say('ana', 'general', '/release web dev 1.4.2');
    expect(await world.whispered('ana', 'general', /already/)).toContain('1.4.2');
    expect(await world.head()).toBe(before);
  });

  test('a version that was never healthy in staging is refused with every reason and the next command', async () => {
    const before = await world.head();
    await world.say('ana', 'general', '/release web production 1.4.2');
    const refusal = await world.whispered('ana', 'general', /Not released/);
    expect(refusal).toContain('web 1.4.2 was never healthy in staging');
    expect(refusal).toContain('/release web staging 1.4.2');
    expect(await world.head()).toBe(before);
    expect(world.messagesOf('releases', /1\.4\.2/)).toEqual([]);
  });

  test('after staging, production takes two votes; the requester and strangers are refused privately', async () => {
    await world.release('ana', 'web', 'staging', '1.4.2');

    await world.say('ana', 'general', '/release web production');
    await world.message('releases', /asks web .*1\.4\.2/);

    await world.click('ana', 'releases', /1\.4\.2/, 'release.approve');
    expect(await world.whispered('ana', 'releases', /you asked for it yourself/)).toBeTruthy();
    await world.click('olu', 'releases', /1\.4\.2/, 'release.approve');
    expect(await world.whispered('olu', 'releases', /only @platform/)).toBeTruthy();

    await world.click('bo', 'releases', /1\.4\.2/, 'release.approve');
    await world.message('releases', /1 of 2 approved/);
    await world.click('bo', 'releases', /1\.4\.2/, 'release.approve');
    expect(await world.whispered('bo', 'releases', /already/)).toBeTruthy();
    await world.click('cy', 'releases', /1\.4\.2/, 'release.approve');

    const done = await world.message('releases', /web 1\.4\.2 is running in production/);
    expect(done).toContain('prod-eu');
    expect(done).toContain('prod-us');
    expect(done).toMatch(/asked .* → approved \+\d.* → queued .*\nprod-eu: fetched .*\nprod-us: fetched .* → healthy/);
    for (const approver of ['bo', 'cy']) expect(done).toContain(world.mentionOf(approver));
    expect(await world.headMessage()).toMatch(/Sluice-Approved-By: Bo[\s\S]*Sluice-Approved-By: Cy/);
    expect(world.buttonsOf('releases', /1\.4\.2 is running/)).toEqual([]);
  });

  test('a form offers what is typed, and a mention in a thread is answered there', async () => {
    const { control } = world.workspace;
    await world.say('bo', 'general', '/release');
    await world.wait('the form', () => control.views('bo').length > 0);
    expect((await control.suggestions('bo', 'form.service', 'ma')).map(({ value }) => value)).toContain('mail');
    const taken = { 'form.service': 'mail', 'form.environment': 'nowhere' };
    expect(await control.submit('bo', taken)).toMatchObject({ ok: false, errors: expect.anything() });
    await control.closeWindow('bo');

    await world.say('bo', 'general', 'anything new?');
    const thread = world.messagesOf('general', /anything new/).at(-1)?.ts;
    await world.say('bo', 'general', '@sluice status web', thread);
    const answers = () => world.messagesOf('general', /production 1\.4\.2: healthy/);
    await world.wait('the answer in the thread', () => answers().length > 0);
    expect(answers()).toMatchObject([{ thread_ts: thread }]);
  });

  if (slackMode === 'socket') return;

  test('the metrics tell all of it, and nothing that people typed', async () => {
    await world.say('ana', 'general', '/release web dev-typo 1.4.2 because secret-plan');
    await world.whispered('ana', 'general', /dev-typo/);
    const page = await (await fetch(`http://127.0.0.1:${world.appPort()}/metrics`)).text();
    const samples = samplesOf(page);
    const value = (name: string, labels: object = {}) =>
      samples.find(
        (sample) => sample.name === name && Object.entries(labels).every(([is, of]) => sample.labels[is] === of),
      )?.value;
    for (const environment of ['dev', 'staging', 'production']) {
      expect(value('sluice_releases_total', { environment, end: 'written' })).toBe(1);
      expect(value('sluice_release_written_seconds_count', { environment })).toBe(1);
      expect(value('sluice_release_healthy_seconds_count', { environment })).toBe(1);
    }
    expect(value('sluice_decisions_total', { kind: 'held', reason: 'approvals-missing' })).toBeGreaterThan(0);
    expect(value('sluice_git_pushes_total', { repository: 'gitops', outcome: 'pushed' })).toBe(3);
    expect(value('sluice_slack_calls_total', { method: 'chat.postMessage', outcome: 'answered' })).toBeGreaterThan(3);
    expect(value('sluice_slack_call_seconds_count')).toBeGreaterThan(10);
    expect(value('sluice_releases_open', { state: 'queued' })).toBe(0);
    for (const cluster of ['dev', 'staging', 'prod-eu', 'prod-us'])
      expect(value('sluice_cluster_stale_seconds', { cluster })).toBe(0);
    expect(value('sluice_redis_up')).toBe(1);
    expect(value('sluice_slack_connected')).toBe(1);
    expect(value('sluice_build_info', { version: '0.1.0' })).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(page).not.toMatch(/typo|secret-plan|1\.4\.2|ana/i);
    expect(samples.filter(({ name }) => name.startsWith('sluice_')).length).toBeLessThan(250);
  });

  test('what Slack delivers twice is one release', async () => {
    const { control } = world.workspace;
    control.deliverTwice();
    await world.say('ana', 'general', '/release mail dev');
    await world.message('releases-dev', /mail .* is running in dev/);
    const asked = world.messagesOf('releases-dev', /mail /).filter((message) => message.thread_ts === undefined);
    expect(asked).toHaveLength(1);
  });

  test('what was signed by others, or is sent once more, comes to nothing', async () => {
    await world.say('ana', 'general', '/release help');
    await world.whispered('ana', 'general', /\/rollback/);
    const heard = world.workspace.control.lastRequest();
    if (heard === null) throw new Error('nothing was sent');
    const send = async (over: { readonly body?: string; readonly headers?: object }) => {
      const headers = { ...heard.headers, ...over.headers };
      return (await fetch(heard.url, { method: 'POST', body: over.body ?? heard.body, headers })).status;
    };
    const comeOfIt = () => [
      world.workspace.control.ephemeral('ana').length,
      world.messagesOf('releases-dev', /web/).length,
    ];
    const before = comeOfIt();
    expect(await send({})).toBe(401);
    expect(await send({ body: heard.body.replace('help', 'web+dev') })).toBe(401);
    expect(await send({ headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } })).toBe(401);
    expect(comeOfIt()).toEqual(before);
    expect(world.lines.filter((line) => line.includes('not of Slack'))).not.toEqual([]);
  });
});
