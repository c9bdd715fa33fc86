import { messageOf } from '../errors.ts';
import { own } from '../own.ts';
import { automatic, type Person, type UserId } from '../release.ts';
import type { SluiceFile } from '../sluice-yaml.ts';

/** Who is in a Slack user group now; rejects (Retryable) where the directory cannot be read. */
export type MembersOf = (handle: string) => Promise<readonly UserId[]>;

export interface DirectoryPorts {
  readonly membersOf: MembersOf;
  /** Somebody as the directory knows them now; null for who is no member of the workspace any more. */
  readonly person: (user: UserId) => Promise<Person | null>;
}

export type Directory =
  | { readonly kind: 'read'; readonly members: ReadonlyMap<string, readonly UserId[]> }
  | { readonly kind: 'unreadable'; readonly name: string; readonly because: string };

/**
 * The Slack users behind names of `sluice.yaml`. One name that cannot be read makes the whole unreadable. Of the `actors`, whose
 * rights matter, those who have left the workspace are behind no name any more, whatever a group still lists. A group that is
 * `dispensable` has nobody in it while it cannot be read.
 */
export async function readDirectory(
  names: readonly string[],
  file: SluiceFile,
  ports: DirectoryPorts,
  actors: readonly UserId[],
  dispensable: ReadonlySet<string> = new Set(),
): Promise<Directory> {
  const members = new Map<string, readonly UserId[]>();
  for (const name of new Set(names)) {
    if (!name.startsWith('@')) {
      const person = own(file.people, name);
      members.set(name, person === undefined ? [] : [person.slack]);
      continue;
    }
    try {
      members.set(name, await ports.membersOf(name));
    } catch (error) {
      if (!dispensable.has(name)) return { kind: 'unreadable', name, because: messageOf(error) };
      members.set(name, []);
    }
  }
  const listed = new Set([...members.values()].flat());
  for (const actor of new Set(actors)) {
    if (actor === automatic || !listed.has(actor)) continue;
    try {
      if ((await ports.person(actor)) !== null) continue;
    } catch (error) {
      // People who are named one by one need no directory, so they can act while it is away.
      if (names.every((name) => !name.startsWith('@') || dispensable.has(name))) continue;
      return { kind: 'unreadable', name: 'this workspace', because: messageOf(error) };
    }
    for (const [name, users] of members)
      members.set(
        name,
        users.filter((user) => user !== actor),
      );
  }
  return { kind: 'read', members };
}
