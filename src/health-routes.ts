import type { Route } from './doors/http.ts';

/** `/healthz`: whether any round is late, and which. `/readyz`: whether commands can be taken now. */
export function healthRoutes(late: () => readonly string[], ready: () => boolean): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      handle: () => (late().length === 0 ? { status: 200, body: 'ok' } : { status: 503, body: { late: late() } }),
    },
    {
      method: 'GET',
      path: '/readyz',
      handle: () => (ready() ? { status: 200, body: 'ready' } : { status: 503, body: 'not ready' }),
    },
  ];
}
