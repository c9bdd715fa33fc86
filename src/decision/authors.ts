import type { Plan } from '../vocabulary/release.ts';
import type { People } from './identity.ts';

/** Everybody who wrote what a plan brings: the artifact's author and those of all its commits, as Git has them. */
export function authorsOf({ artifact, commits, authors = [] }: Plan): readonly string[] {
  return [...new Set([artifact.author, ...commits.map(({ author }) => author), ...authors])];
}

/**
 * Whether one of the authors is who is known by these accounts, addresses and names: by address where Git has one, and
 * by name in any case, as people commit under private addresses too. Two of the same name are taken for one: a vote too
 * few is asked for again, one too many is not.
 */
export function isAuthor(known: readonly string[], authors: readonly string[], people: People): boolean {
  const names = new Set([...known, ...keysOf(known, people)].map(plain));
  return authors.some((author) => partsOf(author).some((part) => names.has(part)));
}

/** `Ana <ana@example.com>`: the name and the address. */
function partsOf(author: string): readonly string[] {
  return author
    .split(/[<>]/)
    .map(plain)
    .filter((part) => part !== '');
}

/** What `people` calls who has one of these accounts. */
function keysOf(known: readonly string[], people: People): readonly string[] {
  return Object.entries(people)
    .filter(([, { slack }]) => known.includes(slack))
    .map(([key]) => key);
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
