import { z } from 'zod';
import type { Company, User } from './company.ts';
import type { Events } from './events.ts';
import type { ViewInteractions } from './view-interactions.ts';

const given = z.record(z.string(), z.unknown()).default({});
const target = { as: z.string(), view: z.string(), block_id: z.string(), action_id: z.string() };
const bodies = {
  '/client/view/submit': z.object({ as: z.string(), view: z.string(), given }),
  '/client/view/close': z.object({ as: z.string(), view: z.string() }),
  '/client/view/act': z.object({ ...target, chosen: z.unknown(), given }),
  '/client/view/suggest': z.object({ ...target, text: z.string().max(500), given }),
  '/client/home': z.object({ as: z.string(), channel: z.string() }),
} as const;

type Reply = { readonly status: number; readonly body: object };

/** What the page says of modals and the Home tab; null for other paths. */
export function createWindowRoutes(ports: {
  readonly company: Company;
  readonly windows: ViewInteractions;
  readonly events: Events;
}) {
  const { company, windows, events } = ports;
  const routes: Readonly<Record<keyof typeof bodies, (user: User, body: unknown) => Promise<object>>> = {
    '/client/view/submit': (user, body) => {
      const { view, given: values } = bodies['/client/view/submit'].parse(body);
      return windows.submit(user, view, values);
    },
    '/client/view/close': (user, body) => windows.close(user, bodies['/client/view/close'].parse(body).view),
    '/client/view/act': (user, body) => {
      const { view, block_id, action_id, chosen, given: values } = bodies['/client/view/act'].parse(body);
      return windows.act(user, view, { blockId: block_id, actionId: action_id, chosen }, values);
    },
    '/client/view/suggest': async (user, body) => {
      const { view, block_id, action_id, text, given: values } = bodies['/client/view/suggest'].parse(body);
      const found = await windows.suggest(user, view, { blockId: block_id, actionId: action_id, text }, values);
      return { ok: true, options: found };
    },
    '/client/home': async (user, body) => {
      events.homeOpened(user.id, bodies['/client/home'].parse(body).channel);
      return { ok: true };
    },
  };
  const isRoute = (path: string): path is keyof typeof bodies => Object.hasOwn(bodies, path);

  return async (path: string, payload: unknown): Promise<Reply | null> => {
    if (!isRoute(path)) return null;
    const body = bodies[path].safeParse(payload);
    if (!body.success) return { status: 400, body: { ok: false, error: z.prettifyError(body.error) } };
    const user = company.user(body.data.as);
    if (user === undefined || user.deleted || user.is_bot)
      return { status: 403, body: { ok: false, error: 'user_not_found' } };
    return { status: 200, body: await routes[path](user, body.data) };
  };
}
