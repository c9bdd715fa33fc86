import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createObjectReader, createParser, type GitObject } from '../../src/gitops/object-reader.ts';
import { createGitRemote } from '../support/git-remote.ts';

const id = 'a'.repeat(40);

function parse(output: Buffer, chunkSize: number): (string | null)[] {
  const seen: (GitObject | null)[] = [];
  const take = createParser((object) => seen.push(object));
  for (let at = 0; at < output.length; at += chunkSize) take(output.subarray(at, at + chunkSize));
  return seen.map((object) => (object === null ? null : `${object.type} ${object.content.toString()}`));
}

test.each([1, 3, 7, 1_000])('objects are cut out of chunks of %d bytes, whatever they hold', (chunkSize) => {
  const output = [
    `${id} blob 6\none\n2\n\n`,
    'deadbeef:no such 12 missing\n',
    `${id} tree 0\n\n`,
    `${id} blob 5 missing\n`,
    `${id} commit 3\nend\n`,
  ].join('');
  expect(parse(Buffer.from(output), chunkSize)).toEqual(['blob one\n2\n', null, 'tree ', null, 'commit end']);
});

test('a blob too large for a manifest is passed over without being kept, and what follows is read', () => {
  const size = 10_000_001;
  const output = Buffer.concat([
    Buffer.from(`${id} blob ${size}\n`),
    Buffer.alloc(size, 10),
    Buffer.from(`\n${id} blob 2\nok\n`),
  ]);
  expect(parse(output, 65_536)).toEqual(['too-large ', 'blob ok']);
});

test('hostile names are not there, and what is asked after them is answered right', async () => {
  const remote = createGitRemote({ 'a b 12': 'spaces\n', 'plain.yaml': 'x\n' });
  const reader = createObjectReader(remote.path, { PATH: process.env['PATH'] ?? '' });
  const names = ['main:no such 12', 'main:plain.yaml', 'main:a\nmain:plain.yaml', 'main:a b 12', '--batch', '-x', ''];
  const read = await Promise.all(names.map((name) => reader.read(name)));
  expect(read.map((object) => object?.content.toString() ?? null)).toEqual([
    null,
    'x\n',
    null,
    'spaces\n',
    null,
    null,
    null,
  ]);
  reader.close();
  remote.close();
});

test('a clone that is not there rejects, and is read once it is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-reader-'));
  const reader = createObjectReader(join(folder, 'clone.git'), { PATH: process.env['PATH'] ?? '' });
  await expect(reader.read('HEAD')).rejects.toThrow(/could not read the clone/);
  const remote = createGitRemote({ 'plain.yaml': 'x\n' });
  remote.git('clone', '--quiet', '--bare', remote.path, join(folder, 'clone.git'));
  expect((await reader.read('main:plain.yaml'))?.content.toString()).toBe('x\n');
  reader.close({ forget: true });
  expect((await reader.read('main:plain.yaml'))?.content.toString()).toBe('x\n');
  reader.close();
  // Whatever is still under way then starts no process that would outlive it.
  await expect(reader.read('main:plain.yaml')).rejects.toThrow('about to end');
  remote.close();
  rmSync(folder, { recursive: true });
});
