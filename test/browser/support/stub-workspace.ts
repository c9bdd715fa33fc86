import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readBody } from '../../../src/doors/http.ts';
import { servePage } from '../../../src/playground/page/serve-page.ts';
import type { KnownBlock } from '../../../src/words/blocks.ts';

/** A message as the client API sends it. */
export interface StubMessage {
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly bot?: boolean;
  readonly username?: string;
  readonly blocks?: readonly KnownBlock[];
  readonly thread_ts?: string;
  readonly broadcast?: boolean;
  readonly reply_count?: number;
  readonly latest_reply?: string;
  readonly edited?: boolean;
  readonly ephemeral?: boolean;
  readonly reactions?: readonly { readonly name: string; readonly count: number }[];
  readonly files?: readonly { readonly title: string; readonly alt: string; readonly url: string }[];
}

export interface StubOptions {
  readonly channels: readonly { id: string; name: string; topic: string; unread: number; app?: boolean }[];
  readonly messages?: Readonly<Record<string, readonly StubMessage[]>>;
  /** Answers /panel/state; without it the panel's paths are unknown. */
  readonly panel?: () => object;
  readonly notice?: (body: Readonly<Record<string, unknown>>) => string | undefined;
}

export const users = [
  { id: 'UANA', name: 'ana', real_name: 'Ana Andersen', title: 'Developer, storefront', color: '2b7a78' },
  { id: 'UBO', name: 'bo', real_name: 'Bo Berg', title: 'Platform, approver', color: '8e44ad' },
  { id: 'UCY', name: 'cy', real_name: 'Cy Castell', title: 'Platform, approver', color: 'b9770e' },
  { id: 'UMIA', name: 'mia', real_name: 'Mia Moreau', title: 'On call', color: 'c0392b' },
  { id: 'UOTTO', name: 'otto', real_name: 'Otto Olsen', title: 'Finance, outside', color: '34495e' },
];

export const commands = [
  {
    command: '/release',
    usage_hint: 'SERVICE ENV [VERSION | BRANCH | from ENV]',
    description: 'Release, or ask what runs',
  },
  { command: '/rollback', usage_hint: 'SERVICE ENV [VERSION]', description: 'Back to the last good version' },
];

const bot = { id: 'USLUICE', name: 'sluice', real_name: 'Sluice', title: 'App', color: '0f5f8c', is_bot: true };

/** The client API of the playground, as small as the page needs it, over real HTTP: what is posted is kept, events are sent by hand. */
export async function startStubWorkspace(options: StubOptions) {
  const streams = new Map<ServerResponse, string>();
  const posted: { path: string; body: Record<string, unknown> }[] = [];
  const messages = new Map(Object.entries(options.messages ?? {}).map(([channel, list]) => [channel, [...list]]));
  let lastTs = Math.floor(Date.now() / 1000);

  const emit = (event: object, to?: string) => {
    for (const [stream, as] of streams)
      if (to === undefined || to === as) stream.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  const nextTs = () => `${++lastTs}.000100`;
  const arrive = (channel: string, message: Omit<StubMessage, 'ts'> & { ts?: string }, to?: string) => {
    const whole = { ts: message.ts ?? nextTs(), ...message };
    messages.set(channel, [...(messages.get(channel) ?? []), whole]);
    emit({ type: 'message', channel, message: whole }, to);
    return whole.ts;
  };
  const change = (channel: string, message: StubMessage) => {
    messages.set(
      channel,
      (messages.get(channel) ?? []).map((old) => (old.ts === message.ts ? message : old)),
    );
    emit({ type: 'message_changed', channel, message });
  };

  const gets: Readonly<Record<string, (query: URLSearchParams) => object | undefined>> = {
    '/client/boot': (query) => ({
      team: { id: 'T1', name: 'Acme' },
      me: query.get('as') ?? 'UANA',
      users: [...users, bot],
      channels: options.channels,
      commands,
    }),
    '/client/history': (query) => {
      const list = messages.get(query.get('channel') ?? '') ?? [];
      const root = ({ ts, thread_ts, broadcast }: StubMessage) =>
        thread_ts === undefined || thread_ts === ts || broadcast;
      return { messages: list.filter((each) => !each.ephemeral && root(each)) };
    },
    '/client/thread': (query) => {
      const list = messages.get(query.get('channel') ?? '') ?? [];
      return { messages: list.filter(({ ts, thread_ts }) => [ts, thread_ts].includes(query.get('ts') ?? '')) };
    },
    '/panel/state': () => options.panel?.(),
  };
  const posts: Readonly<Record<string, (body: Record<string, unknown>) => object>> = {
    '/client/say': (body) => {
      const text = String(body['text']);
      const thread = typeof body['thread_ts'] === 'string' ? { thread_ts: body['thread_ts'] } : {};
      if (!text.startsWith('/')) arrive(String(body['channel']), { user: String(body['as']), text, ...thread });
      return answer(options.notice?.(body));
    },
    '/client/act': (body) => answer(options.notice?.(body)),
    '/client/view/submit': ({ as, given }) => {
      if (JSON.stringify(given) === '{}') return { ok: false, errors: { why: 'Please complete this required field.' } };
      emit({ type: 'views', modal: null, home: null }, String(as));
      return answer();
    },
    '/client/view/close': ({ as }) => {
      emit({ type: 'views', modal: null, home: null }, String(as));
      return answer();
    },
    '/client/view/suggest': ({ text }) => ({
      options: ['web', 'wiki', 'api']
        .filter((name) => name.startsWith(String(text)))
        .map((name) => ({ text: { type: 'plain_text', text: name }, value: name })),
    }),
    '/client/view/act': () => answer(),
    '/client/read': () => answer(),
    '/panel/do': (body) => ({ ok: true, message: `Done: ${JSON.stringify(body)}` }),
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (servePage(request, response)) return;
    if (url.pathname === '/client/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(':\n\n');
      streams.set(response, url.searchParams.get('as') ?? '');
      response.on('close', () => streams.delete(response));
      return;
    }
    if (request.method === 'POST') {
      const body = JSON.parse(String(await readBody(request)));
      posted.push({ path: url.pathname, body });
      return json(response, posts[url.pathname]?.(body));
    }
    return json(response, gets[url.pathname]?.(url.searchParams));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    posted,
    emit,
    arrive,
    change,
    /** Ends every stream, as a restarted playground would. */
    dropStreams: () => {
      for (const stream of streams.keys()) stream.destroy();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(notice?: string) {
  return { ok: notice === undefined, ...(notice === undefined ? {} : { notice }) };
}

function json(response: ServerResponse, body: object | undefined): void {
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { error: 'not found' }));
}
