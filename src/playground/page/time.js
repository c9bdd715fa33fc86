// @ts-check

/** @typedef {{ ts: string, time?: number | string }} Timed */

/** When a message was sent, in milliseconds. @param {Timed} message */
export function sentAt({ ts, time }) {
  if (typeof time === 'string' && Number.isNaN(Number(time))) return Date.parse(time);
  const given = Number(time ?? Number.NaN);
  if (Number.isNaN(given)) return Number(ts) * 1000;
  return given < 1e11 ? given * 1000 : given;
}

/** @param {number} ms @param {Intl.DateTimeFormatOptions} options */
const format = (ms, options) => new Intl.DateTimeFormat('en-US', options).format(ms);

/** 3:05 PM @param {number} ms */
export const clockTime = (ms) => format(ms, { hour: 'numeric', minute: '2-digit' });

/** @param {number} ms */
const startOfDay = (ms) => new Date(ms).setHours(0, 0, 0, 0);

/** @param {number} one @param {number} other */
export const sameDay = (one, other) => startOfDay(one) === startOfDay(other);

/** @param {number} day */
function ordinal(day) {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** Today, Yesterday, or Monday, November 23rd. @param {number} ms @param {number} nowMs */
export function dayName(ms, nowMs) {
  if (sameDay(ms, nowMs)) return 'Today';
  if (sameDay(ms, startOfDay(nowMs) - 1)) return 'Yesterday';
  const date = new Date(ms);
  return `${format(ms, { weekday: 'long' })}, ${format(ms, { month: 'long' })} ${ordinal(date.getDate())}`;
}

/** 2 minutes ago, in 3 hours. @param {number} ms @param {number} nowMs */
export function ago(ms, nowMs) {
  const seconds = Math.round((ms - nowMs) / 1000);
  /** @type {[number, Intl.RelativeTimeFormatUnit][]} */
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  const [size, unit] = units.find(([length]) => Math.abs(seconds) >= length) ?? [1, /** @type {const} */ ('second')];
  return new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** Slack's date tokens, e.g. `{date_short} at {time}`; unknown ones stay. @param {string} text @param {number} ms @param {number} nowMs */
export function formatDate(text, ms, nowMs) {
  const long = /** @type {const} */ ({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
  const short = /** @type {const} */ ({ year: 'numeric', month: 'short', day: 'numeric' });
  const medium = /** @type {const} */ ({ year: 'numeric', month: 'long', day: 'numeric' });
  const near = (/** @type {string} */ otherwise) =>
    ['Today', 'Yesterday'].includes(dayName(ms, nowMs)) ? dayName(ms, nowMs).toLowerCase() : otherwise;
  /** @type {Record<string, () => string>} */
  const tokens = {
    date_num: () => new Date(ms).toLocaleDateString('sv-SE'),
    date: () => format(ms, medium),
    date_short: () => format(ms, short),
    date_long: () => format(ms, long),
    date_pretty: () => near(format(ms, medium)),
    date_short_pretty: () => near(format(ms, short)),
    date_long_pretty: () => near(format(ms, long)),
    time: () => clockTime(ms),
    time_secs: () => format(ms, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: () => ago(ms, nowMs),
  };
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(tokens, name) ? (tokens[name]?.() ?? whole) : whole,
  );
}
