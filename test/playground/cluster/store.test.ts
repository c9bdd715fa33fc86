import { beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, objectAt, textAt } from '../../../src/playground/cluster/json.ts';
import { createStore, type Store } from '../../../src/playground/cluster/store.ts';

const by = { manager: 'kubectl', operation: 'Update' } as const;
const map = (name: string, data: JsonObject = {}): JsonObject => ({ metadata: { name, namespace: 'shop' }, data });
let store: Store;

beforeEach(() => {
  store = createStore(() => new Date(Date.UTC(2026, 10, 24)));
});

describe('store', () => {
  it('tells everybody of writes in their order, also where a listener writes', () => {
    const heard: number[] = [];
    store.subscribe(({ kind, type }) => {
      if (kind === 'ConfigMap' && type === 'ADDED')
        store.update('ConfigMap', 'shop', 'a', by, (draft) => {
          draft['data'] = { seen: 'yes' };
        });
    });
    store.subscribe(({ version }) => heard.push(version));
    store.create('ConfigMap', map('a'), by);
    expect(heard).toHaveLength(2);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  it('writes nothing where nothing changes', () => {
    store.create('ConfigMap', map('a', { size: '1' }), by);
    const before = store.version();
    store.update('ConfigMap', 'shop', 'a', by, () => {});
    store.apply('ConfigMap', map('b'), 'flux');
    const applied = store.version();
    store.apply('ConfigMap', map('b'), 'flux');
    expect([applied - before, store.version() - applied]).toEqual([1, 0]);
  });

  it('raises the generation for the spec alone', () => {
    const deployment = { metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 1 } };
    store.create('Deployment', deployment, by);
    const generation = () => objectAt(store.get('Deployment', 'shop', 'web') ?? {}, 'metadata')['generation'];
    store.update('Deployment', 'shop', 'web', by, (draft) => {
      draft['status'] = { replicas: 1 };
    });
    expect(generation()).toBe(1);
    store.update('Deployment', 'shop', 'web', by, (draft) => {
      objectAt(draft, 'spec')['replicas'] = 2;
    });
    expect(generation()).toBe(2);
  });

  it('knows what happened since a version until it forgets', () => {
    const from = store.version();
    store.create('ConfigMap', map('a'), by);
    store.remove('ConfigMap', 'shop', 'a');
    expect(store.since(from)?.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    store.compact();
    expect(store.since(from)).toBeNull();
    expect(store.since(store.version())).toEqual([]);
  });

  it('forgets the oldest events when there are too many', () => {
    store.create('ConfigMap', map('a'), by);
    const from = store.version();
    for (let size = 0; size < 2_100; size++)
      store.update('ConfigMap', 'shop', 'a', by, (draft) => {
        draft['data'] = { size: String(size) };
      });
    expect(store.since(from)).toBeNull();
    expect(store.since(store.version() - 10)).toHaveLength(10);
  });

  it('gives every object an identity of its own', () => {
    const uid = () => textAt(store.get('ConfigMap', 'shop', 'a') ?? {}, 'metadata', 'uid');
    store.create('ConfigMap', map('a'), by);
    const first = uid();
    expect(store.create('ConfigMap', map('a'), by)).toBeNull();
    store.remove('ConfigMap', 'shop', 'a');
    store.create('ConfigMap', map('a'), by);
    expect(uid()).not.toBe(first);
  });
});
