import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import { type Release, versionOf } from '../../vocabulary/release.ts';
import { overall, type Verdict } from '../../vocabulary/verdict.ts';
import { code, context, escapeText, type MessageBody, mention, section, shorten, spoken } from '../../words/blocks.ts';

/** A private answer: what, and the command that comes next. Foreign text has been escaped by the caller. */
export function reply(text: string, ...hints: readonly string[]): MessageBody {
  return {
    text: spoken([text, ...hints].join(' ')),
    blocks: [section(text), ...(hints.length === 0 ? [] : [context(...hints)])],
  };
}

/** A mistake of the person who typed: the sentence and the command to copy. */
export function mistakeReply(message: string, next: string | undefined): MessageBody {
  return reply(escapeText(message), ...(next === undefined ? [] : [`Next: ${code(next)}`]));
}

/** A moment in the reader's own time zone (Slack's date formatting), with UTC for those who cannot show it. */
export function when(instant: Instant, format = '{time}'): string {
  return `<!date^${Math.floor(epochMsOf(instant) / 1000)}^${format}|${instant.slice(11, 16)} UTC>`;
}

const recentMs = 20 * 3_600_000;

/** How Slack is to show a moment: `14:02`, or the day where that is longer ago; and what is shown where it cannot. */
export function momentFormat(instant: Instant, nowMs: number): { readonly format: string; readonly fallback: string } {
  return nowMs - epochMsOf(instant) < recentMs
    ? { format: '{time}', fallback: `${instant.slice(11, 16)} UTC` }
    : { format: '{date_short_pretty}', fallback: instant.slice(0, 10) };
}

export function timeOrDay(instant: Instant, nowMs: number): string {
  const { format, fallback } = momentFormat(instant, nowMs);
  return `<!date^${Math.floor(epochMsOf(instant) / 1000)}^${format}|${fallback}>`;
}

export function sinceWords(instant: Instant, nowMs: number): string {
  return `since ${timeOrDay(instant, nowMs)}`;
}

export function day(instant: Instant): string {
  return when(instant, '{date_short_pretty} {time}');
}

/** The end of a release id: enough to tell it from others, short enough to type. */
export function shortId(release: Pick<Release, 'id'>): string {
  return release.id.slice(-8);
}

export function stepOf(release: Release): string {
  const from = release.plan?.from?.version;
  const to = versionOf(release) || '…';
  const step = from === undefined || from === to ? to : `${from} → ${to}`;
  return `${escapeText(release.request.service)} ${escapeText(step)} in ${escapeText(release.request.environment)}`;
}

/** `web 1.4.1 → 1.4.2 in production: queued`, but `… in production waits: needs 2 approvals`; `step` as it is to be shown. */
export function stepAndState(release: Release, step = stepOf(release)): string {
  return `${step}${release.state.kind === 'held' ? ' ' : ': '}${stateWords(release)}`;
}

/** The state of a release in a few words. */
export function stateWords(release: Release): string {
  switch (release.state.kind) {
    case 'requested':
      return 'being looked at';
    case 'held':
      return `waits: ${escapeText(shorten(release.decision?.reasons.map(({ text }) => text).join('; ') ?? 'for a decision', 400))}`;
    case 'queued':
      return 'queued';
    case 'writing':
      return 'being written';
    case 'written': {
      const verdict = release.arrival === undefined ? null : overall(release.arrival);
      return verdict === null ? `written (${release.state.commit.slice(0, 7)})` : verdictWords(verdict);
    }
    case 'denied':
      return 'not released';
    case 'unchanged':
      return 'ran already';
    case 'rejected':
      return `rejected by ${mention(release.state.by.user)}`;
    case 'cancelled':
      return `cancelled by ${mention(release.state.by.user)}`;
    case 'expired':
      return 'expired';
    case 'superseded':
      return 'superseded';
  }
}

export function verdictWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'healthy':
      return `healthy${verdict.pods === undefined ? '' : ` ${verdict.pods.ready}/${verdict.pods.wanted}`}`;
    case 'failed':
      return `*failed*: ${escapeText(shorten(verdict.because, 300))}`;
    case 'waiting':
      return `waiting: ${escapeText(shorten(verdict.because, 300))}`;
    case 'unverified':
      return `not proven: ${escapeText(shorten(verdict.because, 300))}`;
    case 'superseded':
      return `superseded by ${escapeText(verdict.by)}`;
    case 'gone':
      return `gone: ${escapeText(shorten(verdict.because, 300))}`;
  }
}

/** A list with its title, as much of it as fits; `count` where it is known to be longer than what is listed. */
export function bulleted(title: string, rows: readonly string[], count = rows.length): string {
  const shown = fitting(rows);
  const more = count > shown.length ? [`… ${count - shown.length} more`] : [];
  return [`*${title}*`, ...shown.map((row) => `• ${row}`), ...more].join('\n');
}

const rowLimit = 20;

/** Whole rows only: one that is cut could end in the middle of a mention or a link. */
export function fitting(rows: readonly string[], limit = 2_850): readonly string[] {
  let left = limit;
  const end = rows.slice(0, rowLimit).findIndex((row) => {
    left -= row.length + 3;
    return left < 0;
  });
  return rows.slice(0, end === -1 ? rowLimit : end);
}

/** `web in production`, `production`, `web`. */
export function scopeWords(scope: {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}): string {
  return [scope.service, scope.environment]
    .filter((part) => part !== undefined)
    .map(escapeText)
    .join(' in ');
}

/** The same of a lock or a freeze: one that names neither is of everything. */
export function heldWords(scope: Parameters<typeof scopeWords>[0]): string {
  return scopeWords(scope) || 'everything';
}

export function holdWords(hold: Hold): string {
  const until = hold.until === undefined ? '' : ` until ${when(hold.until)}`;
  return `*${heldWords(hold)}* is ${hold.what === 'freeze' ? 'frozen' : 'locked'} by ${mention(hold.by.user)}${until}: ${escapeText(hold.because)}`;
}
