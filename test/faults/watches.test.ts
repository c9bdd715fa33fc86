import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/doors/time.ts';
import { openCluster } from '../../src/kubernetes/clusters.ts';
import { defaultBounds } from '../../src/kubernetes/list-watch.ts';
import { type Reflector, startReflector } from '../../src/kubernetes/reflector.ts';
import { seeded } from '../support/seeded.ts';
import { kubeconfigFor, startTinyApi, type TinyApi } from '../support/tiny-api.ts';

/** WATCH_FAULTS=1000 for a long run. */
const count = Number(process.env['WATCH_FAULTS'] ?? 120);
const seed = Number(process.env['FAULT_SEED'] ?? 1);
/** So many clusters at once, as a half-open connection takes its time to be noticed. */
const clusters = 10;

const bounds = {
  pageSize: 3,
  answerMs: 300,
  watchMs: 1_000,
  watchGraceMs: 50,
  shortestPauseMs: 2,
  longestPauseMs: 20,
  forbiddenPauseMs: 20,
};

const objectSchema = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ number: z.number() }) });

/** One cluster, the reflector that watches it, and somebody who follows what the reflector tells. */
interface Watched {
  readonly api: TinyApi;
  readonly reflector: Reflector;
  readonly random: () => number;
  /** Creates, changes and deletes a few objects. */
  readonly change: () => void;
  readonly missed: () => string[];
  /** Settles when a request has met the fault. */
  readonly bumped: () => Promise<void>;
}

/** Goes wrong and, except for what ends by itself, is put right again; `change` may be called at any moment. */
type Fault = (watched: Watched) => Promise<void> | void;

/** Refuses for a while what comes after a cut. */
function refusing(what: 'list' | 'watch', status: number, compacted = what === 'list'): Fault {
  return async ({ api, change, bumped }) => {
    api.faults[what] = status;
    api.cut();
    change();
    if (compacted) api.compact();
    await bumped();
    change();
    delete api.faults[what];
  };
}

const errorEvent = (code: number) =>
  `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message: `status ${code}` } })}\n`;

const faults: Readonly<Record<string, Fault>> = {
  'stream cut': ({ api, change }) => {
    api.cut();
    change();
  },
  'stream ended': ({ api, change }) => {
    api.end();
    change();
  },
  '410 on open': ({ api, change }) => {
    api.cut();
    change();
    api.compact();
  },
  '410 in the stream': ({ api, change }) => {
    change();
    api.compact();
    api.write(errorEvent(410));
    api.end();
  },
  '500 in the stream': ({ api, change }) => {
    api.write(errorEvent(500));
    change();
  },
  '503 on watch': refusing('watch', 503),
  '503 on list': refusing('list', 503),
  '401 on watch': refusing('watch', 401),
  '401 on list': refusing('list', 401),
  '403 for a while': refusing('list', 403),
  '429 on watch': refusing('watch', 429),
  'refused until it lists again': async ({ api, change, bumped }) => {
    api.faults.goneAs = 500;
    api.cut();
    change();
    api.compact();
    await bumped();
  },
  'half-open': ({ api, change }) => {
    api.silence();
    change();
  },
  'opened half-open': async ({ api, change }) => {
    api.faults.halfOpen = true;
    api.cut();
    await open(api);
    change();
    delete api.faults.halfOpen;
  },
  'no answer': async ({ api, change }) => {
    const before = api.requests.length;
    api.faults.mute = true;
    api.cut();
    await vi.waitFor(() => expect(api.requests.length).toBeGreaterThan(before), { timeout: 8_000, interval: 2 });
    change();
    delete api.faults.mute;
  },
  'garbage line': ({ api, change }) => {
    change();
    api.write('<html><body>502 Bad Gateway</body></html>\n');
    change();
  },
  'half a line': ({ api, change }) => {
    api.write('{"type":"MODIFIED","object":{"kind":"Kusto');
    api.cut();
    change();
  },
  'list broken off': async ({ api, change, bumped }) => {
    api.faults.cutList = true;
    api.cut();
    change();
    api.compact();
    await bumped();
    delete api.faults.cutList;
  },
  'next page gone': async ({ api, change, bumped }) => {
    for (let more = 0; more < 3; more += 1) change();
    api.faults.nextPage = 410;
    api.cut();
    api.compact();
    if (api.objects().length > bounds.pageSize) await bumped();
    change();
    delete api.faults.nextPage;
  },
  'past told again': async ({ api, change, random }) => {
    change();
    api.tellPast(random);
    change();
  },
  'past told again after a list': async ({ api, change, random }) => {
    api.cut();
    change();
    api.compact();
    await open(api);
    api.tellPast(random);
    change();
    api.tellPast(random);
  },
  'deleted while away': async ({ api, change, bumped }) => {
    api.faults.watch = 503;
    api.cut();
    for (const { metadata } of api.objects()) api.remove('Kustomization', metadata.namespace, metadata.name);
    change();
    api.compact();
    await bumped();
    delete api.faults.watch;
  },
};

const open = (api: TinyApi) =>
  vi.waitFor(() => expect(api.watching('kustomizations')).toBe(1), { timeout: 8_000, interval: 2 });

async function watch(random: () => number, kubeconfig: string): Promise<Watched> {
  const api = await startTinyApi();
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  const held = new Map<string, number>();
  const inconsistent: string[] = [];
  let number = 0;
  const put = (name: string) => {
    number += 1;
    api.put({ kind: 'Kustomization', metadata: { namespace: 'flux', name }, spec: { number } });
  };
  put('first');
  const reflector = startReflector({
    api: openCluster({ kubeconfig }),
    path: '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations',
    keep: (raw) => objectSchema.safeParse(raw).data ?? null,
    onChanges: (changes) => {
      for (const { kind, key, value } of changes) {
        if (held.has(key) === (kind === 'added')) inconsistent.push(`${key} was ${kind} at the wrong time`);
        if (kind === 'deleted') held.delete(key);
        else held.set(key, value.spec.number);
      }
    },
    onStatus: () => {},
    onVanished: () => inconsistent.push('the kind was taken for gone'),
    clock: systemClock,
    random: Math.random,
    bounds,
  });
  return {
    api,
    reflector,
    random,
    change: () => {
      for (let more = Math.floor(random() * 4); more >= 0; more -= 1) {
        const name = `n${Math.floor(random() * 8)}`;
        if (random() < 0.35) api.remove('Kustomization', 'flux', name);
        else put(name);
      }
    },
    missed: () => {
      const there = api.objects().map((object) => objectSchema.parse(object));
      const wrong = there.filter(({ metadata, spec }) => held.get(`flux/${metadata.name}`) !== spec.number);
      const extra = [...held.keys()].filter((key) => !there.some(({ metadata }) => `flux/${metadata.name}` === key));
      return [...wrong.map(({ metadata }) => metadata.name), ...extra, ...inconsistent];
    },
    bumped: async () => {
      const before = api.met();
      await vi.waitFor(() => expect(api.met()).toBeGreaterThan(before), { timeout: 8_000, interval: 2 });
    },
  };
}

let folder: string;
const all: Watched[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-watches-'));
  for (let index = 0; index < clusters; index += 1)
    all.push(await watch(seeded(seed * 1_000 + index), join(folder, `kubeconfig-${index}`)));
});
afterAll(async () => {
  for (const { reflector } of all) reflector.stop();
  await Promise.all(all.map(({ reflector }) => reflector.done));
  await Promise.all(all.map(({ api }) => api.close()));
  rmSync(folder, { recursive: true, force: true });
});

test('whatever happens to a watch, the last state of every object is told', async () => {
  const names = Object.keys(faults);
  const met = new Map<string, number>();
  const missed: string[] = [];
  const through = async (watched: Watched, share: number): Promise<void> => {
    for (let index = 0; index < share; index += 1) {
      // Each of them in every cluster in turn, where there are enough.
      const name = names[(index * clusters + all.indexOf(watched)) % names.length] ?? '';
      await open(watched.api);
      watched.change();
      await faults[name]?.(watched);
      met.set(name, (met.get(name) ?? 0) + 1);
      await vi
        .waitFor(() => expect(watched.missed()).toEqual([]), { timeout: 8_000, interval: 2 })
        .catch(() => missed.push(`${name}: ${watched.missed().join(', ')}`));
      delete watched.api.faults.goneAs;
    }
  };
  await Promise.all(all.map((watched) => through(watched, Math.ceil(count / clusters))));
  expect(missed).toEqual([]);
  expect([...met.keys()].toSorted()).toEqual(names.toSorted());
  // What was told last may have come by a list, with its watch still to be opened.
  for (const { reflector } of all)
    await vi.waitFor(() => expect(reflector.status()).toMatchObject({ synced: true, staleSince: null }), 8_000);
  if (process.env['WATCH_FAULTS'] !== undefined)
    process.stdout.write(
      `${[...met.values()].reduce((a, b) => a + b)} faults: ${JSON.stringify(Object.fromEntries(met))}\n`,
    );
}, 600_000);

test('a connection that is dead but open is seen within a minute, and a server that is back within five seconds', () => {
  expect(defaultBounds.watchMs * 1.1 + defaultBounds.watchGraceMs).toBeLessThanOrEqual(60_000);
  expect(defaultBounds.longestPauseMs).toBeLessThanOrEqual(5_000);
});
