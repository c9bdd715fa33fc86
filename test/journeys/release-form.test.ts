import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

/** What the modal in front of somebody says. */
const shown = (who: string) =>
  JSON.stringify(world.workspace.control.views(who).at(-1)?.view ?? {}).replaceAll('\u200b', '');

test('/release alone opens a form that offers, previews, says what is wrong at its field, and releases', async () => {
  const { control } = world.workspace;
  await world.say('ana', 'general', '/release');
  await world.wait('the form', () => control.views('ana').length > 0);

  expect((await control.suggestions('ana', 'form.service', 'we')).map(({ value }) => value)).toContain('web');
  await control.choose('ana', 'form.service', 'web');
  await world.wait('the picker of versions of web', () => shown('ana').includes('version.web'));
  const offered = await control.suggestions('ana', 'form.version', '1.4.', { 'form.service': 'web' });
  expect(offered.map(({ value }) => value)).toContain('1.4.2');

  await control.choose('ana', 'form.environment', 'production', { 'form.service': 'web', 'form.version': '1.4.2' });
  await world.wait('the preview', () => /It would be refused[\s\S]*never healthy in staging/.test(shown('ana')));
  const refused = await control.submit('ana', {
    'form.service': 'web',
    'form.environment': 'production',
    'form.version': '1.4.2',
  });
  expect(refused.errors?.['version.web']).toContain('web 1.4.2 was never healthy in staging');

  await control.choose('ana', 'form.environment', 'dev', { 'form.service': 'web', 'form.version': '1.4.2' });
  await world.wait('the preview of dev', () => shown('ana').includes('Nothing stands in its way'));
  const taken = await control.submit('ana', {
    'form.service': 'web',
    'form.environment': 'dev',
    'form.version': '1.4.2',
    because: 'checkout fix',
  });
  expect(taken).toEqual({ ok: true });
  expect(await world.whispered('ana', 'general', /On it/)).toContain('web 1.4.2');
  expect(await world.message('releases-dev', /web 1\.4\.2 is running in dev/)).toContain('because checkout fix');
});

test('a form that lacks its service is not sent, and closing it asks for nothing', async () => {
  const { control } = world.workspace;
  await world.say('bo', 'general', '/release');
  await world.wait('the form', () => control.views('bo').length > 0);
  expect(await control.submit('bo', {})).toMatchObject({ ok: false, errors: { service: expect.any(String) } });
  await control.closeWindow('bo');
  expect(control.views('bo')).toEqual([]);
});

test('an operator may pass a lock in the form, with a reason; nobody else is offered that', async () => {
  const { control } = world.workspace;
  await world.say('mia', 'general', '/release lock web staging because a demo');
  await world.whispered('mia', 'general', /Locked/);
  const filled = { 'form.service': 'web', 'form.environment': 'staging', 'form.version': '1.4.2' };
  const fill = async (who: string) => {
    await world.say(who, 'general', '/release');
    await world.wait('the form', () => control.views(who).length > 0);
    await control.choose(who, 'form.service', 'web');
    await world.wait('the picker of versions of web', () => shown(who).includes('version.web'));
    await control.choose(who, 'form.environment', 'staging', filled);
    await world.wait('the preview', () => /It would wait[\s\S]*a demo/.test(shown(who)));
  };
  await fill('ana');
  expect(shown('ana')).not.toContain('form.override');

  await fill('mia');
  await control.choose('mia', 'form.override', ['locks'], filled);
  await world.wait('the preview', () => /It would pass, as an override[\s\S]*a demo/.test(shown('mia')));
  const passing = { ...filled, 'form.override': ['locks'] };
  expect((await control.submit('mia', passing)).errors?.['because']).toContain('An override needs a reason');
  expect(await control.submit('mia', { ...passing, because: 'staging is down' })).toEqual({ ok: true });
  await world.message('releases-staging', /web 1\.4\.2 is running[\s\S]*Override by/);
});
