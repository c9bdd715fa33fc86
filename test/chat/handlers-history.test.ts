import { describe, expect, test } from 'vitest';
import { tellHistory, turnPage } from '../../src/chat/handlers/history.ts';
import type { Asker, ChatPorts } from '../../src/chat/ports.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import type { MessageBody } from '../../src/words/blocks.ts';
import { ana, aPlan, aRelease, at, bo, noonMs, releaseId, sha } from '../support/builders.ts';
import { anOffice, somePorts } from './chat-office.ts';

const asker: Asker = { person: ana, timeZone: 'UTC', asked: { channel: 'C0' }, payload: 'p' };
const written = { kind: 'written', commit: sha() } as const;
const past = (count: number, over: (number: number) => Parameters<typeof aRelease>[0] = () => ({})): Release[] =>
  Array.from({ length: count }, (_, index) =>
    aRelease({ id: releaseId(index + 1), plan: aPlan(), state: written, ...over(index + 1) }),
  );

/** The index of the record, in memory; counts how much of it was read. */
function remembering(releases: readonly Release[]) {
  let read = 0;
  const history: ChatPorts['history'] = async ({ before, after, limit }) => {
    const newest = releases.toReversed();
    const page =
      after === undefined
        ? newest.filter(({ id }) => before === undefined || id < before).slice(0, limit)
        : newest.filter(({ id }) => id > after).slice(-limit);
    read += page.length;
    return page;
  };
  const { ports } = somePorts({ history, clock: { now: () => noonMs } });
  return { ports: ports as ChatPorts, read: () => read };
}

const words = (value: unknown): string => JSON.stringify(value).replaceAll('\u200b', '');
/** The numbers of the releases on a page, as their ids end with them. */
const numbers = ({ blocks }: MessageBody) =>
  [...words(blocks).matchAll(/<!date[^>]*> `0*(\d+)`/g)].map(([, number]) => Number(number));
const pageIn = ({ blocks }: MessageBody, action: string) =>
  new RegExp(`"action_id":"${action}","value":"([^"]*)"`).exec(words(blocks))?.[1];
const span = (from: number, to: number) => Array.from({ length: Math.abs(from - to) + 1 }, (_, index) => from - index);

describe('the history', () => {
  test('is turned page by page, there and back', async () => {
    const { ports } = remembering(past(30));
    const turn = (page: MessageBody, action: string) => turnPage(ports, asker, action, pageIn(page, action) ?? '');
    const first = await tellHistory(ports, asker, {});
    expect(numbers(first)).toEqual(span(30, 19));
    expect(pageIn(first, 'history.newer')).toBeUndefined();
    const second = await turn(first, 'history.older');
    expect(numbers(second)).toEqual(span(18, 7));
    const third = await turn(second, 'history.older');
    expect(numbers(third)).toEqual(span(6, 1));
    expect(pageIn(third, 'history.older')).toBeUndefined();
    const back = await turn(third, 'history.newer');
    expect(numbers(back)).toEqual(span(18, 7));
    const top = await turn(back, 'history.newer');
    expect(numbers(top)).toEqual(span(30, 19));
    expect(pageIn(top, 'history.newer')).toBeUndefined();
  });

  test.each<[string, Parameters<typeof tellHistory>[2], number[]]>([
    ['by somebody', { by: 'UBO' }, [3]],
    ['by a name', { by: 'bo' }, [3]],
    ['by oneself', { by: 'me' }, [4, 2, 1]],
    ['since a span', { since: '2h' }, [4, 3]],
    ['since a day', { since: '2026-11-24' }, [4, 3, 2, 1]],
    ['that failed', { only: 'failed' }, [4, 2]],
    ['that are rollbacks', { only: 'rollbacks' }, [1]],
    ['that fit nothing', { by: 'nobody' }, []],
  ])('shows those %s', async (_, filter, expected) => {
    const crashed = { kind: 'failed', stage: 'rollout', reason: 'X', because: 'x', since: at() } as const;
    const { ports } = remembering(
      past(4, (number) => ({
        request: {
          at: at((number - 4) * 3_600_000 - (number < 3 ? 3_600_000 : 0)),
          ...(number === 1 ? { intent: 'rollback' } : {}),
          ...(number === 3 ? { requester: bo } : {}),
        },
        ...(number === 2 ? { failed: { at: at(), cluster: 'prod-us', reason: 'CrashLoopBackOff' } } : {}),
        ...(number === 4 ? { arrival: { clusters: { dev: crashed } } } : {}),
      })),
    );
    expect(numbers(await tellHistory(ports, asker, filter))).toEqual(expected);
  });

  test('keeps the filter on the next page', async () => {
    const { ports } = remembering(past(40, (number) => ({ request: { requester: number % 2 === 0 ? ana : bo } })));
    const first = await tellHistory(ports, asker, { service: 'web', by: 'UANA' });
    const next = await turnPage(ports, asker, 'history.older', pageIn(first, 'history.older') ?? '');
    expect(numbers(next)).toEqual([16, 14, 12, 10, 8, 6, 4, 2]);
  });

  test('says that what was replaced had failed', async () => {
    const superseded = { kind: 'superseded', by: '1.4.3', since: at() } as const;
    const { ports } = remembering(
      past(1, () => ({
        arrival: { clusters: { dev: superseded } },
        failed: { at: at(), cluster: 'prod-us', reason: 'CrashLoopBackOff' },
      })),
    );
    expect(words(await tellHistory(ports, asker, {}))).toMatch(
      /\*failed\* on prod-us <!date[^>]*> \(CrashLoopBackOff\), then superseded by 1\.4\.3/,
    );
  });

  test('looks at a thousand at most, and goes on from there', async () => {
    const { ports, read } = remembering(past(2_500, (number) => (number === 2 ? { request: { requester: bo } } : {})));
    const first = await tellHistory(ports, asker, { by: 'UBO' });
    expect(read()).toBe(1_000);
    expect(first.text).toContain('Looked at 1000 releases');
    const second = await turnPage(ports, asker, 'history.older', pageIn(first, 'history.older') ?? '');
    const third = await turnPage(ports, asker, 'history.older', pageIn(second, 'history.older') ?? '');
    expect(numbers(third)).toEqual([2]);
  });

  test.each(['', 'x', `${releaseId()} lock web`, `${releaseId()} ../..`])(
    'a button with %j turns nothing',
    async (value) => {
      const { ports } = remembering(past(3));
      expect((await turnPage(ports, asker, 'history.older', value)).text).toContain('not there any more');
    },
  );

  test('is replaced by the next page where only the one who asked sees it', async () => {
    const { ports } = remembering(past(30));
    const office = await anOffice({ ports: { history: ports.history } });
    await office.told('ana', '/release history');
    const before = office.control.ephemeral('ana').length;
    const list = office.control.ephemeral('ana').at(-1);
    await office.control.click('ana', 'general', list?.ts ?? '', 'history.older');
    await office.control.waitFor(() => words(office.control.ephemeral('ana').at(-1)?.blocks).includes('history.newer'));
    expect(office.control.ephemeral('ana')).toHaveLength(before);
  });
});
