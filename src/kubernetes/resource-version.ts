/** Resource versions are numbers that grow, of any length (KEP-5504); of anything else no order is known. */
export function isNotAfter(version: string, than: string): boolean {
  if (!/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return version.length === than.length ? version <= than : version.length < than.length;
}
