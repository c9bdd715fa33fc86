import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { createDispatch } from '../../src/dispatch/dispatch.ts';
import type { Batch, LaneGitops } from '../../src/dispatch/ports.ts';
import type { QueueSettings } from '../../src/dispatch/queue.ts';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { createPulse } from '../../src/doors/telemetry.ts';
import { pause, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { commitShaSchema } from '../../src/vocabulary/change.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { aDecision, anArtifact, aPlace, aPlan, sha } from '../support/builders.ts';
import { noArtifacts, silent } from './fake-ledger.ts';

/** What a process is told on its command line. */
export interface Orders {
  readonly url: string;
  /** The remote: a file with one line for each commit, `<commit> <release>`. */
  readonly remote: string;
  /** A step of the work at which the process ends itself the hard way. */
  readonly kill?: string;
  /** How long the remote takes for a push. */
  readonly pushMs?: number;
  /** Default: as in production. */
  readonly queue?: Partial<QueueSettings>;
}

type Pushed = Awaited<ReturnType<Batch['push']>>;

const first = sha('0e');

function commitsOf(remote: string): { commit: string; release: string }[] {
  if (!existsSync(remote)) return [];
  const lines = readFileSync(remote, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [commit = '', release = ''] = line.split(' ');
    return { commit, release };
  });
}

/** Nobody else looks or writes meanwhile, in whatever process. */
async function locked<T>(remote: string, act: () => T): Promise<T> {
  const folder = `${remote}.lock`;
  for (;;) {
    try {
      mkdirSync(folder);
    } catch {
      await pause(1);
      continue;
    }
    try {
      return act();
    } finally {
      rmdirSync(folder);
    }
  }
}

/** A remote that several processes share; its push is a compare-and-swap, as git's lease is. */
export function gitopsOn({ remote, pushMs = 0 }: Orders): LaneGitops {
  const head = () => commitShaSchema.parse(commitsOf(remote).at(-1)?.commit ?? first);
  const begin = (_lane: unknown, base: string): Batch => {
    const mine: { commit: string; release: string }[] = [];
    return {
      prefetch: async () => {},
      readPlaces: async () => ({ kind: 'found', placed: { version: '1.4.1' } }),
      commit: async ({ id }) => {
        const commit = sha((commitsOf(remote).length + mine.length + 1).toString(16).padStart(40, 'c'));
        mine.push({ commit, release: id });
        return { kind: 'committed', commit };
      },
      push: async () => {
        await pause(pushMs);
        return locked<Pushed>(remote, () => {
          if (head() !== base) return { kind: 'behind' };
          appendFileSync(remote, mine.map(({ commit, release }) => `${commit} ${release}\n`).join(''));
          return { kind: 'pushed', head: head() };
        });
      },
    };
  };
  return {
    begin,
    fetch: async () => ({ kind: 'fetched', head: head() }),
    isAncestor: async (_repository, ancestor, descendant) => {
      const shas = [String(first), ...commitsOf(remote).map(({ commit }) => commit)];
      return shas.includes(ancestor) && shas.indexOf(ancestor) <= shas.indexOf(descendant);
    },
    written: async () =>
      new Map(commitsOf(remote).map(({ commit, release }) => [release, commitShaSchema.parse(commit)])),
  };
}

function planOf({ request }: Pick<Release, 'request'>) {
  const { service } = request;
  return aPlan({
    artifact: anArtifact({ service }),
    from: { version: '1.4.1' },
    places: [aPlace({ path: `apps/production/${service}/kustomization.yaml` })],
    head: first,
  });
}

async function serve(orders: Orders): Promise<void> {
  const redis = openRedis({ url: orders.url }, 'commands', () => {});
  await whenReady(redis, 20_000);
  const clock = systemClock;
  const ledger = createLedger({ redis, clock });
  const dispatch = createDispatch({
    ...ledger,
    ...noArtifacts,
    clustersOf: (environment) => [environment],
    redisUrl: orders.url,
    queue: orders.queue ?? {},
    clock,
    log: silent,
    pulse: createPulse(clock),
    plan: async (request) => ({ kind: 'planned', plan: planOf({ request }) }),
    decide: async () => aDecision(),
    gitops: gitopsOn(orders),
    afterPush: () => {},
    laneRefused: async () => {},
    laneUnreachable: async () => {},
    at: (step) => {
      process.send?.(step);
      if (step === orders.kill) process.kill(process.pid, 'SIGKILL');
    },
  });
  await dispatch.start();
  process.send?.('started');
}

const [, entry, orders] = process.argv;
if (entry === import.meta.filename && orders !== undefined) await serve(JSON.parse(orders));
