import { expect, test } from 'vitest';
import { createLag } from '../../src/catalog/lag.ts';
import { anArtifact, at, sha } from '../support/builders.ts';

const built = (version: string, number: number, branch = 'main') =>
  anArtifact({
    ...{ version, branch, commit: sha(String(number)), builtAt: at(number * 60_000) },
    commits: [{ sha: sha(`${number}${number}`), title: version, author: 'Ana' }],
  });
const all = [built('1.4.3-rc', 4, 'feature/banner'), built('1.4.2', 3), built('1.4.1', 2), built('1.4.0', 1)];
const lag = createLag({
  rows: async () => all,
  getAll: async (_service, versions) => all.filter(({ version }) => versions.includes(version)),
});

test.each([
  ['1.4.0', '1.4.2', { kind: 'behind', versions: 2, commits: 2 }],
  ['1.4.2', '1.4.1', { kind: 'ahead', versions: 1, commits: 1 }],
  ['1.4.1', '1.4.1', { kind: 'same' }],
  ['0.9.9', '0.9.9', { kind: 'same' }],
  ['0.9.9', '1.4.1', { kind: 'unknown' }],
  ['1.4.1', '0.9.9', { kind: 'unknown' }],
  ['1.4.1', undefined, { kind: 'behind', versions: 1, commits: 1 }],
  ['1.4.2', undefined, { kind: 'same' }],
])('%s against %s', async (version, than, expected) => {
  expect(await lag('web', version, than)).toEqual(expected);
});
