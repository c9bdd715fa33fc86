const limit = 20_000;
const longest = 300;
const known = new Map<string, string>();

/** The same text, held once however often it comes: the same few words stand in thousands of objects. For short texts that recur. */
export function interned(text: string): string {
  if (text.length > longest) return text;
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= limit) known.clear();
  known.set(text, text);
  return text;
}

/** A copy in one piece, that does not hold on to the texts that it was cut from or put together of. */
export function whole(text: string): string {
  return Buffer.from(text).toString();
}

const nothing: readonly never[] = [];

/** A copy without the room that a list keeps to grow; all empty ones are the same. */
export function list<T>(values: readonly T[]): readonly T[] {
  return values.length === 0 ? nothing : values.slice();
}

/** `namespace/name`, held once for all objects that refer to it. */
export const nameIn = (namespace: string, name: string): string => interned(`${namespace}/${name}`);
