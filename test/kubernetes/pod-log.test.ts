import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ClusterApi } from '../../src/kubernetes/clusters.ts';
import { readPodLog, shortened } from '../../src/kubernetes/pod-log.ts';
import { preformatted } from '../../src/words/blocks.ts';

describe('a line of a log', () => {
  test.each([
    ['as it is', 'panic: runtime error', 'panic: runtime error'],
    ['of JSON as level and message', '{"level":"error","msg":"no database","ts":1}', 'error: no database'],
    ['of JSON with an error inside', '{"severity":"ERROR","err":{"message":"refused","stack":"…"}}', 'ERROR: refused'],
    ['of JSON without a message', '{"a":1}', '{"a":1}'],
    ['that only begins like JSON', '{"a":', '{"a":'],
    ['with colours and control characters', '\u001b[31mred\u001b[0m\u0007', 'red'],
  ])('%s', (_what, line, shown) => {
    expect(shortened(line)).toBe(shown);
  });

  test('cannot end its block, mention anybody or grow without end', () => {
    const shown = preformatted(['```<!channel> <https://x|y>', 'x'.repeat(10_000)]);
    expect(shown.replaceAll(/^```\n|\n```$/g, '')).not.toMatch(/`|<[!h]/);
    expect(shown.length).toBeLessThan(2_600);
  });
});

/** An API server that answers each kind of log with a status and lines. */
const serving = (logs: { previous: [number, string]; present: [number, string] }, asked: string[]): ClusterApi => ({
  request: async (path) => {
    asked.push(path);
    const [status, text] = logs[path.includes('previous=true') ? 'previous' : 'present'];
    return { status, body: Readable.from([Buffer.from(text)]) };
  },
});
const pod = { namespace: 'shop', name: 'web-1', container: 'web' };

describe('the log of a container', () => {
  test('is that of the run that failed, where there was one', async () => {
    const asked: string[] = [];
    const api = serving({ previous: [200, 'a\n\nb\n'], present: [200, 'c\n'] }, asked);
    expect(await readPodLog(api, pod, new AbortController().signal)).toEqual({
      pod: 'web-1',
      container: 'web',
      lines: ['a', 'b'],
    });
    expect(asked).toEqual([
      '/api/v1/namespaces/shop/pods/web-1/log?tailLines=20&limitBytes=64000&container=web&previous=true',
    ]);
  });

  test('is that of the present run where it is the first', async () => {
    const api = serving(
      { previous: [400, 'previous terminated container "web" not found'], present: [200, 'c\n'] },
      [],
    );
    expect(await readPodLog(api, pod, new AbortController().signal)).toMatchObject({ lines: ['c'] });
  });

  test('is asked for again where the server is out of order', async () => {
    const api = serving({ previous: [503, ''], present: [200, 'c'] }, []);
    await expect(readPodLog(api, pod, new AbortController().signal)).rejects.toThrow('503');
  });

  test('is nothing where it may not be read or never ran', async () => {
    const api = serving({ previous: [403, '{}'], present: [400, 'waiting to start: ImagePullBackOff'] }, []);
    expect(await readPodLog(api, pod, new AbortController().signal)).toBeNull();
  });
});
