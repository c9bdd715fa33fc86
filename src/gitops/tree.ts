/** Where an entry stands in the raw bytes of a tree object. */
interface Entry {
  readonly mode: string;
  readonly id: string;
  /** Offset of the 20 bytes of its id. */
  readonly at: number;
}

/** Finds one entry by scanning the bytes (`<mode> <name>\0<20 bytes>`), without parsing the whole tree. */
export function entryOf(tree: Buffer, name: string): Entry | null {
  const wanted = Buffer.from(name);
  let offset = 0;
  while (offset < tree.length) {
    const space = tree.indexOf(32, offset);
    const end = tree.indexOf(0, space);
    if (space === -1 || end === -1) return null;
    if (end - space - 1 === wanted.length && tree.compare(wanted, 0, wanted.length, space + 1, end) === 0) {
      return { mode: tree.toString('latin1', offset, space), id: tree.toString('hex', end + 1, end + 21), at: end + 1 };
    }
    offset = end + 21;
  }
  return null;
}

/** The same tree with another object in the place of one entry: order and mode stay, so nothing is sorted again. */
export function withEntry(tree: Buffer, at: number, id: string): Buffer {
  const copy = Buffer.from(tree);
  copy.write(id, at, 20, 'hex');
  return copy;
}

export interface TreeEntry {
  readonly mode: string;
  /** Its bytes as Latin-1, so that a name in any encoding stays what it is. */
  readonly name: string;
  readonly id: string;
}

export function entriesOf(tree: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let offset = 0; offset < tree.length; ) {
    const space = tree.indexOf(32, offset);
    const end = tree.indexOf(0, space);
    if (space === -1 || end === -1) return entries;
    entries.push({
      mode: tree.toString('latin1', offset, space),
      name: tree.toString('latin1', space + 1, end),
      id: tree.toString('hex', end + 1, end + 21),
    });
    offset = end + 21;
  }
  return entries;
}

/** The raw bytes of a tree, its entries in git's order: a folder sorts as if its name ended in a slash. */
export function treeOf(entries: readonly TreeEntry[]): Buffer {
  const sortName = ({ mode, name }: TreeEntry) => (mode === treeMode ? `${name}/` : name);
  const sorted = entries.toSorted((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]),
  );
}

/** A name as entries have it. */
export function entryName(name: string): string {
  return Buffer.from(name).toString('latin1');
}

/** Git's modes: a folder, and the two kinds of plain file. Links and submodules are never written. */
export const treeMode = '40000';
export const fileModes: readonly string[] = ['100644', '100755'];
