import type { JsonObject } from './message.ts';

export interface OpenView {
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly view: JsonObject;
}

/** The modals that people have in front of them, newest last. */
export type Views = ReturnType<typeof createViews>;

export function createViews(now: () => number, newId: () => string) {
  const open = new Map<string, OpenView>();
  return {
    open(user: string, view: JsonObject): OpenView {
      const opened = { id: `V${newId()}`, user, hash: `${Math.floor(now() / 1000)}.${newId()}`, view };
      open.set(opened.id, opened);
      return opened;
    },
    of: (user: string) => [...open.values()].filter((view) => view.user === user),
    close: (id: string) => void open.delete(id),
  };
}
