import { isDeepStrictEqual } from 'node:util';
import { type Document, isAlias, isMap, isNode, isPair, isSeq, toFlow, type YAMLSeq } from '../doors/yaml.ts';
import { openYaml } from './open-yaml.ts';
import { dashOf, endOf, lineEnd, trimmedEnd } from './source-positions.ts';

export type ListEdit =
  | { readonly kind: 'add'; readonly item: unknown }
  /** By its position. */
  | { readonly kind: 'remove'; readonly index: number };

export type SplicedList =
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'refused'; readonly because: string };

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly with: string;
}

/**
 * Adds an item to, or takes one out of, a list under a key at the top of a file: whole lines in a block, one element
 * in brackets. Comments, order and everything else stay as they are, and the result is read back to prove it.
 */
export function spliceList(text: string, key: string, edit: ListEdit): SplicedList {
  const opened = openYaml(text);
  if (opened.kind === 'refused') return opened;
  const [document, ...more] = opened.documents;
  if (document === undefined || more.length > 0) return refused('it does not hold exactly one document');
  const list = listAt(document, key);
  if (list !== null && 'because' in list) return refused(list.because);
  const piece =
    edit.kind === 'add' ? pieceToAdd(text, key, list, edit.item) : pieceToRemove(text, key, list, edit.index);
  if (typeof piece === 'string') return refused(piece);
  const edited = text.slice(0, piece.from) + piece.with + text.slice(piece.to);
  return isAsMeant(document, edited, key, edit)
    ? { kind: 'edited', text: edited }
    : refused('the edit would change something else');
}

function refused(because: string): SplicedList {
  return { kind: 'refused', because };
}

interface List {
  readonly seq: YAMLSeq;
  /** Where the key begins. */
  readonly keyAt: number;
}

/** Null where the key is absent. */
function listAt(document: Document, key: string): List | { readonly because: string } | null {
  if (!isMap(document.contents)) return { because: 'it is not a map' };
  const pair = document.contents.items.find((each) => isPair(each) && isNode(each.key) && String(each.key) === key);
  if (pair === undefined) return null;
  if (isAlias(pair.value)) return { because: `${key} is an alias, so the list is written elsewhere` };
  if (!isSeq(pair.value)) return { because: `${key} is not a list` };
  if (pair.value.anchor !== undefined)
    return { because: `${key} has an anchor, so changing it would change other places` };
  const keyAt = isNode(pair.key) ? pair.key.range?.[0] : undefined;
  return keyAt === undefined || !pair.value.range
    ? { because: `${key} has no place in the source` }
    : { seq: pair.value, keyAt };
}

function pieceToAdd(text: string, key: string, list: List | null, item: unknown): Piece | string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const one = toFlow(item);
  if (list === null) {
    const gap = text === '' || text.endsWith('\n') ? '' : end;
    return { from: text.length, to: text.length, with: `${gap}${key}:${end}  - ${one}${end}` };
  }
  const [from = 0, to = 0] = list.seq.range ?? [];
  const last = list.seq.items.at(-1);
  if (list.seq.flow) {
    if (last !== undefined) {
      const lastEnd = endOf(last);
      return lastEnd === null
        ? 'the last element has no place in the source'
        : { from: lastEnd, to: lastEnd, with: `, ${one}` };
    }
    // An empty list in brackets becomes one of lines, as people write it.
    return { from: trimmedEnd(text, from), to, with: `${end}  - ${one}` };
  }
  const dash = last === undefined ? null : dashOf(text, last, from);
  const lastEnd = last === undefined ? null : endOf(last);
  if (dash === null || lastEnd === null) return 'the last item has no place in the source';
  const column = dash - (text.lastIndexOf('\n', dash - 1) + 1);
  const at = lineEnd(text, trimmedEnd(text, lastEnd));
  return { from: at, to: at, with: `${end}${' '.repeat(column)}- ${one}` };
}

function pieceToRemove(text: string, key: string, list: List | null, index: number): Piece | string {
  const item = list?.seq.items[index];
  if (list === null || item === undefined) return `${key} has no item ${index + 1}`;
  const start = isNode(item) ? item.range?.[0] : undefined;
  const stop = endOf(item);
  if (start === undefined || stop === null) return 'the item has no place in the source';
  if (isNode(item) && 'anchor' in item && item.anchor !== undefined)
    return 'the item has an anchor that others may use';
  const { items, flow } = list.seq;
  if (flow) {
    const next = items[index + 1];
    const before = items[index - 1];
    if (isNode(next) && next.range) return { from: start, to: next.range[0], with: '' };
    const beforeEnd = before === undefined ? null : endOf(before);
    return { from: beforeEnd ?? start, to: stop, with: '' };
  }
  const dash = dashOf(text, item, list.seq.range?.[0] ?? 0);
  if (dash === null) return 'the item does not begin with a dash of its own';
  const lineStart = text.lastIndexOf('\n', dash - 1) + 1;
  if (text.slice(lineStart, dash).trim() !== '') return 'the item shares its line with something else';
  const end = lineEnd(text, trimmedEnd(text, stop));
  const next = text.indexOf('\n', end);
  const to = next === -1 ? text.length : next + 1;
  if (items.length > 1) return { from: lineStart, to, with: '' };
  // A key with nothing below it would be null, not an empty list.
  const colon = text.indexOf(':', list.keyAt) + 1;
  const tail = text.slice(colon, lineStart);
  return { from: colon, to, with: ` []${tail}` };
}

function isAsMeant(before: Document, edited: string, key: string, edit: ListEdit): boolean {
  const after = openYaml(edited);
  const [document, ...more] = after.kind === 'opened' ? after.documents : [];
  if (document === undefined || more.length > 0) return false;
  try {
    const was = before.toJS({ maxAliasCount: 50 }) as Record<string, unknown>;
    const list = was[key];
    const items: readonly unknown[] = Array.isArray(list) ? list : [];
    const wanted = edit.kind === 'add' ? [...items, edit.item] : items.filter((_, index) => index !== edit.index);
    return isDeepStrictEqual(document.toJS({ maxAliasCount: 50 }), { ...was, [key]: wanted });
  } catch {
    return false;
  }
}
