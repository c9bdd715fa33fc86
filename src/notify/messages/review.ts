import { epochMsOf, wallTime } from '../../doors/time.ts';
import type { Release } from '../../vocabulary/release.ts';
import { button, foreign, mention } from '../../words/blocks.ts';

/** Whether, and until when, somebody else is to look at it again; and who has. */
export function reviewLines(release: Release): string[] {
  const { review } = release;
  if (review === undefined) return [];
  if (review.done === undefined)
    return [
      `Wants a second look by somebody else until ${wallTime(epochMsOf(review.dueAt), review.timezone)} ${review.timezone}.`,
    ];
  const because = review.done.because === undefined ? '' : `: ${foreign(review.done.because, 300)}`;
  return [`Reviewed by ${mention(review.done.by.user)}${because}.`];
}

/** Gone once somebody has looked. */
export function reviewButtons(release: Release) {
  return release.review === undefined || release.review.done !== undefined
    ? []
    : [button({ text: 'Reviewed', action: 'release.review', value: release.id })];
}
