import { button, foreign } from '../../blocks.ts';
import type { Release } from '../../release.ts';
import { people, when } from './words.ts';

/** `1 of 2 approved: @bo. From @platform or @storefront.`, a line for each demand, and the deadline. */
export function approvalLines(release: Release): string[] {
  const demands = (release.decision?.reasons ?? []).flatMap(({ code, demand }) =>
    demand === undefined
      ? []
      : [{ ...demand, done: code === 'override-unconfirmed' ? 'confirmed the override' : 'approved' }],
  );
  const lines = demands.map(({ from, count, have, done }) => {
    const who = have.length === 0 ? '' : `: ${people(have)}`;
    return `${have.length} of ${count} ${done}${who}. From ${from
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

/** Whether only the second operator's word for an override is missing. */
export function asksToConfirm(release: Release): boolean {
  const asking = (release.decision?.reasons ?? []).filter(({ demand }) => demand !== undefined);
  return asking.length > 0 && asking.every(({ code }) => code === 'override-unconfirmed');
}

/** Offered only while votes are missing; gone once it is decided. */
export function decisionButtons(release: Release) {
  const title = `${release.request.service} ${release.plan?.artifact.version ?? ''}`.trim();
  const { id } = release;
  const bound = release.decision?.bound ?? '';
  return [
    // Bound to what this picture of it shows, so that a click on an older one counts nothing.
    button({
      text: `${asksToConfirm(release) ? 'Confirm' : 'Approve'} ${title}`,
      action: 'release.approve',
      value: `${id}.${bound.slice(0, 12)}`,
      style: 'primary',
    }),
    // Asks for a reason first, so that it needs no confirmation.
    button({ text: 'Reject …', action: 'release.reject', value: id, style: 'danger' }),
    button({ text: 'Cancel', action: 'release.cancel', value: id }),
  ];
}
