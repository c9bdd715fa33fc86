import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchBounded } from '../../src/catalog/bounded-fetch.ts';
import { boundedFetch } from '../../src/chat/slack/bounded-fetch.ts';
import { isSlackAddress } from '../../src/chat/slack/slack-address.ts';
import { createLog } from '../../src/doors/telemetry.ts';
import { pokeReceivers } from '../../src/kubernetes/receiver.ts';
import { sendJson } from '../../src/notify/elsewhere/sink.ts';

const log = createLog({ level: 'silent', mask: (text) => text });
let visited = 0;
let inside: Server;
let slack: Server;
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listening = (answer: RequestListener) =>
  new Promise<Server>((resolve) => {
    const server = createServer(answer);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

/** A service of the inner network, and whatever Sluice is meant to call, which sends its callers on to it. */
beforeAll(async () => {
  inside = await listening((_, response) => {
    visited += 1;
    response.end('{"secret":"of the cloud"}');
  });
  slack = await listening((_, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${portOf(inside)}/latest/meta-data` }).end();
  });
});
afterAll(() => {
  inside.close();
  slack.close();
});

const apiUrl = () => `http://127.0.0.1:${portOf(slack)}/api/`;
const toSlack = () => boundedFetch(5_000, { apiUrl: apiUrl(), onDate: () => {} });

describe('what comes in cannot send Sluice anywhere', () => {
  const hosts = () => {
    const port = portOf(inside);
    return [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `2130706433:${port}`,
      `0x7f.1:${port}`,
      `hooks.slack.com@127.0.0.1:${port}`,
      `hooks.slack.com:443@127.0.0.1:${port}`,
      `127.0.0.1:${port}\\@hooks.slack.com`,
      'hooks.slack.com.evil.test',
      'evilslack.com',
      'hooks.slack.com.',
      'hooks.slack.com:8443',
      'hooks.slack.com%00.evil.test',
      '169.254.169.254',
      '[fd00:ec2::254]',
    ];
  };
  const schemes = ['http://', 'https://', 'ftp://', 'file://', 'data:text/plain,', 'javascript:', '//', ''];
  const tails = ['', '/', '/commands/T0/1/x', '/?u=https://hooks.slack.com/', '#hooks.slack.com', '/..;/@slack.com/'];

  test('no response_url of a thousand reaches another host than Slack', async () => {
    const before = visited;
    const hostile = fc.tuple(fc.constantFrom(...schemes), fc.constantFrom(...hosts()), fc.constantFrom(...tails));
    const fetchSlack = toSlack();
    await fc.assert(
      fc.asyncProperty(hostile, fc.string({ maxLength: 8 }), async ([scheme, host, tail], more) => {
        const address = `${scheme}${host}${tail}${encodeURIComponent(more)}`;
        await expect(fetchSlack(address, { method: 'POST', body: '{}' })).rejects.toThrow("not Slack's");
      }),
      { numRuns: 1_000 },
    );
    expect(visited).toBe(before);
  });

  test.each([
    ['https://hooks.slack.com/commands/T0/1/x', true],
    ['https://slack.com/api/chat.postMessage', true],
    ['https://files.slack.com/upload/v1/x', true],
    ['https://slack-gov.com/api/chat.postMessage', true],
    ['http://hooks.slack.com/commands/T0/1/x', false],
    ['https://notslack.com/', false],
    ['https://slack.com.evil.test/', false],
  ])('%s is Slack: %s', (address, expected) => {
    expect(isSlackAddress(address, 'https://slack.com/api/')).toBe(expected);
  });
});

test.each<[string, (url: string) => Promise<unknown>]>([
  ['Slack', (url) => toSlack()(url, { method: 'POST', body: '{}' })],
  ['a webhook', (url) => sendJson(url, '{}', {})],
  ["Flux's Receiver", (url) => pokeReceivers([{ cluster: 'dev', url, token: 't' }], log)],
  ['a registry or an issuer of tokens', (url) => fetchBounded(url, { timeoutMs: 5_000, limitBytes: 1_000 })],
])('%s that sends Sluice on is not followed', async (_, call) => {
  const before = visited;
  await call(apiUrl()).catch(() => {});
  expect(visited).toBe(before);
});
