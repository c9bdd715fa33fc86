import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Api, startApi } from '../../../src/playground/cluster/api.ts';
import { type JsonObject, objectsAt, textAt, toJsonObject } from '../../../src/playground/cluster/json.ts';
import { createRights } from '../../../src/playground/cluster/rights.ts';
import { createStore, type Store } from '../../../src/playground/cluster/store.ts';
import { collect } from './repository.ts';

const by = { manager: 'kube-controller-manager', operation: 'Update' } as const;
const until = { timeout: 2_000, interval: 10 };
const token = 'a-token';
const maps = '/api/v1/namespaces/shop/configmaps';
let store: Store;
let rights: ReturnType<typeof createRights>;
let api: Api;

beforeEach(async () => {
  store = createStore(() => new Date());
  rights = createRights();
  api = await startApi({ store, rights, token, host: '127.0.0.1', port: 0, onHook: () => {} });
});
afterEach(() => api.close());

async function call(method: string, path: string, body?: object, type = 'application/json') {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { code: response.status, text, body: text.startsWith('{') ? toJsonObject(JSON.parse(text)) : {} };
}

async function watch(path: string) {
  const headers = { authorization: `Bearer ${token}` };
  return collect(await fetch(`${api.url}${path}`, { headers })).seen;
}

const map = (name: string, data: JsonObject = {}, labels?: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', ...(labels === undefined ? {} : { labels }) },
  data,
});
const names = (body: JsonObject) => objectsAt(body, 'items').map((each) => textAt(each, 'metadata', 'name'));
const apply = (manager: string, data: JsonObject, force = false) =>
  call('PATCH', `${maps}/a?fieldManager=${manager}&force=${force}`, map('a', data), 'application/apply-patch+yaml');

describe('the API of the cluster', () => {
  it('creates, reads, replaces and deletes', async () => {
    expect(await call('POST', maps, map('a', { size: '1' }))).toMatchObject({ code: 201 });
    expect(await call('POST', maps, map('a'))).toMatchObject({ code: 409, body: { reason: 'AlreadyExists' } });
    const { body } = await call('GET', `${maps}/a`);
    expect(body).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { size: '1' } });
    expect(await call('PUT', `${maps}/a`, { ...body, data: { size: '2' } })).toMatchObject({ code: 200 });
    expect(await call('PUT', `${maps}/a`, { ...body, data: { size: '3' } })).toMatchObject({
      code: 409,
      body: { reason: 'Conflict' },
    });
    expect(await call('DELETE', `${maps}/a`)).toMatchObject({ code: 200 });
    expect(await call('GET', `${maps}/a`)).toMatchObject({ code: 404, body: { reason: 'NotFound' } });
  });

  it('applies by server side: no field is taken from another manager without force', async () => {
    expect((await apply('flux', { size: '1', colour: 'red' })).code).toBe(201);
    expect((await apply('kubectl', { colour: 'red' })).code).toBe(200);
    expect(await apply('kubectl', { colour: 'blue' })).toMatchObject({
      code: 409,
      body: { reason: 'Conflict', message: 'Apply failed with 1 conflict: conflict with "flux"' },
    });
    const forced = await apply('kubectl', { colour: 'blue' }, true);
    expect(forced).toMatchObject({ code: 200, body: { data: { size: '1', colour: 'blue' } } });
    const owners = objectsAt(forced.body, 'metadata', 'managedFields').map((each) => [
      each['manager'],
      each['fieldsV1'],
    ]);
    expect(owners).toEqual([
      ['flux', { 'f:data': { 'f:size': {} } }],
      ['kubectl', { 'f:data': { 'f:colour': {} } }],
    ]);
  });

  it.each([
    ['labelSelector=tier%3Dfront', ['a']],
    ['labelSelector=tier%21%3Dfront', ['b', 'c']],
    ['labelSelector=tier', ['a', 'b']],
    ['labelSelector=%21tier', ['c']],
    ['labelSelector=tier+in+(front,back)', ['a', 'b']],
    ['labelSelector=tier+notin+(front)', ['b', 'c']],
    ['fieldSelector=metadata.name%3Db', ['b']],
    ['fieldSelector=metadata.name%21%3Db', ['a', 'c']],
  ])('lists what is selected by %s', async (query, expected) => {
    store.create('ConfigMap', map('a', {}, { tier: 'front' }), by);
    store.create('ConfigMap', map('b', {}, { tier: 'back' }), by);
    store.create('ConfigMap', map('c'), by);
    expect(names((await call('GET', `${maps}?${query}`)).body)).toEqual(expected);
  });

  it('tells a watch with a selector of objects that come into it and leave it', async () => {
    const from = store.version();
    const seen = await watch(`${maps}?watch=true&resourceVersion=${from}&labelSelector=tier%3Dfront`);
    const label = (tier: string) =>
      store.update('ConfigMap', 'shop', 'a', by, (draft) => {
        draft['metadata'] = { ...toJsonObject(draft['metadata']), labels: { tier } };
      });
    store.create('ConfigMap', map('a', {}, { tier: 'back' }), by);
    label('front');
    store.update('ConfigMap', 'shop', 'a', by, (draft) => {
      draft['data'] = { size: '2' };
    });
    label('back');
    label('front');
    store.remove('ConfigMap', 'shop', 'a');
    await vi.waitFor(() => expect(seen).toHaveLength(5), until);
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'DELETED']);
  });

  it('ends a watch after timeoutSeconds and sends bookmarks where they are wanted', async () => {
    const response = await fetch(`${api.url}${maps}?watch=true&timeoutSeconds=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { seen, done } = collect(response);
    await done;
    expect(seen).toEqual([]);
  });

  it('has no streaming lists', async () => {
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    expect(await call('GET', `${maps}?${query}`)).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
  });

  it.each([
    ['crashed', { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } }, 200, /TypeError.*\n.*\n/],
    ['runs', { restartCount: 0, state: { running: {} }, ready: true }, 200, /starting web 1\.4\.2\n(.*\n)*ready\n$/],
    [
      'was never pulled',
      { restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } },
      400,
      /waiting to start/,
    ],
  ])('reads the log of a pod that %s', async (_, status, code, expected) => {
    const spec = { containers: [{ name: 'web', image: 'registry.acme.test/web:1.4.2' }] };
    const pod = { metadata: { name: 'web-1', namespace: 'shop' }, spec };
    store.create('Pod', { ...pod, status: { containerStatuses: [{ name: 'web', ...status }] } }, by);
    const path = '/api/v1/namespaces/shop/pods/web-1/log';
    const log = await call('GET', `${path}?container=web`);
    expect(log.code).toBe(code);
    expect(log.text).toMatch(expected);
    if (code === 200) expect((await call('GET', `${path}?tailLines=1`)).text.trim().split('\n')).toHaveLength(1);
    expect((await call('GET', `${path}?container=nobody`)).code).toBe(400);
  });

  it.each([
    ['an unknown kind', 'GET', '/apis/example.com/v1/things', 404],
    ['an unknown subresource', 'GET', '/api/v1/namespaces/shop/configmaps/a/shell', 404],
    ['a path with dots', 'GET', '/api/v1/namespaces/../../etc', 404],
    ['a method that does not exist', 'PATCH', maps, 404],
  ])('refuses %s', async (_, method, path, code) => {
    store.create('ConfigMap', map('a'), by);
    expect((await call(method, path, method === 'PATCH' ? {} : undefined)).code).toBe(code);
  });

  it('refuses a body that is no object, and one that is too large', async () => {
    const post = (body: string) =>
      fetch(`${api.url}${maps}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
    expect((await post('{')).status).toBe(400);
    expect((await post('[]')).status).toBe(400);
    expect((await post(`"${'x'.repeat(3_100_000)}"`)).status).toBe(413);
  });
});

describe('rights', () => {
  const review = (resourceAttributes: object) =>
    call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    });

  it('are told to whoever asks, and hold for what is tried', async () => {
    rights.deny([
      { verb: 'list', resource: 'pods' },
      { verb: 'get', resource: 'pods/log' },
    ]);
    expect(await review({ verb: 'watch', resource: 'pods' })).toMatchObject({
      code: 201,
      body: { kind: 'SelfSubjectAccessReview', status: { allowed: true } },
    });
    expect((await review({ verb: 'list', resource: 'pods' })).body['status']).toEqual({ allowed: false });
    expect((await review({ verb: 'get', resource: 'pods', subresource: 'log' })).body['status']).toEqual({
      allowed: false,
    });
    expect(await review({})).toMatchObject({ code: 422 });
    expect(await call('GET', '/api/v1/pods')).toMatchObject({
      code: 403,
      body: {
        reason: 'Forbidden',
        message:
          'pods is forbidden: User "system:serviceaccount:sluice:sluice" cannot list resource "pods" in API group "" at the cluster scope',
      },
    });
    expect(await call('GET', '/api/v1/namespaces/shop/pods/a/log')).toMatchObject({ code: 403 });
    expect(await call('GET', '/api/v1/namespaces/shop/pods/a')).toMatchObject({ code: 404 });
    expect(await call('GET', '/apis/authorization.k8s.io/v1')).toMatchObject({
      body: { resources: [{ name: 'selfsubjectaccessreviews', verbs: ['create'] }] },
    });
  });
});
