import { z } from 'zod';
import { matchesPattern } from '../../doors/linear-pattern.ts';
import { versionSchema } from '../../vocabulary/artifact.ts';
import { type RegistryClient, readAs } from './registry-client.ts';

const pageSchema = z.object({ tags: z.array(z.string()).nullish() });
const pageSize = 1_000;
const mostPages = 50;

/** All tags of a repository; where there are more than fifty pages of them, the first fifty, as registries list them. */
export async function listTags(client: RegistryClient, repository: string): Promise<readonly string[]> {
  const tags: string[] = [];
  let query: string | null = `n=${pageSize}`;
  for (let page = 0; query !== null && page < mostPages; page += 1) {
    const { text, headers }: Awaited<ReturnType<RegistryClient['get']>> = await client.get(
      repository,
      `tags/list?${query}`,
    );
    tags.push(...(readAs(pageSchema, text, 'list of tags').tags ?? []));
    query = nextQuery(headers.get('link'));
  }
  return [...new Set(tags)];
}

/** Older versions than these are not looked for: what runs, and what one may go back to, is among them. */
const newestTags = 300;

/** The tags that are versions, newest first as far as their numbers tell. */
export function versionTags(tags: readonly string[], pattern: string): readonly string[] {
  return tags
    .filter((tag) => versionSchema.safeParse(tag).success && matchesPattern(pattern, tag))
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .slice(0, newestTags);
}

/** Of `</v2/web/tags/list?n=1000&last=1.4.2>; rel="next"` the query alone: the address stays the one that was asked. */
export function nextQuery(link: string | null): string | null {
  const next = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link?.slice(0, 4_000) ?? '')?.[1];
  if (next === undefined || !URL.canParse(next, 'https://registry.invalid')) return null;
  return new URL(next, 'https://registry.invalid').search.slice(1) || null;
}
