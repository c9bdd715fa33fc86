export interface ChangedLine {
  /** In the new text; of a line that went, in the old one. */
  readonly line: number;
  /** Empty where the line is new. */
  readonly before: string;
  /** Empty where the line is gone. */
  readonly after: string;
}

/** Two texts that differ all over are compared line by line: that is as good for people, and takes no time. */
const mostCells = 1_000_000;

/** The lines that differ, empty ones left out, by the longest common subsequence; a line that went and one that came in its place are one. */
export function changedLines(old: readonly string[], now: readonly string[]): readonly ChangedLine[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  const common = gone.length * come.length > mostCells ? [] : commonLines(gone, come);
  const found: ChangedLine[] = [];
  let [from, to] = [0, 0];
  for (const [goneAt, comeAt] of [...common, [gone.length, come.length] as const]) {
    for (let index = 0; index < Math.max(goneAt - from, comeAt - to); index += 1) {
      const isNew = to + index < comeAt;
      const before = from + index < goneAt ? (gone[from + index] ?? '').trim() : '';
      const after = isNew ? (come[to + index] ?? '').trim() : '';
      const line = start + (isNew ? to : from) + index + 1;
      // In YAML a line that stands elsewhere may be of something else.
      const told = before === after ? `${after} (indented otherwise)` : after;
      if (before !== '' || after !== '') found.push({ line, before, after: told });
    }
    [from, to] = [goneAt + 1, comeAt + 1];
  }
  return found;
}

/** The positions of lines that both have, in order. */
function commonLines(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = a.length - 1; row >= 0; row -= 1)
    for (let column = b.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        a[row] === b[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const found: (readonly [number, number])[] = [];
  for (let row = 0, column = 0; row < a.length && column < b.length; ) {
    if (a[row] === b[column]) {
      found.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}
