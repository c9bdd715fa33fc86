import type { ServerResponse } from 'node:http';
import { clientMessage } from './client-message.ts';
import type { Company } from './company.ts';
import type { Change, Store } from './store.ts';
import type { Views } from './views.ts';

const heartbeatMs = 15_000;
const kinds = { posted: 'message', changed: 'message_changed', deleted: 'message_deleted' } as const;

/** Server-sent events to open pages: each sees what its person may see. */
export type Feed = ReturnType<typeof createFeed>;

export function createFeed(ports: {
  readonly company: Company;
  readonly store: Store;
  readonly views: Views;
  readonly connected: () => number;
}) {
  const { company, store } = ports;
  const pages = new Map<ServerResponse, string>();
  const heartbeat = setInterval(() => pages.forEach((_, page) => void page.write(':\n\n')), heartbeatMs).unref();

  const tell = (page: ServerResponse, event: object) => void page.write(`data: ${JSON.stringify(event)}\n\n`);
  const unread = (user: string, channel: string) => ({ type: 'unread', channel, unread: store.unread(user, channel) });
  const appState = () => ({ type: 'app_state', connected: ports.connected() > 0 });

  store.onChange(({ kind, message }: Change) => {
    const { channel, ts, reader, thread_ts, broadcast } = message;
    const root = thread_ts === undefined || kind === 'changed' ? undefined : store.find(channel, thread_ts);
    for (const [page, user] of pages) {
      if (company.channel(channel)?.members.has(user) !== true || (reader !== undefined && reader !== user)) continue;
      tell(page, {
        type: kinds[kind],
        channel,
        ts,
        ...(kind === 'deleted' ? {} : { message: clientMessage(message, store) }),
      });
      if (reader !== undefined) continue;
      // The root's count of replies is another now.
      if (root !== undefined)
        tell(page, { type: 'message_changed', channel, ts: root.ts, message: clientMessage(root, store) });
      if (kind !== 'changed' && (thread_ts === undefined || broadcast === true)) tell(page, unread(user, channel));
    }
  });

  const shownViews = (user: string) => ({ type: 'views', ...viewsOf(ports.views, user) });
  ports.views.onChange((user) => {
    for (const [page, each] of pages) if (each === user) tell(page, shownViews(user));
  });

  return {
    open(user: string, page: ServerResponse): void {
      page.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      page.write('retry: 1000\n\n');
      tell(page, appState());
      tell(page, shownViews(user));
      pages.set(page, user);
      page.on('close', () => pages.delete(page));
    },
    /** Other pages of the same person forget the mark, too. */
    read(user: string, channel: string): void {
      for (const [page, each] of pages) if (each === user) tell(page, unread(user, channel));
    },
    appChanged: () => pages.forEach((_, page) => void tell(page, appState())),
    close(): void {
      clearInterval(heartbeat);
      for (const page of pages.keys()) page.end();
    },
  };
}

/** What a person has in front of them: the modal on top and the Home tab. */
function viewsOf(views: Views, user: string) {
  const top = views.of(user).at(-1);
  const home = views.home(user);
  const shown = (view: typeof top) => (view === undefined ? null : { id: view.id, hash: view.hash, view: view.view });
  return { modal: shown(top), home: shown(home) };
}
