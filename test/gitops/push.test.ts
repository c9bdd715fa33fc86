import { describe, expect, test } from 'vitest';
import { classifyPush } from '../../src/gitops/push.ts';

const failed = (stdout: string, stderr: string, timedOut = false) => ({
  code: 1,
  stdout: Buffer.from(stdout),
  stderr,
  timedOut,
});
const rejected = (summary: string) => `To file:///x\n!\tabc:refs/heads/main\t${summary}\nDone\n`;

describe('what became of a push', () => {
  test.each([
    ['[rejected] (stale info)'],
    ['[rejected] (fetch first)'],
    ['[rejected] (non-fast-forward)'],
    ["[remote rejected] (cannot lock ref 'refs/heads/main': is at 1f but expected 2e)"],
    ['[remote rejected] (failed to update ref)'],
  ])('%s is behind', (summary) => {
    expect(classifyPush(failed(rejected(summary), ''))).toEqual({ kind: 'behind' });
  });

  test.each([
    ['a hook', '[remote rejected] (pre-receive hook declined)', 'remote: only signed commits\nerror: failed', /signed/],
    [
      'a hook that speaks of races',
      '[remote rejected] (pre-receive hook declined)',
      'remote: please fetch first',
      /fetch/,
    ],
    ['protection', '[remote rejected] (protected branch hook declined)', 'remote: GH006: Protected', /GH006/],
  ])('%s refuses', (_, summary, stderr, because) => {
    expect(classifyPush(failed(rejected(summary), stderr))).toEqual({
      kind: 'refused',
      because: expect.stringMatching(because),
    });
  });

  test.each([
    'remote: fatal: unable to write loose object file: No space left on device',
    'error: remote unpack failed: unable to create temporary object directory',
    'remote: fatal: cannot create thread: Cannot allocate memory',
  ])('a server without room (%s) is asked again', (stderr) => {
    const answer = failed(rejected('[remote rejected] (unpacker error)'), stderr);
    expect(classifyPush(answer)).toMatchObject({ kind: 'unreachable', because: expect.stringMatching(/\w/) });
  });

  test('a server that will not have the objects refuses', () => {
    const answer = failed(rejected('[remote rejected] (unpacker error)'), 'remote: fatal: fsck error in packed object');
    expect(classifyPush(answer)).toMatchObject({ kind: 'refused' });
  });

  test.each([
    ["fatal: Authentication failed for 'https://git.example.com/x'", 'refused'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'refused'],
    ['git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'refused'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 503", 'unreachable'],
    ['fatal: 4035a1f401e hung up unexpectedly', 'unreachable'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'unreachable'],
    ['', 'unreachable'],
  ])('%j without a line of its own is %s', (stderr, kind) => {
    expect(classifyPush(failed('', stderr))).toMatchObject({ kind });
  });

  test('what took too long may have arrived', () => {
    expect(classifyPush(failed('', '', true))).toMatchObject({ kind: 'unreachable' });
  });

  test('what the server says is bounded, in one line, and shows no login', () => {
    const shown = classifyPush(
      failed('', `fatal: Authentication failed for 'https://bo:t0ken@x/y'\n\u001b[31m${'x'.repeat(900)}\u202e\u0007`),
    );
    const because = shown !== 'pushed' && shown.kind === 'refused' ? shown.because : '';
    expect(because).toContain("'https://***@x/y'");
    expect(because.length).toBeLessThanOrEqual(300);
    expect(because).not.toMatch(/t0ken|[\p{Cc}\p{Cf}]/u);
  });
});
