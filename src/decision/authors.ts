import type { Person, Plan } from '../release.ts';
import type { People } from './identity.ts';

/** Everybody who wrote what a plan brings: the artifact's author and those of all its commits, as Git has them. */
export function authorsOf({ artifact, commits, authors = [] }: Plan): readonly string[] {
  return [...new Set([artifact.author, ...commits.map(({ author }) => author), ...authors])];
}

/**
 * Whether one of the authors is this person: by address where Git has one, and by name in any case, as people commit
 * under private addresses too. Two of the same name are taken for one: a vote too few is asked for again, one too many is not.
 */
export function isAuthor(identity: ReadonlySet<string>, person: Person, authors: readonly string[], people: People) {
  const names = new Set([person.name, ...keysOf(identity, people)].map(plain).filter((name) => name !== ''));
  return authors.some((author) => {
    const [, name = author, email = ''] = /^([^<]*)<([^>]*)>/.exec(author) ?? [];
    return (
      identity.has(email.trim().toLowerCase()) || identity.has(author.trim().toLowerCase()) || names.has(plain(name))
    );
  });
}

/** What `people` calls a person. */
function keysOf(identity: ReadonlySet<string>, people: People): readonly string[] {
  return Object.entries(people).flatMap(([key, { slack }]) => (identity.has(slack) ? [key] : []));
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
