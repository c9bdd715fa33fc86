import { describe, expect, test } from 'vitest';
import { createReviewReminders } from '../../src/notify/review-reminders.ts';
import type { Notice } from '../../src/vocabulary/notice.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import { aClock, aDecision, aPlan, aRelease, at, noonMs, releaseId } from '../support/builders.ts';

const hourMs = 3_600_000;

/** Notices as channels are told them; a release of web to production whose review is due at 17:00 of the next day. */
function aDesk(timezone = 'UTC') {
  const clock = aClock();
  const notices = new Map<string, Notice>();
  const open: Release[] = [];
  const add = (number: number, environment = 'production') =>
    open.push({
      ...aRelease({
        id: releaseId(number),
        plan: aPlan(),
        decision: aDecision({ overridden: [{ code: 'locked', effect: 'hold', policy: 'locks', text: 'locked' }] }),
        request: { environment },
      }),
      review: { why: 'override', dueAt: at(29 * hourMs), timezone },
    });
  const run = createReviewReminders({
    clock,
    reviews: async () => open,
    environment: (name) => (name === 'gone' ? null : { channel: `#${name}` }),
    notice: async (said) => {
      const known = notices.get(said.id);
      notices.set(said.id, { ...said, revision: 1, since: known?.since ?? at(), state: { kind: 'active' } });
    },
    notices: async () => [...notices.values()].filter(({ state }) => state.kind === 'active'),
    endNotice: async (id, how) => {
      const known = notices.get(id);
      if (known !== undefined) notices.set(id, { ...known, state: { kind: 'ended', at: at(), how } });
    },
  });
  const at_ = async (hours: number) => {
    clock.move(noonMs + hours * hourMs - clock.now());
    await run();
    return [...notices.values()].map(({ id, state }) => `${id} ${state.kind === 'ended' ? state.how : 'active'}`);
  };
  return { at: at_, add, open, notices };
}

describe('a review that is late', () => {
  test('is told in its channel once a day, from nine in the morning', async () => {
    const desk = aDesk();
    desk.add(1);
    expect(await desk.at(28.9)).toEqual([]);
    expect(await desk.at(29)).toEqual(['reviews:#production:2026-11-25 active']);
    expect(await desk.at(44.9)).toEqual(['reviews:#production:2026-11-25 active']);
    expect(await desk.at(45)).toEqual([
      'reviews:#production:2026-11-25 asked again',
      'reviews:#production:2026-11-26 active',
    ]);
    expect(desk.notices.get('reviews:#production:2026-11-26')?.text).toBe(
      'A release still wants a second look by somebody else: /release reviews\n• web 1.4.2 in production by ana (override of locks, due Wed 2026-11-25 17:00)',
    );
  });

  test('counts its days where the environment is', async () => {
    const desk = aDesk('Asia/Tokyo');
    desk.add(1);
    expect(await desk.at(29)).toEqual(['reviews:#production:2026-11-25 active']);
    expect((await desk.at(36)).at(-1)).toBe('reviews:#production:2026-11-26 active');
  });

  test('is left out once somebody has looked, and the message is over with the last', async () => {
    const desk = aDesk();
    desk.add(1);
    desk.add(2);
    desk.add(3, 'gone');
    await desk.at(30);
    expect(desk.notices.get('reviews:#production:2026-11-25')?.text).toContain('2 releases still want');
    desk.open.splice(0, 1);
    await desk.at(31);
    expect(desk.notices.get('reviews:#production:2026-11-25')?.text).toContain('A release still wants');
    desk.open.splice(0, 1);
    expect(await desk.at(32)).toEqual(['reviews:#production:2026-11-25 all reviewed']);
  });
});
