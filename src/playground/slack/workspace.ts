import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Clock } from '../../doors/time.ts';
import { createCalls } from './calls.ts';
import { createClientApi } from './client-api.ts';
import { createCommands } from './commands.ts';
import { type Company, createCompany, teamUrlOf } from './company.ts';
import { createControl } from './control.ts';
import { createEvents } from './events.ts';
import { createFaults } from './faults.ts';
import { createFeed } from './feed.ts';
import { createFiles } from './files.ts';
import { createInteractions } from './interactions.ts';
import { createInvitations } from './invite.ts';
import { installApp } from './manifest.ts';
import { createPeople } from './people.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRequests } from './requests.ts';
import { createResponseUrls } from './response-urls.ts';
import { type WorkspaceSeed, workspaceSeedSchema } from './seed.ts';
import { createSockets } from './sockets.ts';
import { createStateFile, readState } from './state-file.ts';
import { createStore, type Store } from './store.ts';
import { newTokens, type Tokens } from './tokens.ts';
import type { Transport } from './transport.ts';
import { createTriggers } from './triggers.ts';
import { createViewInteractions } from './view-interactions.ts';
import { createViews } from './views.ts';
import { createWebApi } from './web-api.ts';

export interface WorkspaceOptions {
  readonly port?: number;
  readonly host?: string;
  /** The app's manifest: its commands, scopes and events are what it may do here. */
  readonly manifest: object;
  readonly seed: WorkspaceSeed;
  readonly clock: Clock;
  /** Where messages and tokens are kept between two starts; without it nothing is. */
  readonly file?: string;
  /** Divides Slack's waits: 3 s for an acknowledgement or a modal, 1 and 5 minutes before a retry. */
  readonly speed?: number;
  /** False lets an app post as fast as it can. */
  readonly rateLimits?: boolean;
  readonly tokens?: Tokens;
  /** Told of what went wrong here: the file cannot be written, a method broke. */
  readonly onError?: (error: unknown) => void;
}

export type SlackWorkspace = Awaited<ReturnType<typeof createWorkspace>>;

const newId = () => randomBytes(6).toString('hex').toUpperCase().slice(0, 10);

/** A Slack workspace of one company with one app, served over HTTP and WebSocket until `close`. Rejects where the port is taken. */
export async function createWorkspace(options: WorkspaceOptions) {
  const { clock, speed = 1, host = '127.0.0.1' } = options;
  const seed = workspaceSeedSchema.parse(options.seed);
  const installed = installApp(options.manifest);
  const company = createCompany(seed, installed);
  const kept = options.file === undefined ? null : readState(options.file);
  const tokens = options.tokens ?? kept?.tokens ?? newTokens(company.app.id);
  for (const [channel, members] of Object.entries(kept?.members ?? {})) company.setMembers(channel, members);
  const store = createStore({ clock, kept: kept ?? undefined });
  const files = createFiles(kept?.files);
  for (const user of company.users()) if (store.all(`D${user.id.slice(1)}`).length > 0) company.openIm(user.id);
  if (kept === null) plant(store, seed, company.bot.id, clock);

  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  let enabled = true;
  let url = '';
  const onState = () => {
    feed.appChanged();
    changed();
  };
  const ackTimeoutMs = 3_000 / speed;
  const verificationToken = randomBytes(12).toString('hex');
  const { signingSecret } = tokens;
  const sockets = createSockets({ appId: company.app.id, ackTimeoutMs, onState });
  const requests = createRequests({ installed, signingSecret, verificationToken, clock, ackTimeoutMs, onState });
  const transport: Transport = installed.socketMode ? sockets : requests;
  const triggers = createTriggers(clock, speed);
  const views = createViews(clock.now, newId);
  const feed = createFeed({ company, store, views, connected: transport.connected });
  const responseUrls = createResponseUrls({ baseUrl: () => url, clock, company, store, newId });
  const ports = {
    company,
    installed,
    store,
    triggers,
    responseUrls,
    transport,
    verificationToken,
    clock,
    speed,
    newId,
  };
  const events = createEvents(ports);
  const people = createPeople({
    company,
    store,
    events,
    command: createCommands(ports),
    invite: createInvitations({ company, store, events }),
    act: createInteractions(ports),
  });
  const windows = createViewInteractions({ ...ports, views, nextTs: store.nextTs });
  views.onChange(changed);
  const faults = createFaults();
  const rateLimits = createRateLimits(clock, options.rateLimits ?? true);
  const calls = createCalls(clock.now, changed);
  const teamUrl = teamUrlOf(company);
  const workspace = { company, installed, store, files, triggers, views, teamUrl, ticketUrl: sockets.ticketUrl, newId };
  const webApi = createWebApi({ workspace, tokens, enabled: () => enabled, faults, rateLimits, responseUrls, calls });
  const handle = createClientApi({ company, installed, store, files, people, feed, windows, events });

  const { file } = options;
  const state = () => ({
    ...{ version: 1 as const, tokens, messages: [...store.kept().messages], read: store.kept().read },
    files: files.kept(),
    members: membersOf(company),
  });
  const stateFile = file === undefined ? null : createStateFile(file, state, options.onError ?? (() => {}));
  store.onChange(() => {
    stateFile?.touch();
    changed();
  });

  const server = createServer((request, response) => {
    if (handle(request, response)) return;
    webApi(request, response).catch((error) => {
      options.onError?.(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end('{"ok":false,"error":"internal_error"}');
    });
  });
  server.on('upgrade', sockets.upgrade);
  url = await listen(server, options.port ?? 0, host);
  await stateFile?.flush();

  return {
    url,
    apiUrl: `${url}/api/`,
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret,
    /** Serves the page's API below /client/ in somebody else's server; false where the path is not ours. */
    handle,
    control: createControl({
      ...{
        company,
        store,
        people,
        events,
        sockets,
        requests,
        transport,
        faults,
        rateLimits,
        calls,
        views,
        windows,
        listeners,
      },
      setEnabled: (on) => {
        enabled = on;
      },
    }),
    async close(): Promise<void> {
      events.stop();
      feed.close();
      await sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await stateFile?.flush();
    },
  };
}

/** Who is in which channel, for the next start. */
function membersOf(company: Company): Record<string, string[]> {
  const channels = company.channels().filter(({ kind }) => kind !== 'im');
  return Object.fromEntries(channels.map(({ id, members }) => [id, [...members]]));
}

/** What was said before anybody looked, oldest first. */
function plant(store: Store, seed: ReturnType<typeof workspaceSeedSchema.parse>, bot: string, clock: Clock): void {
  const said = seed.channels.flatMap(({ id, messages }) => messages.map((message) => ({ channel: id, ...message })));
  for (const { channel, user, text, minutesAgo } of said.toSorted((a, b) => b.minutesAgo - a.minutesAgo))
    store.post({ channel, user, bot: user === bot, text }, clock.now() - minutesAgo * 60_000);
  for (const { id } of seed.channels) for (const user of seed.users) store.markRead(user.id, id);
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`);
    });
  });
}
