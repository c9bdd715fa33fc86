import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHttp } from '../../src/doors/http.ts';
import { eventRoutes } from '../../src/kubernetes/event-routes.ts';
import type { Hint } from '../../src/kubernetes/hints.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** A vector of notification-controller's own tests (internal/notifier/forwarder_test.go). */
const upstream = {
  token: '7152fed34dd6149a7c75a276c510da27cb6f82b0',
  body: '{"involvedObject":{"kind":"GitRepository","namespace":"gitops-system","name":"webapp"},"severity":"info","timestamp":"2022-09-30T06:40:29Z","message":"message","reason":"reason","metadata":{"test":"metadata"},"reportingController":"source-controller","reportingInstance":"source-controller-xyz"}',
  signature: 'sha256=65b018549b1254e7226d1c08f9567ee45bc9de0fc4e7b1a40253f9a018b08be7',
};
const sign = (body: string, token = upstream.token, hash = 'sha256') =>
  `${hash}=${createHmac(hash, token).update(body).digest('hex')}`;
const about = (object: unknown) => JSON.stringify({ involvedObject: object, severity: 'info', message: 'x' });
const web = { kind: 'Kustomization', namespace: 'flux-system', name: 'web' };

let hints: { readonly cluster: string; readonly hint: Hint }[];
let server: Awaited<ReturnType<typeof serveHttp>>;

async function post(body: string, headers: Readonly<Record<string, string>>, path = '/flux/prod-eu'): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body, headers });
  await answer.text();
  return answer.status;
}

describe('events that Flux posts', () => {
  beforeEach(async () => {
    hints = [];
    const providers = [
      { cluster: 'prod-eu', token: upstream.token },
      { cluster: 'prod-us', token: 'another' },
    ];
    const routes = eventRoutes({ providers, hint: (cluster, hint) => hints.push({ cluster, hint }), log: silent });
    server = await serveHttp({ host: '127.0.0.1', port: 0, routes, log: silent });
  });
  afterEach(() => server.close());

  it('are taken as notification-controller signs them, and only their object is', async () => {
    expect(await post(upstream.body, { 'x-signature': upstream.signature })).toBe(202);
    expect(hints).toEqual([
      { cluster: 'prod-eu', hint: { kind: 'GitRepository', namespace: 'gitops-system', name: 'webapp' } },
    ]);
  });

  it.each([
    ['unsigned', {}],
    ['signed with nothing', { 'x-signature': '' }],
    ['signed in part', { 'x-signature': upstream.signature.slice(0, -1) }],
    ['signed twice', { 'x-signature': `${upstream.signature}, ${upstream.signature}` }],
    ['signed in other letters', { 'x-signature': upstream.signature.toUpperCase() }],
    ['signed with another hash', { 'x-signature': sign(upstream.body, upstream.token, 'sha512') }],
    ["signed with another cluster's token", { 'x-signature': sign(upstream.body, 'another') }],
    ['signed for another body', { 'x-signature': sign(`${upstream.body} `) }],
    ['with the token itself', { authorization: `Bearer ${upstream.token}` }],
  ])('are refused %s', async (_, headers) => {
    expect(await post(upstream.body, headers)).toBe(401);
    expect(hints).toEqual([]);
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', 'null'],
    ['nothing', ''],
    ['no event', '{}'],
    ['an event of nothing', about(null)],
    ['a name that is a path', about({ ...web, name: '../../secrets' })],
    ['a name that is a query', about({ ...web, name: 'web,metadata.namespace!=x' })],
    ['a namespace that is none', about({ ...web, namespace: 'a/b' })],
    ['a name without end', about({ ...web, name: 'w'.repeat(254) })],
    ['a kind that is none', about({ ...web, kind: 'pods/log' })],
    ['what every object inherits', about({ kind: '__proto__', namespace: 'x', name: 'y' })],
  ])('are refused where they are %s', async (_, body) => {
    expect(await post(body, { 'x-signature': sign(body) })).toBe(400);
    expect(hints).toEqual([]);
  });

  it('are refused where they are too large, whatever they are signed with', async () => {
    const body = about({ ...web, uid: 'x'.repeat(1_000_001) });
    const status = await post(body, { 'x-signature': sign(body) }).catch(() => 413);
    expect(status).toBe(413);
    expect(hints).toEqual([]);
  });

  it('have no place for a cluster that is not configured so', async () => {
    expect(await post(upstream.body, { 'x-signature': upstream.signature }, '/flux/dev')).toBe(404);
    expect(await post(upstream.body, { 'x-signature': upstream.signature }, '/flux/')).toBe(404);
  });
});
