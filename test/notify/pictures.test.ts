import { describe, expect, test, vi } from 'vitest';
import { createPictures } from '../../src/notify/pictures.ts';
import type { Sent } from '../../src/notify/ports.ts';
import { timelineOf } from '../../src/vocabulary/timeline.ts';
import { aPlan, aRelease, at, sha } from '../support/builders.ts';

const release = aRelease({
  ...{ state: { kind: 'written', commit: sha() }, plan: aPlan() },
  arrival: {
    clusters: { dev: { kind: 'healthy', since: at(9_000) } },
    steps: { dev: { fetched: { at: at(1_000) }, healthy: { at: at(9_000) } } },
  },
});
const timeline = timelineOf(release, ['dev']);
if (timeline === null) throw new Error('it has no timeline');
const picture = (channel = 'C1') => ({ release, timeline, posted: { channel, ts: '1.1' } });

/** Pictures on their way to a Slack that answers with `answers`, one after the other, and then takes everything. */
function uploads(answers: readonly (Sent | Promise<Sent>)[] = [], draw = async () => Buffer.from('png')) {
  const queue = [...answers];
  const sent: { readonly channel: string; readonly alt: string; readonly title: string; readonly name: string }[] = [];
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const upload = async (file: (typeof sent)[number]): Promise<Sent> => {
    sent.push(file);
    return (await queue.shift()) ?? { kind: 'sent', ts: '', channel: file.channel };
  };
  const log = { debug: () => {}, info: note, warn: note, error: note };
  const ending = new AbortController();
  return { sent, lines, ending, ...createPictures({ upload, log }, ending.signal, draw) };
}

describe('the picture of what a release took', () => {
  test('goes to its thread, with the same in words for those who do not see it', async () => {
    const pictures = uploads();
    pictures.show(picture());
    await pictures.idle();
    expect(pictures.sent).toMatchObject([
      {
        ...{ channel: 'C1', thread: '1.1', name: 'web-1.4.2-production.png', title: 'web 1.4.2 in production' },
        alt: 'web 1.4.2 in production took 9 s. asked 12:00 UTC → written +0.0 s → fetched +1.0 s → healthy +8.0 s; in all 9 s.',
      },
    ]);
  });

  test('is tried again where Slack is busy, and given up at some time', async () => {
    const busy: Sent = { kind: 'later', afterMs: 1, because: 'ratelimited' };
    const pictures = uploads([busy, busy, busy]);
    pictures.show(picture());
    pictures.show(picture('C2'));
    await pictures.idle();
    expect(pictures.sent.map(({ channel }) => channel)).toEqual(['C1', 'C1', 'C1', 'C2']);
  });

  test.each(['missing_scope', 'unknown_method'])('%s turns all of them off, which is said once', async (because) => {
    const pictures = uploads([{ kind: 'impossible', because }]);
    for (const channel of ['C1', 'C2', 'C1']) pictures.show(picture(channel));
    await pictures.idle();
    pictures.show(picture());
    await pictures.idle();
    expect(pictures.sent).toHaveLength(1);
    expect(pictures.lines).toEqual([expect.stringContaining(because)]);
  });

  test('a channel that takes none is left alone, others are not', async () => {
    const pictures = uploads([{ kind: 'impossible', because: 'not_in_channel' }]);
    for (const channel of ['C1', 'C1', 'C2']) pictures.show(picture(channel));
    await pictures.idle();
    expect(pictures.sent.map(({ channel }) => channel)).toEqual(['C1', 'C2']);
  });

  test('a machine that cannot draw turns them off', async () => {
    const pictures = uploads([], async () => {
      throw new Error('Cannot find native binding');
    });
    pictures.show(picture());
    pictures.show(picture());
    await pictures.idle();
    expect(pictures.sent).toEqual([]);
    expect(pictures.lines).toHaveLength(1);
  });

  test('an upload that breaks or hangs holds up nobody, and too many are left out', async () => {
    let answer: (sent: Sent) => void = () => {};
    const hanging = new Promise<Sent>((resolve) => {
      answer = resolve;
    });
    const pictures = uploads([Promise.reject(new Error('no answer')), hanging]);
    for (let count = 0; count < 200; count += 1) pictures.show(picture());
    await vi.waitFor(() => expect(pictures.sent).toHaveLength(2));
    answer({ kind: 'sent', ts: '', channel: 'C1' });
    await pictures.idle();
    expect(pictures.sent).toHaveLength(50);
  });

  test('nothing more is sent after the end', async () => {
    const pictures = uploads([{ kind: 'later', afterMs: 600_000, because: 'ratelimited' }]);
    pictures.show(picture());
    pictures.show(picture());
    await vi.waitFor(() => expect(pictures.sent).toHaveLength(1));
    pictures.ending.abort();
    await pictures.idle();
    expect(pictures.sent).toHaveLength(1);
  });
});
