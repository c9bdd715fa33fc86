import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactToken } from '../../src/playground/company.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let head: string;
beforeAll(async () => {
  world = await startWorld();
  head = await world.head();
});
afterAll(async () => {
  await world?.close();
});

async function post(body: string, token = artifactToken) {
  const answer = await fetch(`http://127.0.0.1:${world.appPort()}/artifacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

describe('what CI should not have posted is refused with the name of what is wrong', () => {
  test.each([
    ['fields of the wrong kind', JSON.stringify({ service: 5, version: '../1' }), 422, /service[\s\S]*version/],
    ['a body that is no JSON', '{"service": ', 422, /JSON/i],
    ['a body of 5 MB', JSON.stringify({ service: 'x'.repeat(5_000_000) }), 413, /large|bytes|limit/i],
  ])('%s', async (_, body, status, words) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(words);
  });

  test('a wrong token', async () => {
    expect((await post('{}', 'guessed')).status).toBe(401);
  });
});

describe('hostile text is answered and comes to nothing', () => {
  test.each([
    ['names that climb', '/release ../../etc/passwd dev 1.4.2'],
    ['leading dashes', '/release web dev --upload-pack=touch'],
    ['an option as service', '/release -rf dev'],
    ['control characters', '/release web dev 1.4.2\u0000\u001b[31m'],
    ['shell words', '/release web dev $(id);`id`'],
    ['prototype names', '/release __proto__ constructor'],
    ['characters that turn the reading order', '/release web dev 1.4.2 because \u202egnp.exe'],
    ['a very long line', `/release web dev ${'9'.repeat(3_000)}`],
    ['mentions and links', '/release web dev <!channel> <https://evil.test|1.4.2>'],
  ])('%s', async (_, text) => {
    await world.say('ana', 'general', text);
    const answer = await world.whispered('ana', 'general', /./);
    expect(answer).not.toContain('<!channel>');
    expect(answer.length).toBeLessThan(3_500);
    expect(await world.head()).toBe(head);
  });

  test('a reason that would call the whole channel is shown as it was typed', async () => {
    await world.say('ana', 'general', '/release web dev 1.4.2 because <!channel> *boom* <@UBO>');
    const shown = await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
    expect(shown).toContain('&lt;!channel&gt;');
    expect(shown).not.toMatch(/<!channel>|<@UBO>/);
  });
});

test('people without any right are told so, and nothing is written', async () => {
  const before = await world.head();
  await world.say('olu', 'general', '/release web staging 1.4.2');
  await world.whispered('olu', 'general', /Not released/);
  expect(await world.head()).toBe(before);
});
