import type { SluiceFile, UnsignedFile } from '../sluice-yaml.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { UserId } from '../vocabulary/person.ts';

/** Whose word a commit is: a trusted key's, or that of the person who had Sluice write it. */
export interface Provenance {
  readonly author: string;
  readonly by:
    | { readonly kind: 'key' }
    | { readonly kind: 'sluice'; readonly requester: string }
    | { readonly kind: 'nobody' };
}

export interface VouchPorts {
  /** The last commit up to `head`, and not reachable from `since`, that changed a file on the first-parent way. */
  readonly changedBy: (
    repository: string,
    head: CommitSha,
    path: string,
    since?: CommitSha,
  ) => Promise<CommitSha | null>;
  readonly isAncestor: (repository: string, ancestor: CommitSha, descendant: CommitSha) => Promise<boolean>;
  /** Under whose signature a commit stands, among these public keys and those of Sluice. */
  readonly provenance: (repository: string, commit: CommitSha, keys: readonly string[]) => Promise<Provenance>;
  /** Rejects (Retryable) where the directory cannot tell. */
  readonly membersOf: (handle: string) => Promise<readonly UserId[]>;
  readonly policy: {
    readonly repository: string;
    readonly file: string;
    /** Public keys of those that merge what was reviewed elsewhere. */
    readonly trustedSigners: readonly string[];
  };
}

/** What says who may change the file next. */
export interface Guard {
  readonly commit: CommitSha;
  readonly file: Pick<SluiceFile, 'policy-owners' | 'people'>;
}

/**
 * Whether the version of the policy file at `head` counts, by the owners whom the last good version names: whoever
 * could name owners in the version that is judged could name themselves. Null where it counts. Only the last commit
 * that changed the file is looked at, as it stands for the whole text; what is reachable from the last good version
 * cannot stand for a new one, nor can what was signed aside of it, so neither an old signed version nor one that was
 * given up comes in by a reset or a merge.
 */
export async function objection(
  ports: VouchPorts,
  good: Guard,
  head: CommitSha,
): Promise<Omit<UnsignedFile, 'kind' | 'lastGood'> | null> {
  const owners = good.file['policy-owners'];
  if (owners === undefined) return null;
  const { repository, file, trustedSigners } = ports.policy;
  const last = await ports.changedBy(repository, head, file, good.commit);
  const changed = last !== null && (await isAside(ports, good.commit, last, head)) ? null : last;
  const commit = changed ?? head;
  const { users, keys } = await ownersOf(ports, good.file, owners);
  const { author, by } = await ports.provenance(repository, commit, [...keys, ...trustedSigners]);
  const counts = by.kind === 'key' || (by.kind === 'sluice' && users.has(by.requester));
  if (counts && changed !== null) return null;
  const names = owners.length < 2 ? owners.join() : `${owners.slice(0, -1).join(', ')} or ${owners.at(-1)}`;
  const why =
    changed === null
      ? 'brings back an older version'
      : by.kind === 'sluice'
        ? 'had it changed by Sluice and is none of its policy-owners'
        : 'did so without the signature of one of its policy-owners';
  return {
    commit,
    because: `${file} was changed in ${commit.slice(0, 7)} by ${author}, who ${why} (${names})`,
    next: `${names} signs a commit that changes ${file}, or anybody puts it back as it was in ${good.commit.slice(0, 7)}; releases go on by themselves then`,
  };
}

/** Whether a commit that a merge brought knows nothing of the version that counts; a branch that was reset has lost that one. */
async function isAside(ports: VouchPorts, good: CommitSha, commit: CommitSha, head: CommitSha): Promise<boolean> {
  const { repository } = ports.policy;
  return (await ports.isAncestor(repository, good, head)) && !(await ports.isAncestor(repository, good, commit));
}

/** The people behind the owners, and the keys that `people` knows of them. */
async function ownersOf(ports: VouchPorts, { people }: Guard['file'], owners: readonly string[]) {
  const users = new Set<string>();
  for (const owner of owners) {
    const person = Object.hasOwn(people, owner) ? people[owner] : undefined;
    const found = owner.startsWith('@') ? await ports.membersOf(owner) : person === undefined ? [] : [person.slack];
    for (const user of found) users.add(user);
  }
  const keys = Object.values(people).flatMap((person) => (users.has(person.slack) ? (person.keys ?? []) : []));
  return { users, keys };
}
