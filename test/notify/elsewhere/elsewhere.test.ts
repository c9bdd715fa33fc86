import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Redis } from '../../../src/doors/redis.ts';
import { pause } from '../../../src/doors/time.ts';
import { createFeeds } from '../../../src/ledger/feeds.ts';
import type { FeedLine } from '../../../src/notify/elsewhere/announcement.ts';
import { createElsewhere } from '../../../src/notify/elsewhere/elsewhere.ts';
import type { Delivered, Sink } from '../../../src/notify/elsewhere/sink.ts';
import { aClock, aPlan, aRelease, at, releaseId, sha } from '../../support/builders.ts';
import { startRedisWithClient, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

function written(number: number): FeedLine {
  const id = releaseId(number);
  const record = aRelease({ id, state: { kind: 'written', commit: sha('cc') }, plan: aPlan() });
  return { cursor: `${number}-0`, at: at(), subject: `release/${id}`, entry: { event: 'release.written' }, record };
}

/** A log with these lines, read by one replica for one receiver that answers as it is told to. */
function reader(lines: readonly FeedLine[], answers: Delivered[], heard: string[]) {
  const logged: string[] = [];
  const sink: Sink = {
    name: 'hook',
    wants: () => true,
    deliver: async ({ id }) => {
      heard.push(id);
      return answers.shift() ?? { kind: 'delivered' };
    },
  };
  const note = (_: object, message: string) => void logged.push(message);
  const elsewhere = createElsewhere(
    {
      ...createFeeds({ redis }),
      clock: aClock(),
      log: { debug: note, info: note, warn: note, error: note },
      pulse: { beat: () => {}, stop: () => {}, late: () => [], ages: () => [] },
      lines: async (after) => lines.filter(({ cursor }) => Number.parseInt(cursor, 10) > Number.parseInt(after, 10)),
    },
    [sink],
  );
  return { ...elsewhere, logged };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries > 500) throw new Error('it did not come to that');
    await pause(20);
  }
}

const later: Delivered = { kind: 'later', because: 'answered 503' };

describe('those who are told outside of Slack', () => {
  test('are told in order, again where they were away, and go on where they were after a restart', async () => {
    const lines = [1, 2, 3].map(written);
    const heard: string[] = [];
    const first = reader(lines, [later], heard);
    first.start();
    await until(() => heard.length === 4);
    await first.stop();
    expect(heard).toEqual(['1-0', '1-0', '2-0', '3-0']);
    expect(first.logged).toEqual(['a receiver could not be told and is tried again']);
    lines.push(written(4));
    const second = reader(lines, [], heard);
    second.start();
    await until(() => heard.length === 5);
    await second.stop();
    expect(heard.at(-1)).toBe('4-0');
  });

  test('that refuse something for good are not asked again, and hear the rest', async () => {
    const heard: string[] = [];
    const one = reader([1, 2].map(written), [{ kind: 'never', because: 'answered 404' }], heard);
    one.start();
    await until(() => heard.length === 2);
    await one.stop();
    expect(heard).toEqual(['1-0', '2-0']);
    expect(one.logged).toEqual(['a receiver was not told, and will not be']);
  });

  test('are told by one of two replicas', async () => {
    const lines = [1, 2, 3].map(written);
    const heard: string[] = [];
    const both = [reader(lines, [], heard), reader(lines, [], heard)];
    for (const each of both) each.start();
    await until(() => heard.length >= 3);
    await pause(600);
    await Promise.all(both.map((each) => each.stop()));
    expect(heard).toEqual(['1-0', '2-0', '3-0']);
  });
});
