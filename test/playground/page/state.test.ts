import { describe, expect, test } from 'vitest';
import { completionsFor } from '../../../src/playground/page/completion.js';
import {
  applyToLists,
  continues,
  countUnread,
  emptyState,
  place,
  refreshed,
} from '../../../src/playground/page/state.js';
import { formatDate, sentAt } from '../../../src/playground/page/time.js';

const message = (ts: string, over: object = {}) => ({ ts, user: 'UANA', text: `text ${ts}`, ...over });
const withHistory = (...list: ReturnType<typeof message>[]) => ({ ...emptyState, as: 'UBO', history: { C1: list } });
const times = (list: readonly { ts: string }[] | undefined) => list?.map(({ ts }) => ts);

describe('lists of messages', () => {
  test('a message takes its place by time, and only once', () => {
    const list = place(place([message('1.0'), message('3.0')], message('2.0')), message('2.0'));
    expect(times(list)).toEqual(['1.0', '2.0', '3.0']);
  });

  test('a change replaces a message where it stands and keeps what the thread had', () => {
    const state = withHistory(message('1.0', { reply_count: 2, latest_reply: '9.0' }), message('2.0'));
    const { history } = applyToLists(state, {
      type: 'message_changed',
      channel: 'C1',
      message: message('1.0', { text: 'new' }),
    });
    expect(history['C1']?.[0]).toEqual(message('1.0', { text: 'new', reply_count: 2, latest_reply: '9.0' }));
  });

  test('a reply counts at its root once, however often it is told', () => {
    const event = { type: 'message', channel: 'C1', message: message('3.0', { thread_ts: '1.0' }) } as const;
    const once = { ...withHistory(message('1.0')), ...applyToLists(withHistory(message('1.0')), event) };
    const twice = applyToLists(once, event);
    expect(twice.history['C1']).toEqual([message('1.0', { reply_count: 1, latest_reply: '3.0' })]);
  });

  test('a broadcast reply stands in the channel too, an ordinary one does not', () => {
    const told = (over: object) =>
      applyToLists(withHistory(message('1.0')), {
        type: 'message',
        channel: 'C1',
        message: message('3.0', { thread_ts: '1.0', ...over }),
      });
    expect(times(told({}).history['C1'])).toEqual(['1.0']);
    expect(times(told({ broadcast: true }).history['C1'])).toEqual(['1.0', '3.0']);
    expect(times(told({ subtype: 'thread_broadcast' }).history['C1'])).toEqual(['1.0', '3.0']);
  });

  test('a channel that was never opened stays unknown', () => {
    expect(applyToLists(emptyState, { type: 'message', channel: 'C9', message: message('1.0') }).history).toEqual({});
  });

  test('a deleted message is gone', () => {
    const { history } = applyToLists(withHistory(message('1.0'), message('2.0')), {
      type: 'message_deleted',
      channel: 'C1',
      ts: '1.0',
    });
    expect(times(history['C1'])).toEqual(['2.0']);
  });

  test('asking again keeps what was whispered and drops what is gone', () => {
    const list = refreshed([message('1.0'), message('2.0', { ephemeral: true })], [message('3.0')]);
    expect(times(list)).toEqual(['2.0', '3.0']);
  });

  test('messages of one author within five minutes are joined', () => {
    const [first, later] = [message('1000.0'), message('1299.0')];
    expect(continues(first, later, sentAt)).toBe(true);
    expect(continues(first, message('1301.0'), sentAt)).toBe(false);
    expect(continues(first, message('1010.0', { user: 'UCY' }), sentAt)).toBe(false);
    expect(continues(message('1000.0', { reply_count: 1 }), later, sentAt)).toBe(false);
  });
});

describe('unread counts', () => {
  const arrived = (over: object = {}) => ({ type: 'message', channel: 'C1', message: message('1.0', over) }) as const;
  test.each([
    ['another channel', arrived(), 'C2', 1, 0],
    ['a hidden page', arrived(), null, 1, 0],
    ['the channel in front', arrived(), 'C1', 0, 0],
    ['one’s own message', arrived({ user: 'UBO' }), 'C2', 0, 0],
    ['a reply in a thread', arrived({ thread_ts: '0.5' }), 'C2', 0, 0],
    ['a mention', arrived({ text: 'hi <@UBO>' }), 'C2', 1, 1],
  ])('%s', (_, event, watched, unread, mentions) => {
    const counts = countUnread({ ...emptyState, as: 'UBO' }, event, watched);
    expect([counts.unread['C1'] ?? 0, counts.mentions['C1'] ?? 0]).toEqual([unread, mentions]);
  });
});

describe('completion', () => {
  const known = {
    commands: [
      { command: '/release', usage_hint: 'SERVICE ENV', description: 'Release' },
      { command: '/rollback', usage_hint: 'SERVICE ENV', description: 'Back' },
    ],
    people: [
      { name: 'ana', real_name: 'Ana Andersen' },
      { name: 'sluice', real_name: 'App' },
    ],
  };
  test.each([
    ['/', ['/release', '/rollback']],
    ['/rel', ['/release']],
    ['/release ', []],
    ['say /rel', []],
    ['hi @an', ['@ana']],
    ['hi @ander', ['@ana']],
    ['mail ana@sl', []],
    ['@', ['@ana', '@sluice']],
  ])('%j offers %j', (text, labels) =>
    expect(completionsFor(text, text.length, known).items.map(({ label }) => label)).toEqual(labels),
  );
});

test.each([
  [{ ts: '1700000000.000100' }, 1_700_000_000_000.1],
  [{ ts: '1.0', time: 1_700_000_000_000 }, 1_700_000_000_000],
  [{ ts: '1.0', time: 1_700_000_000 }, 1_700_000_000_000],
  [{ ts: '1.0', time: '2023-11-14T22:13:20.000Z' }, 1_700_000_000_000],
])('%j was sent at %d', (sent, expected) => expect(sentAt(sent)).toBeCloseTo(expected, 3));

test('date tokens are filled in, unknown ones stay', () => {
  const at = new Date(2026, 10, 24, 15, 4, 5).getTime();
  const text = '{date_num}|{date_short}|{date_pretty}|{time}|{time_secs}|{ago}|{toString}';
  expect(formatDate(text, at, at + 7_200_000).replaceAll('\u202f', ' ')).toBe(
    '2026-11-24|Nov 24, 2026|today|3:04 PM|3:04:05 PM|2 hours ago|{toString}',
  );
});
