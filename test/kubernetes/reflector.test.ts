import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/doors/time.ts';
import { openCluster } from '../../src/kubernetes/clusters.ts';
import type { Change } from '../../src/kubernetes/held.ts';
import { type Reflector, startReflector } from '../../src/kubernetes/reflector.ts';
import { kubeconfigFor, startTinyApi, type TinyApi } from '../support/tiny-api.ts';

const path = '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations';
const bounds = {
  watchMs: 1_000,
  watchGraceMs: 300,
  answerMs: 20_000,
  shortestPauseMs: 10,
  longestPauseMs: 100,
  forbiddenPauseMs: 100,
};

let folder: string;
let api: TinyApi;
let reflector: Reflector;
let changes: Change<string>[];
let vanished: boolean;
/** What a reader of the changes holds: must always become what the server holds. */
const held = () => {
  const names = new Map<string, string>();
  for (const { kind, key, value } of changes) kind === 'deleted' ? names.delete(key) : names.set(key, value);
  return [...names.values()].sort();
};
const patience = { timeout: 25_000, interval: 10 };
const seen = (expected: readonly string[]) => vi.waitFor(() => expect(held()).toEqual(expected), patience);
const put = (name: string) => api.put({ kind: 'Kustomization', metadata: { namespace: 'flux', name } });
const remove = (name: string) => api.remove('Kustomization', 'flux', name);

function begin(pageSize = 500): void {
  changes = [];
  vanished = false;
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  reflector = startReflector<string>({
    api: openCluster({ kubeconfig }),
    path,
    keep: (raw) =>
      typeof raw === 'object' && raw !== null ? (/"name":"([^"]+)"/.exec(JSON.stringify(raw))?.[1] ?? null) : null,
    onChanges: (more) => changes.push(...more),
    onStatus: () => {},
    onVanished: () => {
      vanished = true;
    },
    clock: systemClock,
    random: Math.random,
    bounds: { ...bounds, pageSize },
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-reflector-'));
  api = await startTinyApi();
  put('a');
  put('b');
});
afterEach(async () => {
  reflector.stop();
  await reflector.done;
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const watching = () => vi.waitFor(() => expect(api.watching('kustomizations')).toBe(1), patience);

describe('a reflector', () => {
  test('lists in pages, then watches', async () => {
    for (const name of ['c', 'd', 'e']) put(name);
    begin(2);
    await seen(['a', 'b', 'c', 'd', 'e']);
    expect(api.requests.filter((each) => each.includes('limit=2'))).toHaveLength(3);
    await watching();
    put('f');
    remove('a');
    await seen(['b', 'c', 'd', 'e', 'f']);
    // A watch that a busy machine ends late is stale for a moment.
    await vi.waitFor(() => expect(reflector.status()).toMatchObject({ synced: true, staleSince: null }), patience);
  });

  test('goes on where it was after the server ended the watch, without listing again', async () => {
    begin();
    await watching();
    put('c');
    await seen(['a', 'b', 'c']);
    api.end();
    put('d');
    await seen(['a', 'b', 'c', 'd']);
    expect(api.requests.filter((each) => each.includes('limit='))).toHaveLength(1);
  });

  test('loses nothing when streams are cut again and again', async () => {
    begin();
    for (let round = 0; round < 20; round += 1) {
      await watching();
      put(`n${String(round).padStart(2, '0')}`);
      api.cut();
      if (round > 0) remove(`n${String(round - 1).padStart(2, '0')}`);
    }
    await seen(['a', 'b', 'n19']);
  });

  test.each([
    ['as an answer', false],
    ['inside the stream', true],
  ])('lists again and tells deletions when its version is gone, %s', async (_how, goneInStream) => {
    begin();
    await seen(['a', 'b']);
    await watching();
    api.faults.goneInStream = goneInStream;
    api.faults.watch = 503;
    api.cut();
    remove('a');
    put('c');
    api.compact();
    delete api.faults.watch;
    await seen(['b', 'c']);
    expect(changes.filter(({ kind }) => kind === 'deleted').map(({ value }) => value)).toEqual(['a']);
    // What did not change is not told again.
    expect(changes.filter(({ value }) => value === 'b')).toHaveLength(1);
  });

  test('survives 503 on the list and on the watch, and says since when it is stale', async () => {
    api.faults.list = 503;
    begin();
    await vi.waitFor(() => expect(reflector.status().because).toContain('503'), patience);
    delete api.faults.list;
    await seen(['a', 'b']);
    await watching();
    api.faults.watch = 503;
    api.cut();
    await vi.waitFor(() => expect(reflector.status().staleSince).not.toBeNull(), patience);
    put('c');
    delete api.faults.watch;
    await seen(['a', 'b', 'c']);
    expect(reflector.status().staleSince).toBeNull();
  });

  test('notices a connection that is open but dead', async () => {
    api.faults.halfOpen = true;
    begin();
    await watching();
    put('c');
    api.faults.halfOpen = false;
    await seen(['a', 'b', 'c']);
  });

  test('comes back after a 401, as a token is read again', async () => {
    api.faults.list = 401;
    begin();
    await vi.waitFor(() => expect(reflector.status().because).toContain('401'), patience);
    delete api.faults.list;
    await seen(['a', 'b']);
  });

  test('says which right is missing, and watches once it is granted', async () => {
    api.faults.refused = { kustomizations: 403 };
    begin();
    await vi.waitFor(() => expect(reflector.status()).toMatchObject({ forbidden: true }), patience);
    api.faults.refused = {};
    await seen(['a', 'b']);
    expect(reflector.status().forbidden).toBe(false);
  });

  test('ends when the kind is not served any more', async () => {
    begin();
    await seen(['a', 'b']);
    await watching();
    api.faults.refused = { kustomizations: 404 };
    api.cut();
    await reflector.done;
    expect(vanished).toBe(true);
    expect(held()).toEqual([]);
  });
});
