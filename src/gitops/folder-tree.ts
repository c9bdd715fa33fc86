import type { RenderedFiles } from '../vocabulary/rendered.ts';
import type { ObjectType } from './pack.ts';
import { entriesOf, entryName, fileModes, type TreeEntry, treeMode, treeOf } from './tree.ts';

export interface Objects {
  /** The content of an object of this type; null where there is none. */
  readonly read: (type: ObjectType, id: string) => Promise<Buffer | null>;
  /** Keeps a new object and gives its id. */
  readonly put: (type: ObjectType, content: Buffer) => string;
}

export type Written =
  | { readonly kind: 'written'; readonly tree: string }
  | { readonly kind: 'refused'; readonly because: string };

/** The root tree with a folder that holds just these files; folders above it that are not there yet are made. */
export async function writeFolder(
  objects: Objects,
  root: string,
  path: string,
  files: RenderedFiles,
): Promise<Written> {
  const [name = '', ...below] = path.split('/');
  const content = await objects.read('tree', root);
  if (content === null) return { kind: 'refused', because: `the tree ${root} cannot be read` };
  const entries = entriesOf(content);
  const present = entries.find((entry) => entry.name === entryName(name));
  if (present !== undefined && present.mode !== treeMode)
    return { kind: 'refused', because: `${path} goes through a file, a link or a submodule` };
  let id: string;
  if (below.length === 0) id = folderOf(objects, files);
  else {
    const under = present?.id ?? objects.put('tree', treeOf([]));
    const written = await writeFolder(objects, under, below.join('/'), files);
    if (written.kind === 'refused') return written;
    id = written.tree;
  }
  const others = entries.filter((entry) => entry !== present);
  return {
    kind: 'written',
    tree: objects.put('tree', treeOf([...others, { mode: treeMode, name: entryName(name), id }])),
  };
}

/** The tree of files by their paths, all of them plain. */
function folderOf(objects: Objects, files: RenderedFiles): string {
  const own: TreeEntry[] = [];
  const folders = new Map<string, Record<string, string>>();
  for (const [path, text] of Object.entries(files)) {
    const [name = '', ...below] = path.split('/');
    if (below.length === 0)
      own.push({ mode: '100644', name: entryName(name), id: objects.put('blob', Buffer.from(text)) });
    else folders.set(name, { ...folders.get(name), [below.join('/')]: text });
  }
  const trees = [...folders].map(
    ([name, inside]): TreeEntry => ({ mode: treeMode, name: entryName(name), id: folderOf(objects, inside) }),
  );
  return objects.put('tree', treeOf([...own, ...trees]));
}

/** The plain files below a folder with their blobs, by their path in the repository; none where it is not there. */
export async function filesInFolder(
  objects: Pick<Objects, 'read'>,
  root: string,
  path: string,
): Promise<readonly { readonly path: string; readonly id: string }[]> {
  let id = root;
  for (const part of path.split('/')) {
    const content = await objects.read('tree', id);
    const entry = content === null ? undefined : entriesOf(content).find(({ name }) => name === entryName(part));
    if (entry === undefined || entry.mode !== treeMode) return [];
    id = entry.id;
  }
  const found: { path: string; id: string }[] = [];
  const enter = async (tree: string, below: string): Promise<void> => {
    for (const entry of entriesOf((await objects.read('tree', tree)) ?? Buffer.alloc(0))) {
      const name = `${below}/${Buffer.from(entry.name, 'latin1').toString()}`;
      if (entry.mode === treeMode) await enter(entry.id, name);
      else if (fileModes.includes(entry.mode)) found.push({ path: name, id: entry.id });
    }
  };
  await enter(id, path);
  return found;
}
