import { expect, onTestFinished, test } from 'vitest';
import { createChat } from '../../src/chat/chat.ts';
import type { HttpRequest } from '../../src/doors/http.ts';
import { noonMs } from '../support/builders.ts';
import { signedRequest, signingSecret, slashBody } from '../support/signed.ts';
import { aWorkspace, somePorts } from './chat-office.ts';

/** Chat behind signed HTTP, with a memory of signatures as the ledger has it. */
async function overHttp(remembers = async () => {}) {
  const workspace = await aWorkspace();
  const signatures = new Set<string>();
  const firstSeen = async (signature: string) => {
    await remembers();
    return !signatures.has(signature) && signatures.add(signature).has(signature);
  };
  const world = somePorts({
    firstSeen,
    acceptSigned: async (request, payload, signature) =>
      (await firstSeen(signature)) ? world.ports.accept(request, payload) : { kind: 'replayed' },
  });
  const slack = {
    ...{ botToken: workspace.botToken, apiUrl: workspace.apiUrl },
    connection: { mode: 'http', signingSecret } as const,
  };
  const chat = createChat({ ...world.ports, clock: { now: () => noonMs }, slack });
  await chat.start();
  onTestFinished(() => chat.stop());
  const route = chat.routes.find(({ path }) => path === '/slack/events');
  if (route === undefined) throw new Error('there is no way in over HTTP');
  return { ...world, handle: async (request: HttpRequest) => route.handle(request) };
}

const commands: readonly (readonly [string, string, string?])[] = [
  ['for a release', 'web dev 1.4.2'],
  ['for a chain', 'web dev,production 1.4.2'],
  ['for a lock', 'lock web because audit'],
  ['for help', 'help'],
  ['for a form', ''],
  ['that nobody understands', 'web nowhere'],
  ['of a guest', 'web dev 1.4.2', 'UGUEST'],
];

test.each(commands)('a command %s counts once, and its replay is refused', async (_, text, user = 'UANA') => {
  const { handle, accepted, holds } = await overHttp();
  const request = signedRequest(`${slashBody(text)}`.replace('UANA', user), noonMs);
  expect((await handle(request)).status).toBe(200);
  const [requests, locks] = [accepted.length, holds.length];
  const again = await Promise.all([handle(request), handle(request), handle(request)]);
  expect(again.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect([accepted.length, holds.length]).toEqual([requests, locks]);
});

test.each(commands)('while nobody can tell replays, nothing comes of a command %s', async (_, text, user = 'UANA') => {
  const { handle, accepted, holds } = await overHttp(() => Promise.reject(new Error('Redis cannot be reached')));
  const answer = await handle(signedRequest(`${slashBody(text)}`.replace('UANA', user), noonMs));
  expect(answer).toMatchObject({ status: 200, body: { text: expect.any(String) } });
  expect([accepted, holds]).toEqual([[], []]);
});
