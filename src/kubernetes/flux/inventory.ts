export interface InventoryEntry {
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly kind: string;
}

/**
 * Reads an inventory id, `<namespace>_<name>_<group>_<kind>` with `__` for `:` in names, as
 * cli-utils/pkg/object/objmetadata.go does; null where it is none.
 */
export function parseInventoryId(id: string): InventoryEntry | null {
  const first = id.indexOf('_');
  const last = id.lastIndexOf('_');
  const group = id.lastIndexOf('_', last - 1);
  if (first === -1 || group < first || last <= group) return null;
  const name = id.slice(first + 1, group).replaceAll('__', ':');
  if (name === '') return null;
  return { namespace: id.slice(0, first), name, group: id.slice(group + 1, last), kind: id.slice(last + 1) };
}
