/** One page of a list, by a cursor that names the first item of the next page; null where the cursor is not one of ours. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): { readonly items: readonly T[]; readonly next: string } | null {
  const from = cursor === '' ? 0 : items.findIndex((item) => keyOf(item) === keyIn(cursor));
  if (from === -1) return null;
  const next = items[from + limit];
  return { items: items.slice(from, from + limit), next: next === undefined ? '' : btoa(`next:${keyOf(next)}`) };
}

function keyIn(cursor: string): string | null {
  try {
    return /^next:(.+)$/.exec(atob(cursor))?.[1] ?? null;
  } catch {
    return null;
  }
}
