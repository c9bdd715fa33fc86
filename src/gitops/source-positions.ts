import { isNode, type Node } from '../doors/yaml.ts';

/** Where a node ends, without what follows it on its line; null where it has no place in the source. */
export function endOf(item: unknown): number | null {
  const range = isNode(item) ? (item as Node).range : undefined;
  return range ? range[1] : null;
}

/** Without the white space and line breaks that a block takes with it. */
export function trimmedEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

/** Where the line that holds a position ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  const end = newline === -1 ? text.length : newline;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/** The dash of an item in a block; null where something else stands between it and the item. */
export function dashOf(text: string, item: unknown, listStart: number): number | null {
  const start = isNode(item) ? item.range?.[0] : undefined;
  if (start === undefined) return null;
  const dash = text.lastIndexOf('-', start - 1);
  return dash >= listStart && /^-\s+$/.test(text.slice(dash, start)) ? dash : null;
}
