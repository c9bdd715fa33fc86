import { withIds } from './block-limits.ts';
import { isObject } from './block-rules.ts';
import type { JsonObject } from './message.ts';

export interface OpenView {
  readonly id: string;
  readonly user: string;
  readonly root: string;
  readonly previous: string | null;
  readonly hash: string;
  readonly view: JsonObject;
}

type Opened = OpenView | { readonly error: string };

/** A stack of modals is three high at most. */
const stackLimit = 3;

/** The modals that people have in front of them, and their Home tabs. */
export type Views = ReturnType<typeof createViews>;

export function createViews(now: () => number, newId: () => string) {
  const stacks = new Map<string, readonly OpenView[]>();
  const homes = new Map<string, OpenView>();
  const listeners = new Set<(user: string) => void>();
  const tell = (user: string) => listeners.forEach((listener) => void listener(user));
  const stackOf = (user: string) => stacks.get(user) ?? [];
  const keep = (user: string, stack: readonly OpenView[]) => {
    if (stack.length === 0) stacks.delete(user);
    else stacks.set(user, stack);
    tell(user);
  };
  const hash = () => `${Math.floor(now() / 1000)}.${newId()}`;
  const made = (user: string, view: JsonObject, below: OpenView | undefined): OpenView => {
    const id = `V${newId()}`;
    return { id, user, root: below?.root ?? id, previous: below?.id ?? null, hash: hash(), view: named(view, newId) };
  };
  const find = (id: string) => [...stacks.values()].flat().find((view) => view.id === id);
  return {
    /** A new stack; what was open before is gone. */
    open(user: string, view: JsonObject): OpenView {
      const opened = made(user, view, undefined);
      keep(user, [opened]);
      return opened;
    },
    push(user: string, view: JsonObject): Opened {
      const stack = stackOf(user);
      if (stack.length >= stackLimit) return { error: 'push_limit_reached' };
      const opened = made(user, view, stack.at(-1));
      keep(user, [...stack, opened]);
      return opened;
    },
    /** What is in the inputs stays where block and action have the same ids. */
    update(id: string, view: JsonObject, expected?: string): Opened {
      const before = find(id);
      if (before === undefined) return { error: 'not_found' };
      if (expected !== undefined && expected !== before.hash) return { error: 'hash_conflict' };
      const after = { ...before, hash: hash(), view: named(view, newId) };
      keep(
        before.user,
        stackOf(before.user).map((each) => (each.id === id ? after : each)),
      );
      return after;
    },
    publish(user: string, view: JsonObject, expected?: string): Opened {
      const before = homes.get(user);
      if (expected !== undefined && before !== undefined && expected !== before.hash) return { error: 'hash_conflict' };
      const id = before?.id ?? `V${newId()}`;
      const home = { id, user, root: id, previous: null, hash: hash(), view: named(view, newId) };
      homes.set(user, home);
      tell(user);
      return home;
    },
    find: (id: string): OpenView | undefined => find(id) ?? [...homes.values()].find((home) => home.id === id),
    /** The stack of one person, the one in front last. */
    of: stackOf,
    home: (user: string): OpenView | undefined => homes.get(user),
    /** Closes one modal, or the whole stack it is in. */
    close(id: string, all = false): void {
      const view = find(id);
      if (view === undefined) return;
      keep(view.user, all ? [] : stackOf(view.user).filter((each) => each.id !== id));
    },
    onChange: (listener: (user: string) => void): void => void listeners.add(listener),
  };
}

/** A view as Slack keeps it. */
function named(view: JsonObject, newId: () => string): JsonObject {
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
  return { ...view, blocks: withIds(blocks, newId) };
}
