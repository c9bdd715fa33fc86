import type { Release } from '../../vocabulary/release.ts';
import { shownBound } from '../../vocabulary/votes.ts';
import { button, foreign, mention } from '../../words/blocks.ts';
import { people, when } from './words.ts';

/** `1 of 2 from @platform or @storefront: @bo`, a line for each demand, met or not, and the deadline. */
export function approvalLines(release: Release): string[] {
  const { reasons = [], approvals = [], uncounted = [], expiresAt } = release.decision ?? {};
  const missing = reasons.flatMap(({ code, demand }) => (demand === undefined ? [] : [{ code, demand }]));
  if (missing.length === 0) return [];
  const met = approvals.filter(({ count, have }) => have.length >= count);
  const lines = [
    ...missing.map(({ code, demand: { from, count, have } }) => {
      const done = code === 'override-unconfirmed' ? 'confirmed the override' : 'approved';
      return demandLine(`${have.length} of ${count} ${done}`, from, have);
    }),
    ...met.map(({ from, count, have }) =>
      demandLine(
        `${have.length} of ${count} approved`,
        from,
        have.map(({ user }) => user),
      ),
    ),
    ...uncounted.map(
      ({ user, because }) => `The approval of ${mention(user)} does not count: ${foreign(because, 200)}.`,
    ),
  ];
  return expiresAt === undefined ? lines : [...lines, `Expires ${when(expiresAt)}.`];
}

function demandLine(sofar: string, from: readonly string[], have: readonly string[]): string {
  const names = from.slice(0, 10).map((name) => foreign(name, 80));
  const who = have.length === 0 ? '' : `: ${people(have)}`;
  return `*${sofar}*${names.length === 0 ? '' : ` from ${names.join(' or ')}`}${who}`;
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
      value: `${id}.${shownBound(bound)}`,
      style: 'primary',
    }),
    // Asks for a reason first, so that it needs no confirmation.
    button({ text: 'Reject …', action: 'release.reject', value: id, style: 'danger' }),
    button({ text: 'Cancel', action: 'release.cancel', value: id }),
  ];
}
