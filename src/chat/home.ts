import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { pause } from '../doors/time.ts';
import { slackIdSchema } from '../vocabulary/person.ts';
import type { Release } from '../vocabulary/release.ts';
import type { Directory } from './directory.ts';
import { rightsOf } from './handlers/hello.ts';
import type { ChatPorts } from './ports.ts';
import type { SlackApp } from './slack/slack-app.ts';
import { type HomeFacts, homeView } from './views/home.ts';

const openedSchema = z.object({ user: z.string(), tab: z.string() });

/** A Home tab that was opened so long ago is drawn anew only when it is opened again. */
const watchedMs = 12 * 3_600_000;
const watchedLimit = 200;
const roundMs = 500;

export interface HomePorts extends ChatPorts {
  readonly directory: Directory;
}

/** The Home tabs: drawn when they are opened, and again when something has changed that they show. */
export function createHome(
  { app, publishHome }: Pick<SlackApp, 'app' | 'publishHome'>,
  ports: HomePorts,
): { readonly run: (signal: AbortSignal) => Promise<void> } {
  const watched = new Map<string, { readonly untilMs: number; shown: string }>();

  const draw = async (user: string, known: { shown: string }, shared: Shared): Promise<void> => {
    const view = homeView(await factsOf(ports, shared, user));
    const text = JSON.stringify(view);
    if (text === known.shown) return;
    await publishHome(user, view);
    known.shown = text;
  };

  app.event('app_home_opened', async ({ event }) => {
    const { user, tab } = openedSchema.parse(event);
    if (tab !== 'home') return;
    if (watched.size >= watchedLimit) watched.delete(watched.keys().next().value ?? '');
    // What Slack shows may be older than what this process remembers.
    const known = { untilMs: ports.clock.now() + watchedMs, shown: '' };
    watched.set(user, known);
    await draw(user, known, await gather(ports));
  });

  return {
    run: async (signal) => {
      let seen = '';
      while (!signal.aborted) {
        try {
          for (const [user, { untilMs }] of watched) if (untilMs < ports.clock.now()) watched.delete(user);
          const changes = watched.size === 0 ? seen : await ports.changes();
          const shared = changes === seen ? null : await gather(ports);
          if (shared !== null) for (const [user, known] of watched) await draw(user, known, shared);
          seen = changes;
        } catch (error) {
          ports.log.warn({ err: messageOf(error) }, 'the Home tabs could not be drawn');
        }
        await pause(roundMs, signal);
      }
    },
  };
}

type Shared = Awaited<ReturnType<typeof gather>>;

/** What everybody's Home tab is drawn from. */
async function gather(ports: HomePorts) {
  const [open, last, locks, drifts, deployed, silences] = await Promise.all([
    ports.open(),
    ports.history({ limit: 100 }),
    ports.holds(),
    ports.drifts(),
    ports.catalog.deployed(),
    ports.silences(),
  ]);
  return { open, last, locks, drifts, deployed, silences, ...ports.catalog.names() };
}

async function factsOf(ports: HomePorts, shared: Shared, user: string): Promise<HomeFacts> {
  const { open, last, locks, drifts, deployed, silences, services, environments } = shared;
  const own = await ownServices(ports, user, services);
  const shown = own.length > 0 ? own : services;
  const isMine = (release: Release) => release.request.requester.user === user;
  const versionIn = (name: string, environment: string) =>
    deployed.find((each) => each.service === name && each.environment === environment)?.version ?? null;
  return {
    toApprove: open.filter((release) => canVote(release, user)),
    waiting: open.filter(isMine),
    recent: last.filter((release) => isMine(release) && !open.some(({ id }) => id === release.id)).slice(0, 5),
    locks,
    mutes: silences.filter(({ whose }) => whose.kind === 'person' && whose.user === user),
    drifts: drifts.filter(({ service }) => service === undefined || shown.includes(service)),
    environments,
    services: shown.map((name) => ({
      name,
      versions: environments.map((environment) => versionIn(name, environment)),
    })),
    own: own.length > 0,
    rights: await rightsOf(ports, slackIdSchema.parse(user)),
  };
}

/** By what was decided last; a vote is judged anew when it is cast. */
function canVote({ state, decision }: Release, user: string): boolean {
  if (state.kind !== 'held') return false;
  return (decision?.reasons ?? []).some(({ demand }) => demand?.may.includes(user) && !demand.have.includes(user));
}

async function ownServices(ports: HomePorts, user: string, services: readonly string[]): Promise<string[]> {
  const own: string[] = [];
  for (const name of services) {
    for (const owner of ports.catalog.service(name)?.owners ?? []) {
      if (!owner.startsWith('@') || own.includes(name)) continue;
      const members = await ports.directory.membersOf(owner).catch((): string[] => []);
      if (members.some((member) => member === user)) own.push(name);
    }
  }
  return own;
}
