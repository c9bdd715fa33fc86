import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAncestry } from '../../src/gitops/ancestry.ts';
import { runGit } from '../../src/gitops/git-process.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

let remote: GitRemote;
/** In their order on main; the others branched off after the second one. */
let main: string[];
let side: string[];
beforeAll(() => {
  remote = createGitRemote({ file: '0' });
  main = [remote.head(), ...[1, 2, 3, 4].map((number) => remote.commit({ file: String(number) }))];
  const commitOn = (parent: string, message: string) =>
    remote
      .git(
        '-c',
        'user.name=Olu',
        '-c',
        'user.email=olu@acme.test',
        'commit-tree',
        '-p',
        parent,
        '-m',
        message,
        `${parent}^{tree}`,
      )
      .trim();
  const first = commitOn(main[1] ?? '', 'Branch off');
  side = [first, commitOn(first, 'Go on')];
});
afterAll(() => remote?.close());

const unknown = 'f'.repeat(40);

/** With what it has asked git. */
function asked(failing = false) {
  const calls: string[] = [];
  const git = async (args: readonly string[]) => {
    calls.push(args[0] ?? '');
    if (failing) throw new Error('git cannot be started');
    return runGit(args, { folder: remote.path, environment: { PATH: process.env['PATH'] ?? '' } });
  };
  return { calls, ...createAncestry('gitops', git) };
}

test('every pair of a branched history is told as git tells it, and a second time without git', async () => {
  const commits = [...main, ...side];
  const { calls, isAncestor } = asked();
  const order = (list: readonly string[], a: string, b: string) =>
    list.includes(a) && list.indexOf(a) <= list.indexOf(b);
  const pairs = commits.flatMap((a) => commits.map((b) => [a, b] as const));
  const answers = () => Promise.all(pairs.map(([a, b]) => isAncestor(a, b)));
  const expected = pairs.map(([a, b]) => order(main, a, b) || order([...main.slice(0, 2), ...side], a, b));
  expect(await answers()).toEqual(expected);
  // One question for each of the later ones of a pair at most, where one for each pair would be 42.
  expect(calls.length).toBeLessThanOrEqual(commits.length + 4);
  const before = calls.length;
  expect(await answers()).toEqual(expected);
  expect(calls).toHaveLength(before);
});

test('a commit that is not here is no ancestor now, asked for beside others or alone, and is asked for again', async () => {
  const { calls, isAncestor } = asked();
  const [first = '', , , , last = ''] = main;
  expect(await Promise.all([unknown, first].map((commit) => isAncestor(commit, last)))).toEqual([false, true]);
  expect(await isAncestor(unknown, last)).toBe(false);
  expect(calls.filter((name) => name === 'merge-base').length).toBeGreaterThanOrEqual(2);
});

test.each([
  ['the same commit', unknown, unknown, true],
  ['an option of git', '--all', unknown, false],
  ['a short name', 'f00', unknown, false],
])('%s is not asked about', async (_, a, b, isSo) => {
  const { calls, isAncestor } = asked();
  expect(await isAncestor(a, b)).toBe(isSo);
  expect(calls).toEqual([]);
});

test('where git cannot be asked, everybody who waits is told, and the next one is asked for anew', async () => {
  const { calls, isAncestor } = asked(true);
  const [first = '', second = '', third = ''] = main;
  const answers = await Promise.allSettled([
    isAncestor(first, third),
    isAncestor(second, third),
    isAncestor(third, first),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  const before = calls.length;
  await expect(isAncestor(first, third)).rejects.toThrow('cannot be started');
  expect(calls.length).toBeGreaterThan(before);
});
