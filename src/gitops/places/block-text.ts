import { type Document, isMap, type Scalar } from '../../doors/yaml.ts';
import type { LineChange, Wanted } from '../../vocabulary/change.ts';
import { openYaml } from '../open-yaml.ts';
import { difference, lineOf } from '../splice.ts';
import type { EditedPlace, ReadPlace } from './outcomes.ts';
import { keysOf, parentOf, rootOf, type YamlValue } from './yaml-value.ts';

/** How a place inside of a block of text is read and edited: by the very functions that do it for a file. */
export interface InnerPlaces {
  readonly read: (place: YamlValue, text: string) => ReadPlace;
  readonly edit: (place: YamlValue, text: string, to: Wanted) => EditedPlace;
}

type Block =
  | {
      readonly kind: 'block';
      readonly documents: readonly Document[];
      readonly scalar: Scalar;
      readonly inner: YamlValue;
      readonly text: string;
    }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

/** A file inside of a file, such as `data."values.yaml"` of a ConfigMap: a literal block of YAML. */
function blockOf(place: YamlValue, inside: string, text: string): Block {
  const { path, object: _, inside: __, ...rest } = place;
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { kind: 'refused', because: `${path}: ${opened.because}` };
  const found = rootOf(place, opened.documents);
  if ('kind' in found) return found;
  const keys = keysOf(inside);
  const parent = parentOf(found.root, keys);
  const scalar = isMap(parent) ? (parent.get(keys.at(-1) ?? '', true) as Scalar | undefined) : undefined;
  if (scalar === undefined) return { kind: 'missing', because: `${path} has no ${inside}` };
  if (scalar.type !== 'BLOCK_LITERAL' || typeof scalar.value !== 'string' || scalar.anchor !== undefined)
    return { kind: 'refused', because: `${path}: ${inside} is not a block of text (|)` };
  return { kind: 'block', documents: opened.documents, scalar, inner: { ...rest, path }, text: scalar.value };
}

export function readInBlock(place: YamlValue, inside: string, text: string, inner: InnerPlaces): ReadPlace {
  const block = blockOf(place, inside, text);
  if (block.kind !== 'block') return block;
  const read = inner.read(block.inner, block.text);
  return read.kind === 'found' ? { ...read, line: read.line + lineOf(text, block.scalar).line } : read;
}

/** Changes the same lines of the block as of the text inside of it, each behind its own indentation. */
export function editInBlock(
  place: YamlValue,
  inside: string,
  text: string,
  to: Wanted,
  inner: InnerPlaces,
): EditedPlace {
  const block = blockOf(place, inside, text);
  if (block.kind !== 'block') return block;
  const edited = inner.edit(block.inner, block.text, to);
  if (edited.kind !== 'edited') return edited;
  const header = lineOf(text, block.scalar).line;
  const before = block.text.split('\n');
  const after = edited.text.split('\n');
  const lines = text.split('\n');
  const changed: LineChange[] = [];
  for (const { line } of edited.lines) {
    const old = before[line - 1] ?? '';
    const at = header + line - 1;
    const whole = lines[at]?.replace(/\r$/, '') ?? '';
    if (!whole.endsWith(old)) return { kind: 'refused', because: `${place.path}: ${inside} cannot be edited in place` };
    const now = `${whole.slice(0, whole.length - old.length)}${after[line - 1] ?? ''}`;
    lines[at] = lines[at]?.endsWith('\r') ? `${now}\r` : now;
    changed.push({ path: place.path, line: at + 1, before: whole.trim(), after: now.trim() });
  }
  const whole = lines.join('\n');
  const wrong = difference(block.documents, whole, { replace: [{ scalar: block.scalar, value: edited.text }] });
  return wrong === null
    ? { kind: 'edited', text: whole, lines: changed }
    : { kind: 'refused', because: `${place.path}: ${wrong}` };
}
