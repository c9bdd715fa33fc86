import { castVote } from '../../src/chat/handlers/votes.ts';
import type { ChatPorts } from '../../src/chat/ports.ts';
import { createDecision } from '../../src/decision/decision.ts';
import { consider } from '../../src/dispatch/consider.ts';
import { runLane } from '../../src/dispatch/lane.ts';
import type { PlanRequest } from '../../src/dispatch/ports.ts';
import { openRedis, whenReady } from '../../src/doors/redis.ts';
import { pause, systemClock } from '../../src/doors/time.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Person } from '../../src/vocabulary/person.ts';
import { releaseIdSchema } from '../../src/vocabulary/release.ts';
import { noSlack, somePorts } from '../chat/chat-office.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { gitopsOn } from '../dispatch/process.ts';
import {
  aHealthyRecord,
  aLane,
  anArtifact,
  aPlace,
  aPlan,
  aReadFile,
  bo,
  cy,
  sha,
  someFacts,
} from '../support/builders.ts';

/** One click of one person, at a moment that all processes know. */
export interface Click {
  readonly who: 'bo' | 'cy';
  readonly vote: 'approve' | 'reject';
  readonly release: string;
}

export type Order =
  | { readonly kind: 'click'; readonly atMs: number; readonly clicks: readonly Click[] }
  | { readonly kind: 'look'; readonly releases: readonly string[] };

/** One of several replicas: clicks when it is told to, then takes the releases as far as they go, like all others. */
async function serve(url: string, remote: string): Promise<void> {
  const redis = openRedis({ url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  const clock = systemClock;
  const ledger = createLedger({ redis, clock });
  const file = aReadFile();
  const who: Readonly<Record<Click['who'], Person>> = { bo, cy };
  const decision = createDecision({
    ...ledger,
    clock,
    snapshot: async () => file,
    membersOf: async (handle) => someFacts().members.get(handle) ?? [],
    person: async (user) => ({ user, name: user, email: `${user}@example.com` }),
    healthy: async () => [aHealthyRecord(['staging'])],
    healthyTimes: async () => [],
    artifact: async () => null,
    clockSkew: async () => null,
  });
  const plan: PlanRequest = async ({ service }) => {
    const places = [aPlace({ path: `apps/production/${service}/kustomization.yaml` })];
    const made = aPlan({ artifact: anArtifact({ service }), from: { version: '1.4.1' }, places, head: sha('0e') });
    return { kind: 'planned', plan: made };
  };
  const nudge = () => {};
  const chat: ChatPorts = {
    ...somePorts().ports,
    ...ledger,
    slack: noSlack,
    clock,
    log: silent,
    decision,
    nudge,
  };
  const considering = { ...ledger, clock, plan, decide: decision.decide, clockSkew: async () => null, nudge };
  const lane = {
    ...ledger,
    log: silent,
    plan,
    decide: decision.decide,
    gitops: gitopsOn({ url, remote }),
    afterPush: nudge,
    laneRefused: async () => {},
    laneUnreachable: async () => {},
    isStopped: async () => false,
    reviewOf: () => undefined,
    stopLane: async () => {},
    pause,
    clock,
    steady: clock,
    random: Math.random,
  };
  const obey = async (order: Order): Promise<void> => {
    if (order.kind === 'click') {
      await pause(Math.max(0, order.atMs - Date.now()));
      await Promise.all(
        order.clicks.map(async ({ who: name, vote, release }) => {
          const asker = { person: who[name], timeZone: 'UTC', asked: { channel: 'C0' }, payload: '' };
          const seen = await ledger.release(releaseIdSchema.parse(release));
          if (seen !== null) await castVote(chat, asker, seen, { vote });
        }),
      );
      return;
    }
    for (const id of order.releases) await consider(considering, releaseIdSchema.parse(id)).catch(() => {});
    await runLane(lane, aLane, new AbortController().signal);
  };
  process.on('message', (order: Order) => void obey(order).then(() => process.send?.('done')));
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

const [, entry, url, remote] = process.argv;
if (entry === import.meta.filename && url !== undefined && remote !== undefined) await serve(url, remote);
