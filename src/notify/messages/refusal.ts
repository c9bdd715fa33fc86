import type { Release } from '../../vocabulary/release.ts';
import { foreign, type MessageBody, nextWords, section } from '../../words/blocks.ts';
import { fitting, message, serviceOf, versionOf } from './words.ts';

/** Every reason in one reply, numbered, and the command that comes next. */
export function refusalSection(release: Release): string {
  const reasons = release.decision?.reasons ?? [];
  const listed = reasons.map(
    ({ text, source }, index) =>
      `${reasons.length > 1 ? `${index + 1}. ` : ''}${foreign(text, 500)}${source === undefined ? '' : ` (${foreign(source, 100)})`}`,
  );
  // What only holds is told so that the next attempt holds no surprise; what to do about it comes when it is asked for.
  const denying = reasons.filter(({ effect }) => effect === 'deny');
  const nexts = [...new Set(denying.flatMap(({ next }) => (next === undefined ? [] : [next])))];
  const next = nexts.slice(0, 5).map(nextWords).join(' or ');
  const what = release.request.intent === 'rollback' ? 'Not rolled back' : 'Not released';
  const title =
    `*${what}*: ${serviceOf(release)} ${versionOf(release)} → ${foreign(release.request.environment, 80)}.`.replace(
      '  ',
      ' ',
    );
  return [title, fitting(listed, 2_000), ...(next === '' ? [] : [`Next: ${next}`])]
    .filter((line) => line !== '')
    .join('\n');
}

/** Told to the requester alone. */
export function refusalMessage(release: Release): MessageBody {
  const text = refusalSection(release);
  return message(text, [section(text)]);
}
