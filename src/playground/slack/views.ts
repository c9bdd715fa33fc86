import { withIds } from './block-limits.ts';
import { isObject } from './block-rules.ts';
import type { Company } from './company.ts';
import type { JsonObject } from './message.ts';

export interface OpenView {
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly view: JsonObject;
}

/** What was filled in, by block and element. */
export type ViewValues = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** The modals that people have in front of them, newest last. */
export type Views = ReturnType<typeof createViews>;

export function createViews(now: () => number, newId: () => string, onChange: (user: string) => void) {
  const open = new Map<string, OpenView>();
  return {
    open(user: string, view: JsonObject): OpenView {
      const blocks = Array.isArray(view['blocks']) ? withIds(view['blocks'].filter(isObject), newId) : [];
      const hash = `${Math.floor(now() / 1000)}.${newId()}`;
      const opened = { id: `V${newId()}`, user, hash, view: { ...view, blocks } };
      open.set(opened.id, opened);
      onChange(user);
      return opened;
    },
    of: (user: string) => [...open.values()].filter((view) => view.user === user),
    close(id: string): void {
      const user = open.get(id)?.user;
      if (open.delete(id) && user !== undefined) onChange(user);
    },
  };
}

/** A modal as apps get it. */
export function wireView({ id, hash, view }: OpenView, { app, team }: Company, values: ViewValues = {}): JsonObject {
  return {
    ...{ private_metadata: '', callback_id: '', external_id: '', clear_on_close: false, notify_on_close: false },
    ...{ submit: null, close: null, ...view, id, hash, team_id: team.id, app_id: app.id, bot_id: app.botId },
    ...{ app_installed_team_id: team.id, root_view_id: id, previous_view_id: null, state: { values } },
  };
}
