import { isDeepStrictEqual } from 'node:util';
import type { Signer } from '../doors/ssh-signature.ts';
import type { Clock } from '../doors/time.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import { type CommitSha, commitShaSchema, type Place, type Placed } from '../vocabulary/change.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Release } from '../vocabulary/release.ts';
import type { RenderedFiles } from '../vocabulary/rendered.ts';
import { commitMessage } from './commit-message.ts';
import { filesInFolder, writeFolder } from './folder-tree.ts';
import { spoken } from './git-process.ts';
import { type NewObject, objectId, packOf } from './pack.ts';
import { editPlace, readPlace } from './places/places.ts';
import { readRendered } from './places/rendered-folder.ts';
import { type Pushed, pushOnto } from './push.ts';
import type { Repository } from './repository.ts';
import { entryOf, fileModes, treeMode, withEntry } from './tree.ts';

export type Committed =
  | { readonly kind: 'committed'; readonly commit: CommitSha }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

export type ReadPlaces =
  | { readonly kind: 'found'; readonly placed: Placed }
  | { readonly kind: 'missing' | 'refused' | 'different'; readonly because: string };

export interface BatchPorts {
  readonly repository: Repository;
  readonly branch: string;
  readonly head: CommitSha;
  readonly author: { readonly name: string; readonly email: string };
  readonly signer: Signer | null;
  readonly clock: Clock;
  /** What CI rendered for an artifact, by its hash; null where it was forgotten. */
  readonly rendered: (artifact: Artifact, content: string) => Promise<RenderedFiles | null>;
}

type Outcome<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

/** More files than this are not looked through for a version. */
const folderLimit = 500;

/**
 * Commits on top of a fetched head, one for each release, made from tree objects in this process: no work tree, no
 * index, one pack and one push for all of them. Nothing is written anywhere before `push`.
 */
export function createBatch({ repository, branch, head, author, signer, clock, rendered }: BatchPorts) {
  /** Trees and blobs as this batch has made them, by id; what is not here is in the clone. */
  const made = new Map<string, NewObject>();
  let tip = head;
  let rootTree: string | null = null;

  const read = async (type: NewObject['type'], id: string): Promise<Buffer | null> => {
    const object = made.get(id) ?? (await repository.objects.read(id));
    return object?.type === type ? object.content : null;
  };
  const put = (type: NewObject['type'], content: Buffer): string => {
    const id = objectId(type, content);
    made.set(id, { type, content });
    return id;
  };
  const root = async (): Promise<string> => {
    rootTree ??= (await repository.objects.read(`${head}^{tree}`))?.id ?? null;
    if (rootTree === null) throw new Error(`the tree of ${head} is not in the clone`);
    return rootTree;
  };

  /** The trees from the root down to a file, with the position of each next entry. */
  const walk = async (
    tree: string,
    path: string,
  ): Promise<Outcome<{ trees: { content: Buffer; at: number }[]; blob: string }>> => {
    const trees: { content: Buffer; at: number }[] = [];
    let id = tree;
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const content = await read('tree', id);
      const entry = content === null ? null : entryOf(content, part);
      if (content === null || entry === null)
        return { kind: 'missing', because: `${path} does not exist in ${branch}` };
      const wanted = index === parts.length - 1 ? fileModes : [treeMode];
      if (!wanted.includes(entry.mode))
        return { kind: 'refused', because: `${path} goes through a link or a submodule` };
      trees.push({ content, at: entry.at });
      id = entry.id;
    }
    return { kind: 'found', value: { trees, blob: id } };
  };

  const readFile = async (
    tree: string,
    path: string,
  ): Promise<Outcome<{ text: string; trees: { content: Buffer; at: number }[] }>> => {
    const found = await walk(tree, path);
    if (found.kind !== 'found') return found;
    const content = await read('blob', found.value.blob);
    if (content === null) return { kind: 'refused', because: `${path} is too large, or not to be had from the remote` };
    const text = content.toString();
    if (!Buffer.from(text).equals(content)) return { kind: 'refused', because: `${path} is not UTF-8 text` };
    return { kind: 'found', value: { text, trees: found.value.trees } };
  };

  const readFolder = async (tree: string, path: string): Promise<RenderedFiles> => {
    const listed = (await filesInFolder({ read }, tree, path)).slice(0, folderLimit);
    await repository.prefetch(listed.flatMap(({ id }) => (made.has(id) ? [] : [id])));
    const texts = await Promise.all(
      listed.map(async ({ path: name, id }) => [name, (await read('blob', id))?.toString() ?? ''] as const),
    );
    return Object.fromEntries(texts);
  };

  /** The root tree with a place changed; the same one where it holds the version already. */
  const edited = async (tree: string, place: Place, artifact: Artifact): Promise<Outcome<string>> => {
    if (place.kind === 'rendered-folder') {
      const files = place.content === undefined ? null : await rendered(artifact, place.content);
      if (files === null)
        return { kind: 'missing', because: `the manifests of ${artifact.version} for ${place.path} were forgotten` };
      const written = await writeFolder({ read, put }, tree, place.path, files);
      return written.kind === 'written' ? { kind: 'found', value: written.tree } : written;
    }
    const file = await readFile(tree, place.path);
    if (file.kind !== 'found') return file;
    const { version, digest, commit } = artifact;
    const edit = editPlace(place, file.value.text, { version, digest, commit });
    if (edit.kind === 'unchanged') return { kind: 'found', value: tree };
    return edit.kind === 'edited' ? { kind: 'found', value: write(file.value.trees, edit.text) } : edit;
  };

  /** Puts a file's new content in and returns the new root tree. */
  const write = (trees: readonly { content: Buffer; at: number }[], text: string): string => {
    let id = put('blob', Buffer.from(text));
    for (const { content, at } of trees.toReversed()) id = put('tree', withEntry(content, at, id));
    return id;
  };

  const readOne = async (tree: string, place: Place) => {
    if (place.kind === 'rendered-folder') return readRendered(place, await readFolder(tree, place.path));
    const file = await readFile(tree, place.path);
    return file.kind === 'found' ? readPlace(place, file.value.text) : file;
  };

  const commitObject = (by: Person, message: string, tree: string): CommitSha => {
    const seconds = Math.floor(clock.now() / 1000);
    const identity = (who: { readonly name: string; readonly email: string }) =>
      `${clean(who.name)} <${clean(who.email)}> ${seconds} +0000`;
    const writer = by.email === undefined ? author : { name: by.name, email: by.email };
    const headers = [
      `tree ${tree}`,
      `parent ${tip}`,
      `author ${identity(writer)}`,
      `committer ${identity(author)}`,
    ].join('\n');
    const unsigned = Buffer.from(`${headers}\n\n${message}`);
    const signed =
      signer === null
        ? unsigned
        : Buffer.from(`${headers}\ngpgsig ${signer.sign(unsigned).replaceAll('\n', '\n ')}\n\n${message}`);
    return commitShaSchema.parse(put('commit', signed));
  };

  return {
    /** Brings the blobs of these paths in one call; whatever is missing is found out when it is read. */
    prefetch: async (paths: readonly string[]): Promise<void> => {
      const tree = await root();
      const found = await Promise.all([...new Set(paths)].map((path) => walk(tree, path)));
      const ids = found.flatMap((each) => (each.kind === 'found' ? [each.value.blob] : []));
      await repository.prefetch(ids);
    },

    /** What the places hold on the tree as this batch has it so far. */
    readPlaces: async (places: readonly Place[]): Promise<ReadPlaces> => {
      const all: Placed[] = [];
      const empty: string[] = [];
      for (const place of places) {
        const found = await readOne(await root(), place);
        if (found.kind === 'found') all.push(found.placed);
        else if (found.kind === 'empty') empty.push(found.because);
        else return { kind: found.kind, because: found.because };
      }
      const [first] = all;
      if (first === undefined) return { kind: 'missing', because: empty[0] ?? 'no place is known' };
      if (empty.length > 0 || all.some((placed) => !isDeepStrictEqual(placed, first)))
        return { kind: 'different', because: 'the places hold different versions' };
      return { kind: 'found', placed: first };
    },

    /** One release as one commit on top of the others: all of its places, or nothing of it. */
    commit: async (release: Release): Promise<Committed> => {
      const { plan } = release;
      if (plan === undefined) return { kind: 'refused', because: 'the release has no plan' };
      const before = await root();
      // Only a whole release moves the batch's tree: half of one would go out under the next one's name.
      let tree = before;
      for (const place of plan.places) {
        const next = await edited(tree, place, plan.artifact);
        if (next.kind !== 'found') return next;
        tree = next.value;
      }
      if (tree === before) return { kind: 'unchanged' };
      tip = commitObject(release.request.requester, commitMessage(release), tree);
      rootTree = tree;
      return { kind: 'committed', commit: tip };
    },

    /** One file changed by an edit of its text, in a commit of its own. */
    commitFile: async (
      path: string,
      edit: (text: string) => string,
      by: Person,
      message: string,
    ): Promise<Committed> => {
      const before = await root();
      const file = await readFile(before, path);
      if (file.kind !== 'found') return file;
      const text = edit(file.value.text);
      if (text === file.value.text) return { kind: 'unchanged' };
      rootTree = write(file.value.trees, text);
      tip = commitObject(by, message, rootTree);
      return { kind: 'committed', commit: tip };
    },

    /** Sends everything as one pack and one compare-and-swap of the branch. */
    push: async (): Promise<Pushed> => {
      if (tip === head) return { kind: 'pushed', head };
      const indexed = await repository.git(['index-pack', '--stdin'], {
        input: packOf([...made.values()]),
        timeoutMs: 120_000,
      });
      // Nothing went out: the disk of the clone is full, say, and may have room later.
      if (indexed.code !== 0)
        return { kind: 'unreachable', because: `its clone takes no commits: ${spoken(indexed.stderr)}` };
      return pushOnto(repository, branch, head, tip);
    },
  };
}
export type Batch = ReturnType<typeof createBatch>;

/** A name as git takes it in an identity line. */
function clean(text: string): string {
  return (
    text
      .replace(/[\p{Cc}<>]/gu, '')
      .trim()
      .slice(0, 100) || 'unknown'
  );
}
