import type { Artifacts } from './artifacts.ts';
import { commitsOf, stepBetween } from './commits-between.ts';
import { newestOnMain } from './resolve-version.ts';

/** How a version stands to another of the same service: by how many builds, and how many commits are in them. */
export type Lag =
  | { readonly kind: 'same' }
  | { readonly kind: 'behind' | 'ahead'; readonly versions: number; readonly commits: number }
  /** One of them is not known here. */
  | { readonly kind: 'unknown' };

/** Tells how far a version is behind another one, or, where none is named, behind the newest of the main branch. */
export function createLag(artifacts: Pick<Artifacts, 'rows' | 'getAll'>) {
  return async (service: string, version: string, than?: string): Promise<Lag> => {
    if (version === than) return { kind: 'same' };
    const rows = await artifacts.rows(service);
    const other = than ?? newestOnMain(rows)?.version;
    if (version === other) return { kind: 'same' };
    const isKnown = (name: string) => rows.some((row) => row.version === name);
    if (other === undefined || !isKnown(version) || !isKnown(other)) return { kind: 'unknown' };
    const { backwards, versions } = stepBetween(rows, version, other, false);
    const { commitCount } = commitsOf(await artifacts.getAll(service, versions));
    return { kind: backwards ? 'ahead' : 'behind', versions: versions.length, commits: commitCount };
  };
}
