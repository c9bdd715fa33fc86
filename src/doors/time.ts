import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

/** A moment as ISO 8601 in UTC with milliseconds, as it is stored and compared: such strings sort by time. */
export const instantSchema = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof instantSchema>;

/** The only way that code outside this file learns the time; tests hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** For how long something takes or has lasted: it never jumps, and says nothing of the time of day. */
export const steadyClock: Clock = { now: () => performance.now() };

export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

export function epochMsOf(instant: Instant): number {
  return Date.parse(instant);
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `90s`, `15m`, `2h`, `1h30m`, `3d` and Go's `1m0s` as milliseconds; null for anything else. */
export function parseDurationMs(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    total += Number(amount) * (unit === 'ms' ? 1 : unitMs[unit as keyof typeof unitMs]);
  }
  return total;
}

/** The next moment that a wall clock of this zone shows `16:00`, or `2026-12-24`, `2026-12-24 16:00` there; null for anything else. */
export function readMomentMs(text: string, nowMs: number, timeZone: string): number | null {
  try {
    const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone);
    const clock = /^(\d\d?):(\d\d)$/.exec(text);
    if (clock === null) {
      const [day = '', time = '00:00'] = text.split(/[ T]/i);
      return Temporal.PlainDateTime.from(`${day}T${time.padStart(5, '0')}`, { overflow: 'reject' }).toZonedDateTime(
        timeZone,
      ).epochMilliseconds;
    }
    const time = Temporal.PlainTime.from(`${text.padStart(5, '0')}`, { overflow: 'reject' });
    const today = now.toPlainDate().toZonedDateTime({ timeZone, plainTime: time });
    const isPast = today.epochMilliseconds <= nowMs;
    const moment = isPast ? now.toPlainDate().add({ days: 1 }).toZonedDateTime({ timeZone, plainTime: time }) : today;
    return moment.epochMilliseconds;
  } catch {
    return null;
  }
}

export const weekdaySchema = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
const weekdays = weekdaySchema.options;

/** A span of every day (of some days), or one between two dates; as a wall clock of its zone shows it. */
export interface Span {
  /** On which a span of every day begins; default: all. */
  readonly days?: readonly z.infer<typeof weekdaySchema>[] | undefined;
  /** `15:00`; or a date, `2026-12-20` or `2026-12-20 12:00`. */
  readonly from: string;
  /** `24:00`; earlier than `from` means the next day. A date without a time is its end. */
  readonly to: string;
  readonly timezone: string;
  /** Dates on which a span of every day does not begin. */
  readonly except?: readonly string[] | undefined;
}

const datePattern = /^\d{4}-\d\d-\d\d/;

/** Where the span that holds a moment ends, in epoch milliseconds; null where none holds it. Days are calendar days, also across DST. */
export function spanEndMs(span: Span, nowMs: number): number | null {
  if (datePattern.test(span.from)) {
    const { from, to } = datedMs(span);
    return from <= nowMs && nowMs < to ? to : null;
  }
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(span.timezone).toPlainDate();
  const ends = [today.subtract({ days: 1 }), today].flatMap((day) => {
    const name = weekdays[day.dayOfWeek - 1] ?? 'mon';
    if (span.days?.includes(name) === false || span.except?.includes(day.toString())) return [];
    const from = onDay(day, span.from, span.timezone);
    const to = onDay(span.to <= span.from ? day.add({ days: 1 }) : day, span.to, span.timezone);
    return from <= nowMs && nowMs < to ? [to] : [];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}

/** Both ends of a span between two dates, in epoch milliseconds; throws a RangeError where a date does not exist. */
export function datedMs({ from, to, timezone }: Span): { readonly from: number; readonly to: number } {
  const moment = (text: string, time: string) =>
    onDay(Temporal.PlainDate.from(text.slice(0, 10), { overflow: 'reject' }), text.slice(11) || time, timezone);
  return { from: moment(from, '00:00'), to: moment(to, '24:00') };
}

function onDay(day: Temporal.PlainDate, time: string, timeZone: string): number {
  const date = time === '24:00' ? day.add({ days: 1 }) : day;
  const plainTime = Temporal.PlainTime.from(time === '24:00' ? '00:00' : time);
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}

/** `Fri 2026-11-27 16:00`, as a wall clock of the zone shows it. */
export function wallTime(epochMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
  const name = weekdays[local.dayOfWeek - 1] ?? '';
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** When clocks of a zone show this full hour on the next day from Monday to Friday; holidays are not known. */
export function nextWorkingDayMs(nowMs: number, timeZone: string, hour: number): number {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const day = [1, 2, 3].map((days) => today.add({ days })).find(({ dayOfWeek }) => dayOfWeek <= 5) ?? today;
  return day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from({ hour }) }).epochMilliseconds;
}

/** Whether a name is one of the IANA time zones that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A span as people say it, two parts at most: `45 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`. */
export function spokenDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** The same with tenths of a second where it is short: `2.1 s`. */
export function exactDuration(ms: number): string {
  return ms < 9_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : spokenDuration(ms);
}

/** What it resolves to, or `late` where that takes longer than `ms`. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late' as const);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
