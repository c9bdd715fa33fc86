import type { ListedObject } from './list-watch.ts';
import { isNotAfter } from './resource-version.ts';

export type Change<T> =
  | { readonly kind: 'added' | 'changed'; readonly key: string; readonly value: T }
  | { readonly kind: 'deleted'; readonly key: string; readonly value: T };

interface Remembered<T> {
  readonly version: string;
  readonly value: T;
}

/** So many deletions are remembered, so that what is told late of a deleted object does not bring it back. */
const graves = 1_000;

/** The copy of one kind: takes lists and events, and says what they change. What is older than what is known changes nothing. */
export function createHeld<T>() {
  const held = new Map<string, Remembered<T>>();
  const deleted = new Map<string, string>();
  let listed = '';

  const take = ({
    key,
    version,
    value,
    deleted: gone,
  }: ListedObject<T> & { readonly deleted: boolean }): Change<T>[] => {
    const before = held.get(key);
    if (isNotAfter(version, before?.version ?? deleted.get(key) ?? listed)) return [];
    if (gone || value === null) {
      held.delete(key);
      bury(key, version);
      return before === undefined ? [] : [{ kind: 'deleted', key, value: before.value }];
    }
    deleted.delete(key);
    held.set(key, { version, value });
    return [{ kind: before === undefined ? 'added' : 'changed', key, value }];
  };
  const bury = (key: string, version: string): void => {
    deleted.delete(key);
    deleted.set(key, version);
    const [oldest] = deleted.keys();
    if (deleted.size > graves && oldest !== undefined) deleted.delete(oldest);
  };

  return {
    /** Makes what is held equal to a full list of this version. */
    list: (version: string, objects: readonly ListedObject<T>[]): Change<T>[] => {
      const changes: Change<T>[] = [];
      const seen = new Set<string>();
      listed = version;
      deleted.clear();
      for (const { key, version: own, value } of objects) {
        if (value === null) continue;
        seen.add(key);
        const before = held.get(key);
        if (before?.version === own) continue;
        held.set(key, { version: own, value });
        changes.push({ kind: before === undefined ? 'added' : 'changed', key, value });
      }
      for (const [key, { value }] of held) {
        if (seen.has(key)) continue;
        held.delete(key);
        changes.push({ kind: 'deleted', key, value });
      }
      return changes;
    },
    events: (events: readonly (ListedObject<T> & { readonly deleted: boolean })[]): Change<T>[] => events.flatMap(take),
    clear: (): Change<T>[] => {
      const changes = [...held].map(([key, { value }]): Change<T> => ({ kind: 'deleted', key, value }));
      held.clear();
      return changes;
    },
  };
}
