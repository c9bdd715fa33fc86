import { describe, expect, test } from 'vitest';
import { type DirectoryPorts, readDirectory } from '../../src/decision/directory.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { automatic, type UserId } from '../../src/vocabulary/person.ts';
import { ana, aReadFile, bo, cy, mia } from '../support/builders.ts';

const away = () => Promise.reject(new Retryable('Slack does not answer'));

/** ana and bo are in @platform, mia is named by people, and bo has left the workspace. */
function read(names: readonly string[], actors: readonly UserId[], over: Partial<DirectoryPorts> = {}) {
  const asked: string[] = [];
  const ports: DirectoryPorts = {
    membersOf: async (handle) => {
      asked.push(handle);
      return handle === '@platform' ? [ana.user, bo.user] : [cy.user];
    },
    person: async (user) => {
      asked.push(user);
      return user === bo.user ? null : ana;
    },
    ...over,
  };
  return readDirectory(names, aReadFile().file, ports, actors).then((directory) => ({
    asked,
    directory: directory.kind === 'read' ? Object.fromEntries(directory.members) : directory,
  }));
}

describe('who is behind the names', () => {
  test('groups are asked once, people are in the file, and who is no name there is nobody', async () => {
    expect(await read(['@platform', 'mia', '@security', '@platform', 'olu', 'constructor'], [])).toEqual({
      asked: ['@platform', '@security'],
      directory: {
        '@platform': [ana.user, bo.user],
        '@security': [cy.user],
        mia: [mia.user],
        olu: [],
        constructor: [],
      },
    });
  });

  test('an actor who has left is behind no name any more; each is asked about once', async () => {
    expect(await read(['@platform', 'mia'], [bo.user, bo.user, cy.user, automatic])).toEqual({
      asked: ['@platform', bo.user, cy.user],
      directory: { '@platform': [ana.user], mia: [mia.user] },
    });
  });

  test('what goes by itself is no person, whatever a group lists', async () => {
    const { asked } = await read(['@platform'], [automatic], { membersOf: async () => [automatic] });
    expect(asked).toEqual([]);
  });
});

describe('nobody can tell', () => {
  test.each<[string, readonly string[], readonly UserId[], Partial<DirectoryPorts>, object]>([
    ['while a group cannot be read', ['mia', '@platform'], [], { membersOf: away }, { name: '@platform' }],
    [
      'while an actor cannot be looked up',
      ['@platform', 'mia'],
      [ana.user],
      { person: away },
      { name: 'this workspace' },
    ],
  ])('%s', async (_title, names, actors, over, expected) => {
    const { directory } = await read(names, actors, over);
    expect(directory).toEqual({ kind: 'unreadable', because: 'Slack does not answer', ...expected });
  });

  test('but people who are named one by one keep their rights', async () => {
    expect((await read(['mia'], [mia.user], { person: away })).directory).toEqual({ mia: [mia.user] });
  });
});
