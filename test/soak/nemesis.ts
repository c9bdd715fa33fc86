import { pause } from '../../src/doors/time.ts';
import { commitFromOutside } from '../../src/playground/outside.ts';
import { askServer, type RedisServer } from '../support/redis-server.ts';
import type { Fleet } from './fleet.ts';
import { services } from './fleet.ts';
import type { Replicas } from './replicas.ts';

export interface Victims {
  readonly fleet: Fleet;
  readonly redis: RedisServer;
  readonly replicas: Replicas;
  readonly random: () => number;
  /** Replicas that may be killed or restarted now. */
  readonly mortal: () => readonly string[];
}

/** Trouble of one kind for so long; everything is whole again when it resolves. */
type Trouble = (victims: Victims, forMs: number) => Promise<void>;

const slack =
  (begin: (control: Fleet['workspace']['control'], forMs: number) => void): Trouble =>
  async ({ fleet: { workspace } }, forMs) => {
    begin(workspace.control, forMs);
    await pause(forMs);
    workspace.control.clearFaults();
  };

const pick = <T>(all: readonly T[], random: () => number): T => all[Math.floor(random() * all.length)] as T;

/** A handful of clusters, as a network that fails takes more than one. */
const someClusters = ({ fleet, random }: Victims) =>
  [...fleet.clusters.values()].filter(() => random() < 5 / fleet.clusters.size);

export const troubles = {
  'kill -9 of a replica': async ({ replicas, random, mortal }, forMs) => {
    const name = pick(mortal(), random);
    await replicas.kill(name);
    await pause(forMs / 4);
    await replicas.start(name);
  },
  'pause of a replica': async ({ replicas, random }, forMs) => {
    const name = pick(replicas.names(), random);
    replicas.signal(name, 'SIGSTOP');
    await pause(forMs);
    replicas.signal(name, 'SIGCONT');
  },
  'rolling restart': async ({ replicas, mortal }) => {
    for (const name of mortal()) await replicas.replace(name);
  },
  'kill -9 of Redis': async ({ redis }, forMs) => {
    await redis.kill();
    await pause(forMs / 2);
    await redis.restart();
  },
  'slow Redis': async ({ redis }, forMs) => {
    for (let paused = 0; paused < forMs; paused += 1_000) {
      await askServer(redis.url, 'CLIENT', 'PAUSE', 500, 'ALL');
      await pause(1_000);
    }
  },
  'Git remote away': async ({ fleet: { git } }, forMs) => {
    git.stop();
    await pause(forMs);
    git.start();
  },
  'commits from outside': async ({ fleet: { git } }, forMs) => {
    for (let passed = 0; passed < forMs; passed += 500) {
      commitFromOutside(git, 'another file', 'web', 'place-01');
      await pause(500);
    }
  },
  'Slack answers 429': slack((control) => control.fail('*', { status: 429, retryAfterSeconds: 2, times: 100_000 })),
  'Slack answers 503': slack((control) => control.fail('*', { status: 503, times: 100_000 })),
  'Slack answers 500 to what it has done': slack((control) =>
    control.fail('*', { status: 500, after: true, times: 100_000 }),
  ),
  'Slack hangs': slack((control) => control.hang('*', { times: 100_000 })),
  'Slack is slow': slack((control) => control.delay('*', 700, { times: 100_000 })),
  'clusters cut off': async (victims, forMs) => {
    const cut = someClusters(victims);
    for (const cluster of cut) cluster.cutOff(true);
    await pause(forMs);
    for (const cluster of cut) cluster.cutOff(false);
  },
  'watches dropped': async (victims) => {
    for (const cluster of someClusters(victims)) cluster.dropWatches();
  },
  'watches expired': async (victims) => {
    for (const cluster of someClusters(victims)) cluster.expire();
  },
  'pods that crash': async (victims, forMs) => {
    const all = [...victims.fleet.clusters.values()];
    for (let count = 0; count < 3; count += 1) pick(all, victims.random).crashNext(pick(services, victims.random));
    await pause(forMs);
  },
} as const satisfies Record<string, Trouble>;

export type TroubleName = keyof typeof troubles;

/** What may make a command fail that was typed meanwhile: whoever typed it is told. */
export const excuses: ReadonlySet<TroubleName> = new Set<TroubleName>([
  'kill -9 of a replica',
  'pause of a replica',
  'kill -9 of Redis',
  'slow Redis',
]);

/** One trouble after another, chosen by chance, with rests between them, until it is told to stop. */
export function startNemesis(
  victims: Victims,
  names: readonly TroubleName[],
  pace: { readonly longestMs: number; readonly restMs: number },
) {
  const { random } = victims;
  const counts = new Map<TroubleName, number>();
  const broken: string[] = [];
  const ending = new AbortController();
  let present = 'rest';
  const working = (async () => {
    await pause(pace.restMs, ending.signal);
    while (!ending.signal.aborted) {
      const name = pick(names, random);
      present = name;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      const trouble: Trouble = troubles[name];
      await trouble(victims, pace.longestMs * (0.1 + 0.9 * random())).catch((error: unknown) =>
        broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`),
      );
      present = 'rest';
      await pause(pace.restMs * (0.5 + random()), ending.signal);
    }
  })();
  return {
    present: () => present,
    counts: (): ReadonlyMap<TroubleName, number> => counts,
    /** What did not come to its end as it should. */
    broken: (): readonly string[] => broken,
    /** Resolves when everything is whole again. */
    stop: async (): Promise<void> => {
      ending.abort();
      await working;
    },
  };
}
