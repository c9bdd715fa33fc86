import { messageOf } from '../errors.ts';
import type { UserId } from '../release.ts';
import type { SluiceFile } from '../sluice-yaml.ts';

/** Who is in a Slack user group now; rejects (Retryable) where the directory cannot be read. */
export type MembersOf = (handle: string) => Promise<readonly UserId[]>;

export type Directory =
  | { readonly kind: 'read'; readonly members: ReadonlyMap<string, readonly UserId[]> }
  | { readonly kind: 'unreadable'; readonly name: string; readonly because: string };

/** The Slack users behind names of `sluice.yaml`. One name that cannot be read makes the whole unreadable. */
export async function readDirectory(
  names: readonly string[],
  file: SluiceFile,
  membersOf: MembersOf,
): Promise<Directory> {
  const members = new Map<string, readonly UserId[]>();
  for (const name of new Set(names)) {
    if (!name.startsWith('@')) {
      const person = Object.hasOwn(file.people, name) ? file.people[name] : undefined;
      members.set(name, person === undefined ? [] : [person.slack]);
      continue;
    }
    try {
      members.set(name, await membersOf(name));
    } catch (error) {
      return { kind: 'unreadable', name, because: messageOf(error) };
    }
  }
  return { kind: 'read', members };
}
