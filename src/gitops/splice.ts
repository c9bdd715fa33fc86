import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, isScalar, parseDocument, type Scalar, type YAMLMap } from '../doors/yaml.ts';
import type { LineChange } from '../vocabulary/change.ts';
import { isRepeated, openYaml } from './open-yaml.ts';

/** The scalar under a key of a map, or why it cannot be edited; null where the key is absent. */
export function scalarAt(
  map: unknown,
  key: string,
):
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'refused'; readonly because: string }
  | null {
  if (!isMap(map)) return null;
  const node = map.get(key, true) as unknown;
  if (node === undefined || node === null) return null;
  if (isAlias(node)) return { kind: 'refused', because: `${key} is an alias, so its value is written elsewhere too` };
  if (!isScalar(node)) return { kind: 'refused', because: `${key} is not a single value` };
  if (node.anchor !== undefined)
    return { kind: 'refused', because: `${key} has an anchor, so changing it would change other places` };
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
    return { kind: 'refused', because: `${key} is a block of text` };
  if (typeof node.value === 'string' && /\$\{.*\}/.test(node.value))
    return { kind: 'refused', because: `${key} is a variable that Flux fills in, so its value is written elsewhere` };
  if (!node.range) return { kind: 'refused', because: `${key} has no place in the source` };
  return { kind: 'scalar', scalar: node };
}

/** Another value for a scalar that is there. */
export interface Replacement {
  readonly scalar: Scalar;
  readonly value: string;
}

/** A key that is not there yet, on a line of its own below a sibling. */
export interface Insertion {
  readonly map: YAMLMap;
  readonly below: { readonly key: Scalar; readonly value: Scalar };
  readonly key: string;
  readonly value: string;
}

export interface Edits {
  readonly replace: readonly Replacement[];
  readonly insert?: Insertion | undefined;
}

export type Spliced =
  | { readonly kind: 'edited'; readonly text: string; readonly lines: readonly LineChange[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly because: string };

/** Writes values into the source, and proves that nothing else of the file reads differently afterwards. */
export function splice(path: string, text: string, documents: readonly Document[], edits: Edits): Spliced {
  const replace = edits.replace.filter(({ scalar, value }) => scalar.value !== value);
  const { insert } = edits;
  if (replace.length === 0 && insert === undefined) return { kind: 'unchanged' };
  const because = notInOneLine(text, documents, { replace, insert });
  if (because !== null) return { kind: 'refused', because };
  const pieces = [
    ...replace.map(({ scalar, value }) => ({ range: rangeOf(scalar), with: replacement(text, scalar, value) })),
    ...(insert === undefined ? [] : [insertedLine(text, insert)]),
  ];
  let edited = text;
  for (const { range, with: piece } of pieces.toSorted((a, b) => b.range[0] - a.range[0]))
    edited = edited.slice(0, range[0]) + piece + edited.slice(range[1]);
  const changed = difference(documents, edited, { replace, insert });
  if (changed !== null) return { kind: 'refused', because: changed };
  const newLine = insert === undefined ? null : lineOf(text, insert.below.value).line;
  return { kind: 'edited', text: edited, lines: changedLines(path, text, edited, newLine) };
}

function rangeOf(scalar: Scalar): readonly [number, number] {
  const [from, to] = scalar.range ?? [0, 0];
  return [from, to];
}

/** Why the edits would touch more than a line each, or more places than they name; null where they do not. */
function notInOneLine(text: string, documents: readonly Document[], { replace, insert }: Edits): string | null {
  const values = [...replace, ...(insert === undefined ? [] : [insert])].map(({ value }) => value);
  if (values.some((value) => /[\p{Cc}\u2028\u2029\ufeff]/u.test(value)))
    return 'a value with a line break or a control character cannot be written in one line';
  const touched = [...replace.map(({ scalar }) => scalar), ...(insert === undefined ? [] : [insert.below.value])];
  for (const scalar of touched) {
    if (/[\r\n]/.test(text.slice(...rangeOf(scalar)))) return 'the value there goes over several lines';
    if (text.includes('&') && isRepeated(documents, scalar))
      return 'an alias repeats what is there, so changing it would change other places';
  }
  return null;
}

/** The value in the quotes that stand there; an empty value has no space before it yet. */
function replacement(text: string, scalar: Scalar, value: string): string {
  const [from, to] = rangeOf(scalar);
  return from === to && text[from - 1] === ':' ? ` ${written(value, scalar.type)}` : written(value, scalar.type);
}

/** A line as its sibling is written: same indentation, same line end. */
function insertedLine(text: string, { below, key, value }: Insertion) {
  const [keyAt] = rangeOf(below.key);
  const [, valueEnd] = rangeOf(below.value);
  const column = keyAt - (text.lastIndexOf('\n', keyAt - 1) + 1);
  const newline = text.indexOf('\n', valueEnd);
  const lineEnd = newline === -1 ? text.length : newline;
  const isWindows = text[lineEnd - 1] === '\r';
  const at = isWindows ? lineEnd - 1 : lineEnd;
  const line = `${isWindows ? '\r\n' : '\n'}${' '.repeat(column)}${key}: ${written(value, 'PLAIN')}`;
  return { range: [at, at] as const, with: line };
}

/** Plain text is quoted where YAML 1.1 or 1.2 would read anything but this string. */
function written(value: string, type: Scalar['type']): string {
  if (type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  if (type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  return readsAsItself(value) ? value : JSON.stringify(value);
}

/** Whether plain `value` is the same string for every YAML reader, in block and in flow. */
export function readsAsItself(value: string): boolean {
  // The usual semantic version needs no proof: two dots are no number in any YAML.
  if (/^v?\d+\.\d+\.\d+$/.test(value)) return true;
  if (!/^[A-Za-z0-9]([A-Za-z0-9._@:/+-]*[A-Za-z0-9])?$/.test(value)) return false;
  // YAML 1.1 sexagesimals (12:30), dates, and numbers with underscores or exponents that some readers take.
  if (/^[-+0-9][0-9_,.:eExXoObB+-]*$/.test(value) && !/^\d+\.\d+\.\d+/.test(value)) return false;
  if (/^\d{4}-\d\d?-\d\d?/.test(value) || /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(value)) return false;
  return (['1.1', '1.2'] as const).every((version) => {
    const document = parseDocument(`k: ${value}\n`, { version });
    return document.errors.length === 0 && document.get('k') === value;
  });
}

/** Null when both texts read the same except for the edits. */
export function difference(documents: readonly Document[], after: string, { replace, insert }: Edits): string | null {
  const now = openYaml(after);
  if (now.kind === 'refused') return 'the edited file would not be valid YAML';
  const plain = (all: readonly Document[]) => all.map((document) => document.toJS({ maxAliasCount: 50 }) as unknown);
  const before = replace.map(({ scalar }) => scalar.value);
  // What was read is changed the way the text was, compared, and put back.
  for (const { scalar, value } of replace) scalar.value = value;
  insert?.map.set(insert.key, insert.value);
  try {
    return isDeepStrictEqual(plain(documents), plain(now.documents)) ? null : 'the edit would change something else';
  } catch {
    return 'its aliases unfold to too much to be compared';
  } finally {
    replace.forEach(({ scalar }, index) => {
      scalar.value = before[index];
    });
    insert?.map.delete(insert.key);
  }
}

/** The lines that differ, one by one; `newLine` counts the lines above the one that was put in. */
function changedLines(path: string, before: string, after: string, newLine: number | null): LineChange[] {
  const old = before.split('\n');
  if (newLine !== null) old.splice(newLine, 0, '');
  return after.split('\n').flatMap((line, index) => {
    const was = old[index] ?? '';
    // At the end of a file without a last line break, the line above the new one gets none either.
    return was.trimEnd() === line.trimEnd() ? [] : [{ path, line: index + 1, before: was.trim(), after: line.trim() }];
  });
}

/** The 1-based line of a node and the text of that line. */
export function lineOf(text: string, scalar: Scalar): { readonly line: number; readonly lineText: string } {
  const [from] = rangeOf(scalar);
  const line = text.slice(0, from).split('\n').length;
  return { line, lineText: (text.split('\n')[line - 1] ?? '').trim() };
}
