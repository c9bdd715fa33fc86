import { describe, expect, test } from 'vitest';
import { authorsOf, isAuthor } from '../../src/decision/authors.ts';
import { identityOf, type People } from '../../src/decision/identity.ts';
import type { Person } from '../../src/vocabulary/person.ts';
import { anArtifact, aPerson, aPlan, sha, userId } from '../support/builders.ts';

test('authors are those of the artifact, of its commits and of those that are not shown, each once', () => {
  const commit = (author: string) => ({ sha: sha(), title: 'Fix', author });
  const plan = aPlan({
    artifact: anArtifact({ author: 'Ana' }),
    commits: [commit('Bo'), commit('Ana'), commit('Cy')],
    authors: ['Bo', 'Eve'],
  });
  expect(authorsOf(plan)).toEqual(['Ana', 'Bo', 'Cy', 'Eve']);
  expect(authorsOf(aPlan({ artifact: anArtifact({ author: 'Ana' }), commits: [] }))).toEqual(['Ana']);
});

describe('an author in Git is this person', () => {
  const lee = aPerson('lee', { name: 'Lee Straß', email: 'lee@example.com' });
  const people: People = {
    'lee-at-home': { slack: lee.user, email: 'lee@home.test' },
    mia: { slack: userId('UMIA'), email: 'mia@example.com' },
  };
  const wrote = (author: string, person: Person = lee) =>
    isAuthor([...identityOf(person, people), person.name], [author], people);

  test.each<[string, string, boolean]>([
    ['by name', 'Lee Straß', true],
    ['by name with an address that nobody knows', 'Lee Straß <lee@private.test>', true],
    ['by name in another case', 'lee straß', true],
    ['by name with other blanks', '  Lee \t  Straß <>', true],
    ['by name in other characters of the same look', 'Ｌｅｅ Straß', true],
    ['by a name that people gives', 'lee-at-home', true],
    ['by address', 'Somebody <lee@example.com>', true],
    ['by address in another case', 'Somebody < LEE@Example.com >', true],
    ['by an address of people', 'Somebody <lee@home.test>', true],
    ['by an address alone', ' Lee@example.com ', true],
    ['not by a part of the name', 'Lee', false],
    ['not by a name without its blank', 'LeeStraß', false],
    ['not by a name that only capitals make alike', 'Lee Strass', false],
    ['not by an address with more behind it', 'lee@example.com and others', false],
    ['not by somebody else of people', 'mia', false],
    ['not by anybody', '', false],
  ])('%s: %s', (_title, author, expected) => {
    expect(wrote(author)).toBe(expected);
  });

  test.each([
    ['', ''],
    [' ', '<>'],
    ['', ' <nobody@example.com>'],
  ])('not where neither has a name: %j, %j', (name, author) => {
    expect(wrote(author, { user: lee.user, name })).toBe(false);
  });

  test('where one of several is', () => {
    expect(isAuthor(['Lee Straß'], ['Ana', 'Lee Straß'], {})).toBe(true);
    expect(isAuthor(['Lee Straß'], [], {})).toBe(false);
  });
});
