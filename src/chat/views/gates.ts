import type { Reason } from '../../vocabulary/reasons.ts';
import { foreign, nextWords } from '../../words/blocks.ts';

const shownEach = 6;

/** What stands in the way of a release that is only thought of: what would refuse it, hold it, or be shown. */
export function standingIn(reasons: readonly Reason[], overridden: readonly Reason[] = []): string {
  const of = (effect: Reason['effect']) => reasons.filter((reason) => reason.effect === effect);
  const [denied, held, warned] = [of('deny'), of('hold'), of('warn')];
  const passed = overridden.map(({ next: _next, ...reason }) => reason);
  return [
    ...(denied.length > 0 ? [refusedWords(denied)] : []),
    ...(held.length > 0 ? [listed('It would wait', held)] : []),
    ...(warned.length > 0 ? [listed('Warnings', warned)] : []),
    ...(passed.length > 0 ? [listed('It would pass, as an override', passed)] : []),
    ...(denied.length + held.length + passed.length === 0 ? ['Nothing stands in its way.'] : []),
  ].join('\n');
}

/** Why it would not even be asked for. */
export function refusedWords(reasons: readonly Reason[]): string {
  return listed('It would be refused', reasons);
}

function listed(title: string, reasons: readonly Reason[]): string {
  const shown = reasons
    .slice(0, shownEach)
    // Whom to ask for votes is asked by the request itself.
    .map(
      ({ text, next, demand }) =>
        `• ${foreign(text, 300)}${next === undefined || demand !== undefined ? '' : `. Next: ${nextWords(next)}`}`,
    );
  const more = reasons.length > shown.length ? [`• … ${reasons.length - shown.length} more`] : [];
  return [`*${title}*`, ...shown, ...more].join('\n');
}
