import { button, foreign } from '../../blocks.ts';
import type { Release } from '../../release.ts';
import { people, when } from './words.ts';

/** `1 of 2 approved: @bo. From @platform or @storefront.`, a line for each demand, and the deadline. */
export function approvalLines(release: Release): string[] {
  const demands = (release.decision?.reasons ?? []).flatMap(({ demand }) => (demand === undefined ? [] : [demand]));
  const lines = demands.map(({ from, count, have }) => {
    const who = have.length === 0 ? '' : `: ${people(have)}`;
    return `${have.length} of ${count} approved${who}. From ${from
      .slice(0, 10)
      .map((name) => foreign(name, 80))
      .join(' or ')}.`;
  });
  const earlier = release.votes.filter(({ vote, bound }) => vote === 'approve' && bound !== release.decision?.bound);
  if (earlier.length > 0)
    lines.push(
      `Changed since, so asked again: ${people([...new Set(earlier.map(({ person }) => person.user))])} had approved what was shown before.`,
    );
  const { expiresAt } = release.decision ?? {};
  return expiresAt === undefined || lines.length === 0 ? lines : [...lines, `Expires ${when(expiresAt)}.`];
}

/** Offered only while votes are missing; gone once it is decided. */
export function decisionButtons(release: Release) {
  const title = `${release.request.service} ${release.plan?.artifact.version ?? ''}`.trim();
  const { id } = release;
  const bound = release.decision?.bound ?? '';
  return [
    // Bound to what this picture of it shows, so that a click on an older one counts nothing.
    button({
      text: `Approve ${title}`,
      action: 'release.approve',
      value: `${id}.${bound.slice(0, 12)}`,
      style: 'primary',
    }),
    // Asks for a reason first, so that it needs no confirmation.
    button({ text: 'Reject …', action: 'release.reject', value: id, style: 'danger' }),
    button({ text: 'Cancel', action: 'release.cancel', value: id }),
  ];
}
