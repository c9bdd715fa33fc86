import { describe, expect, test } from 'vitest';
import { renderedFilesSchema, renderedHash } from '../../src/vocabulary/rendered.ts';

describe('manifests that CI rendered', () => {
  test.each<[string, Record<string, unknown>, string | null]>([
    ['files and folders', { 'deployment.yaml': 'a', 'crds/web.yaml': 'b' }, null],
    ['nothing', {}, 'expected 1 to 200 files, found 0'],
    [
      'too many',
      Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`${index}.yaml`, ''])),
      'expected 1 to 200 files, found 201',
    ],
    ['a large one', { 'a.yaml': 'x'.repeat(300_001) }, '<=300000'],
    ['a path that climbs', { '../a.yaml': '' }, 'a relative path inside the repository'],
    ['a path from the root', { '/a.yaml': '' }, 'a relative path inside the repository'],
    ['the folder of Git', { 'x/.GIT/hooks/a': '' }, 'a relative path inside the repository'],
    ['a path without a name', { 'a//b': '' }, 'a relative path inside the repository'],
    ['a file that is a folder', { 'a/b.yaml': '', a: '' }, '"a" is a file and a folder'],
    ['no text', { a: 'x\0y' }, 'expected text'],
    ['half a character', { a: '\ud800' }, 'expected text'],
    ['a list', { a: ['x'] }, 'expected string'],
  ])('%s', (_, files, problem) => {
    const read = renderedFilesSchema.safeParse(files);
    if (problem === null) expect(read.success).toBe(true);
    else
      expect(JSON.stringify(read.error?.issues.map((issue) => ('issues' in issue ? issue.issues : issue)))).toContain(
        JSON.stringify(problem).slice(1, -1),
      );
  });

  test('have a hash of every letter, whatever their order', () => {
    const hash = renderedHash({ a: 'x', b: 'y' });
    expect(hash).toBe(renderedHash({ b: 'y', a: 'x' }));
    const others = [{ a: 'x' }, { a: 'y', b: 'x' }, { a: 'x', c: 'y' }, { a: 'x', b: 'y ' }, { a: 'xb', '': 'y' }];
    expect(new Set([hash, ...others.map(renderedHash)]).size).toBe(others.length + 1);
  });
});
