import { messageOf } from '../doors/errors.ts';
import { own } from '../doors/own.ts';
import type { SluiceFile } from '../sluice-yaml.ts';
import { automatic, type Person, type UserId } from '../vocabulary/person.ts';

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
  // Side by side: a Slack that hangs is waited for once, not once for each name.
  const known = [...new Set(actors)].filter((actor) => actor !== automatic);
  const [read, found] = await Promise.all([
    Promise.all([...new Set(names)].map(async (name) => ({ name, ...(await membersBehind(name, file, ports)) }))),
    Promise.all(known.map(async (actor) => ({ actor, ...(await asAnswer(ports.person(actor))) }))),
  ]);
  const members = new Map<string, readonly UserId[]>();
  for (const { name, value, because } of read) {
    if (because !== undefined && !dispensable.has(name)) return { kind: 'unreadable', name, because };
    members.set(name, value ?? []);
  }
  const listed = new Set([...members.values()].flat());
  for (const { actor, value, because } of found) {
    if (!listed.has(actor) || (because === undefined && value !== null)) continue;
    // People who are named one by one need no directory, so they can act while it is away.
    const needsGroups = names.some((name) => name.startsWith('@') && !dispensable.has(name));
    if (because !== undefined && !needsGroups) continue;
    if (because !== undefined) return { kind: 'unreadable', name: 'this workspace', because };
    for (const [name, users] of members)
      members.set(
        name,
        users.filter((user) => user !== actor),
      );
  }
  return { kind: 'read', members };
}

type Answer<T> =
  | { readonly value: T; readonly because?: undefined }
  | { readonly value?: undefined; readonly because: string };

async function asAnswer<T>(asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    return { because: messageOf(error) };
  }
}

async function membersBehind(
  name: string,
  file: SluiceFile,
  ports: DirectoryPorts,
): Promise<Answer<readonly UserId[]>> {
  if (name.startsWith('@')) return asAnswer(ports.membersOf(name));
  const person = own(file.people, name);
  return { value: person === undefined ? [] : [person.slack] };
}
