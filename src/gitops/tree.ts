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

/** Git's modes: a folder, and the two kinds of plain file. Links and submodules are never written. */
export const treeMode = '40000';
export const fileModes: readonly string[] = ['100644', '100755'];
