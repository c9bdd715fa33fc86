import { epochMsOf, wallTime } from '../../doors/time.ts';
import { kindsOf } from '../../vocabulary/overrides.ts';
import type { Release } from '../../vocabulary/release.ts';
import { code, context, escapeText, header, type MessageBody, mention, shorten, spoken } from '../../words/blocks.ts';
import { rowsWithButtons } from './rows.ts';
import { reply, shortId, stepOf } from './words.ts';

/** What still wants a second look, the most urgent first. */
export function reviewsReply(open: readonly Release[], nowMs: number): MessageBody {
  if (open.length === 0) return reply('Nothing wants a review.');
  const sorted = open.toSorted((a, b) => (a.review?.dueAt ?? '').localeCompare(b.review?.dueAt ?? ''));
  const rows = rowsWithButtons(
    sorted.map((release) => ({
      text: rowOf(release, nowMs),
      button: 'Reviewed',
      action: 'release.review',
      value: release.id,
    })),
  );
  const more = sorted.length > rows.length ? [`… ${sorted.length - rows.length} more.`] : [];
  const first = sorted[0] === undefined ? '' : shortId(sorted[0]);
  return {
    text: spoken(`Reviews: ${sorted.map(stepOf).join('; ')}`),
    blocks: [
      header(`${open.length} ${open.length === 1 ? 'release wants' : 'releases want'} a second look`),
      ...rows,
      context(
        [
          ...more,
          `Somebody else than the requester; with words: ${code(`/release review ${first} because TEXT`)}`,
        ].join(' '),
      ),
    ],
  };
}

function rowOf(release: Release, nowMs: number): string {
  const { request, review, decision } = release;
  const passed = kindsOf(decision?.overridden ?? []).map((kind) => code(kind, 60));
  const why = review?.why === 'rollback' ? 'rolled back' : `overrode ${passed.join(', ')}`;
  const because = request.because === undefined ? '' : `, because ${escapeText(shorten(request.because, 80))}`;
  return `*${stepOf(release)}* (${code(shortId(release))}): ${mention(request.requester.user)} ${why}${because}. ${dueWords(review, nowMs)}`;
}

function dueWords(review: Release['review'], nowMs: number): string {
  if (review === undefined) return '';
  const due = `${wallTime(epochMsOf(review.dueAt), review.timezone)} ${review.timezone}`;
  return epochMsOf(review.dueAt) <= nowMs ? `*Overdue* since ${due}.` : `Due ${due}.`;
}
