import { click } from '../../src/chat/handlers/buttons.ts';
import { endHolds, setHold } from '../../src/chat/handlers/holds.ts';
import { acceptRelease } from '../../src/chat/handlers/release.ts';
import type { Asker, ChatPorts } from '../../src/chat/ports.ts';
import { createDecision } from '../../src/decision/decision.ts';
import { consider } from '../../src/dispatch/consider.ts';
import { runLane } from '../../src/dispatch/lane.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';
import type { Person, UserId } from '../../src/vocabulary/person.ts';
import type { Release, ReleaseId } from '../../src/vocabulary/release.ts';
import { noSlack, somePorts } from '../chat/chat-office.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aClock, aHealthyRecord, aLane, aPerson } from '../support/builders.ts';
import { startRedisWithClient } from '../support/redis.ts';
import { seeded } from '../support/seeded.ts';
import type { Source } from './source.ts';
import { sourceInMemory } from './source-in-memory.ts';

export type Gate = Awaited<ReturnType<typeof openGate>>;

/** Members of the workspace; `second` is ana's other account, the last ones are nobody. */
export const people = {
  ana: aPerson('ana'),
  second: aPerson('second', { email: 'Ana@Example.com' }),
  bo: aPerson('bo'),
  cy: aPerson('cy'),
  dee: aPerson('dee'),
  eve: aPerson('eve'),
  mia: aPerson('mia'),
  bot: aPerson('bot'),
  guest: aPerson('guest'),
  gone: aPerson('gone'),
} as const satisfies Record<string, Person>;
export type Name = keyof typeof people;
const nobodies: readonly UserId[] = [people.bot, people.guest, people.gone].map(({ user }) => user);

/** Which of them Slack lists in which group: also those who are nobody. */
export const groups: Readonly<Record<string, readonly Name[]>> = {
  '@developers': ['ana', 'bo', 'second'],
  '@platform': ['bo', 'cy', 'dee', 'second', 'bot', 'guest', 'gone'],
  '@storefront': ['ana', 'cy'],
};

/** What may be wrong with the facts. */
export type Trouble = 'policy' | 'directory' | 'record' | 'clock';

/**
 * Everything between a command and a commit, as it is in the app: handlers, record on a real Redis, decisions, lane. Slack's
 * directory, `sluice.yaml` and the remote are here to be changed at any moment, and the clock to be moved.
 */
export async function openGate(open: (redis: Redis) => Source = sourceInMemory) {
  const { server, redis } = await startRedisWithClient();
  const clock = aClock();
  const ledger = createLedger({ redis, clock });
  const source = open(redis);
  let directory = new Map<string, UserId[]>();
  const left = new Set<UserId>();
  const troubles = new Set<Trouble>();
  const due: string[] = [];
  let payloads = 0;

  const need = (trouble: Trouble) => {
    if (troubles.has(trouble)) throw new Retryable(`${trouble} cannot be read`);
  };
  const snapshot = async (fresh: boolean): Promise<Snapshot> =>
    troubles.has('policy') ? { kind: 'unreadable', because: 'no route' } : source.snapshot(fresh);
  const person = async (user: UserId): Promise<Person | null> => {
    need('directory');
    if (nobodies.includes(user) || left.has(user)) return null;
    return Object.values(people).find((each) => each.user === user) ?? null;
  };
  const decision = createDecision({
    ...ledger,
    clock,
    snapshot,
    person,
    membersOf: async (handle) => {
      need('directory');
      return directory.get(handle) ?? [];
    },
    healthy: async (_service, environment) => (environment === 'staging' ? [aHealthyRecord(['staging'])] : []),
    healthyTimes: async () => [],
    drifts: async () => [],
    artifact: async () => null,
    confirmed: async () => !troubles.has('record') && ledger.confirmed(),
    clockSkew: async () => (troubles.has('clock') ? 'the clock is an hour ahead' : null),
  });
  const chat: ChatPorts = {
    ...somePorts().ports,
    ...ledger,
    slack: noSlack,
    clock,
    log: silent,
    decision,
    nudge: (work) => void due.push(work),
  };
  const considering = {
    ...ledger,
    clock,
    plan: source.plan,
    decide: decision.decide,
    clockSkew: async () => null,
    nudge: (work: string) => void due.push(work),
  };
  const asker = async (name: Name): Promise<Asker | null> => {
    const known = await person(people[name].user).catch(() => null);
    payloads += 1;
    return known === null
      ? null
      : { person: known, timeZone: 'UTC', asked: { channel: 'C0' }, payload: `payload ${payloads}` };
  };

  const look = async () => {
    for (const { id, state } of await ledger.open())
      if (state.kind === 'requested' || state.kind === 'held') await consider(considering, id);
  };
  const write = () =>
    runLane(
      {
        ...ledger,
        log: silent,
        plan: source.plan,
        decide: decision.decide,
        gitops: source.gitops,
        afterPush: () => {},
        laneRefused: async () => {},
        laneUnreachable: async () => {},
        isStopped: async () => false,
        reviewOf: () => undefined,
        stopLane: async () => {},
        pause: async () => {},
        clock,
        steady: clock,
        random: () => 0.5,
      },
      aLane,
      new AbortController().signal,
    );

  return {
    server,
    redis,
    ledger,
    clock,
    decision,
    troubles,
    left,
    /** Everything as on the first day. */
    reset: async () => {
      await redis.flushall();
      clock.move(60_000);
      await source.reset(redis);
      directory = new Map(
        Object.entries(groups).map(([handle, names]) => [handle, names.map((name) => people[name].user)]),
      );
      left.clear();
      troubles.clear();
      await ledger.confirm('test');
    },
    setPolicy: source.setPolicy,
    commitOutside: source.commitOutside,
    landed: source.landed,
    inGroup: (handle: string) => directory.get(handle) ?? [],
    setGroup: (handle: string, users: readonly UserId[]) => void directory.set(handle, [...users]),
    release: (id: ReleaseId) => ledger.release(id),
    /** Asked for as by a typed command; null where the person is nobody. */
    ask: async (name: Name, service = 'web', version = '1.4.2'): Promise<Release | null> => {
      clock.move(1_000);
      const by = await asker(name);
      if (by === null) return null;
      const wanted = { kind: 'named', name: version } as const;
      const target = { kind: 'release', service, environment: 'production', wanted } as const;
      return (await acceptRelease(chat, by, target)).release ?? null;
    },
    /** A click on a button with any value; false where the person is nobody. */
    click: async (name: Name, action: string, value: string): Promise<boolean> => {
      clock.move(1_000);
      const by = await asker(name);
      if (by === null) return false;
      await click({ ...chat, directory: { membersOf: async () => [] } }, by, action, value, async () => false);
      return true;
    },
    lock: async (name: Name, scope: { service?: string; environment?: string }) => {
      const by = await asker(name);
      if (by !== null) await setHold(chat, by, { kind: 'lock', ...scope, because: 'audit' });
    },
    unlock: async (name: Name, scope: { service?: string; environment?: string }) => {
      const by = await asker(name);
      if (by !== null) await endHolds(chat, by, 'lock', scope);
    },
    look,
    write,
    settle: async () => {
      for (let round = 0; round < 3; round += 1) {
        await look();
        await write();
      }
    },
    close: async () => {
      source.close();
      redis.disconnect();
      await server.close();
    },
  };
}

/** How many seeded cases: FAULT_CASES=1000 for a long run. */
const cases = Number(process.env['FAULT_CASES'] ?? 30);

/** Seeded choices, so that a case that fails can be played again: FAULT_SEED=17 plays it alone. */
export function* seeds(): Generator<{ readonly seed: number; readonly pick: <T>(of: readonly T[]) => T }> {
  const alone = process.env['FAULT_SEED'];
  const [first, last] = alone === undefined ? [1, cases] : [Number(alone), Number(alone)];
  for (let seed = first; seed <= last; seed += 1) {
    const random = seeded(seed);
    const pick = <T>(of: readonly T[]): T => {
      const chosen = of[Math.floor(random() * of.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    };
    yield { seed, pick };
  }
}
