import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody } from '../../doors/http.ts';
import { requestUrl } from '../request-url.ts';
import { readJson } from './arguments.ts';
import { clientMessage } from './client-message.ts';
import type { Channel, Company, User } from './company.ts';
import type { Events } from './events.ts';
import type { Feed } from './feed.ts';
import { type Files, mimetypeOf } from './files.ts';
import { inviteCommand } from './invite.ts';
import type { InstalledApp } from './manifest.ts';
import type { People } from './people.ts';
import type { Store } from './store.ts';
import type { ViewInteractions } from './view-interactions.ts';
import { createWindowRoutes } from './window-routes.ts';

const newest = 300;

const sayBody = z.object({ as: z.string(), channel: z.string(), thread_ts: z.string().optional(), text: z.string() });
const actBody = z.object({
  as: z.string(),
  channel: z.string(),
  ts: z.string(),
  block_id: z.string().optional(),
  action_id: z.string(),
  selected_option: z.object({ value: z.string() }).optional(),
});
const readBodySchema = z.object({ as: z.string(), channel: z.string() });

interface Ports {
  readonly company: Company;
  readonly installed: InstalledApp;
  readonly store: Store;
  readonly files: Files;
  readonly people: People;
  readonly feed: Feed;
  readonly windows: ViewInteractions;
  readonly events: Events;
}

type Reply = { readonly status: number; readonly body: object };
const refuse = (status: number, error: string): Reply => ({ status, body: { ok: false, error } });

/** The API of the page below /client/. Answers only to a page that this very server delivered; returns false for other paths. */
export function createClientApi(ports: Ports) {
  const { company, store, people } = ports;
  const windowRoutes = createWindowRoutes(ports);

  function boot(asked: string | null): Reply {
    const humans = company.users().filter(({ is_bot, deleted }) => !is_bot && !deleted);
    const me = humans.find(({ id, name }) => id === asked || name === asked?.toLowerCase()) ?? humans[0];
    if (me === undefined) return refuse(404, 'user_not_found');
    // An app can be opened before it has written anything: its Home tab is there.
    company.openIm(me.id);
    const channels = company.channels().filter(({ members }) => members.has(me.id));
    return {
      status: 200,
      body: {
        team: { id: company.team.id, name: company.team.name },
        me: me.id,
        users: [...humans, company.bot].map(({ id, name, real_name, title, color, is_bot }) => ({
          ...{ id, name, real_name, title, color: `#${color.replace('#', '')}` },
          ...(is_bot ? { bot: true, is_bot: true } : {}),
        })),
        channels: channels.map(({ id, name, topic, kind, members }) => ({
          ...{ id, name, topic, unread: store.unread(me.id, id), app: members.has(company.bot.id) },
          ...(kind === 'public' ? {} : { [kind]: true }),
        })),
        commands: [...ports.installed.commands, inviteCommand].map(({ command, usage_hint, description }) => ({
          command,
          usage_hint,
          description,
        })),
        groups: company.groups().map(({ id, handle }) => ({ id, handle })),
      },
    };
  }

  function see(query: URLSearchParams, list: (user: User, channel: Channel) => object): Reply {
    const user = company.user(query.get('as') ?? '');
    const channel = company.channel(query.get('channel') ?? '');
    if (user === undefined || channel === undefined || !channel.members.has(user.id))
      return refuse(403, 'not_in_channel');
    return { status: 200, body: list(user, channel) };
  }

  const sees =
    (user: User) =>
    ({ reader }: { readonly reader?: string | undefined }) =>
      reader === undefined || reader === user.id;

  const history = (query: URLSearchParams) =>
    see(query, (user, channel) => {
      const messages = store.shown(channel.id).filter(sees(user)).slice(-newest);
      return { messages: messages.map((message) => clientMessage(message, store)) };
    });

  const thread = (query: URLSearchParams) =>
    see(query, (user, channel) => {
      const ts = query.get('ts') ?? '';
      const root = store.find(channel.id, ts);
      const messages = [...(root === undefined ? [] : [root]), ...store.replies(channel.id, ts)].filter(sees(user));
      return { messages: messages.map((message) => clientMessage(message, store)) };
    });

  async function post(path: string, payload: unknown): Promise<Reply> {
    if (path === '/client/say') {
      const said = sayBody.safeParse(payload);
      if (!said.success) return refuse(400, z.prettifyError(said.error));
      return {
        status: 200,
        body: await people.say(said.data.as, said.data.channel, said.data.text, said.data.thread_ts),
      };
    }
    if (path === '/client/act') {
      const act = actBody.safeParse(payload);
      if (!act.success) return refuse(400, z.prettifyError(act.error));
      const { as, channel, ts, block_id, action_id, selected_option } = act.data;
      const element = { ts, actionId: action_id, blockId: block_id, selected: selected_option?.value };
      return { status: 200, body: await people.act(as, channel, element) };
    }
    const windowReply = await windowRoutes(path, payload);
    if (windowReply !== null) return windowReply;
    if (path !== '/client/read') return refuse(404, 'not_found');
    const read = readBodySchema.safeParse(payload);
    if (!read.success) return refuse(400, z.prettifyError(read.error));
    store.markRead(read.data.as, read.data.channel);
    ports.feed.read(read.data.as, read.data.channel);
    return { status: 200, body: { ok: true } };
  }

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (request.method === 'GET') {
      const routes: Readonly<Record<string, () => Reply>> = {
        '/client/boot': () => boot(url.searchParams.get('as')),
        '/client/history': () => history(url.searchParams),
        '/client/thread': () => thread(url.searchParams),
      };
      if (url.pathname.startsWith('/client/file/')) return sendFile(response, ports.files, url.pathname.slice(13));
      if (url.pathname === '/client/events') return ports.feed.open(url.searchParams.get('as') ?? '', response);
      return send(response, routes[url.pathname]?.() ?? refuse(404, 'not_found'));
    }
    // A form of a foreign page cannot have this type without asking first, and nobody here would say yes.
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
      return send(response, refuse(415, 'use_json'));
    const body = await readBody(request);
    send(response, body === null ? refuse(413, 'too_large') : await post(url.pathname, readJson(body.toString())));
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = requestUrl(request);
    if (!url.pathname.startsWith('/client/')) return false;
    if (!isOwnPage(request.headers)) send(response, refuse(403, 'foreign_page'));
    else answer(request, response, url).catch(() => send(response, refuse(500, 'internal_error')));
    return true;
  };
}

/** On this machine, and asked by no page but our own: neither a foreign site nor a name that was pointed at us may drive people here. */
function isOwnPage({ host = '', origin, 'sec-fetch-site': site }: IncomingMessage['headers']): boolean {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host)) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  return site === undefined || site === 'same-origin' || site === 'none';
}

function sendFile(response: ServerResponse, files: Files, id: string): void {
  const file = files.find(id);
  const bytes = Buffer.from(file?.base64 ?? '', 'base64');
  response.writeHead(file === undefined ? 404 : 200, {
    'content-type': mimetypeOf(file?.name ?? ''),
    'content-length': bytes.length,
    'cache-control': 'private, max-age=3600',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}

function send(response: ServerResponse, { status, body }: Reply): void {
  if (response.headersSent) return void response.end();
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
