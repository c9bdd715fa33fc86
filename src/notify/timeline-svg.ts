import { exactDuration, spokenDuration } from '../doors/time.ts';
import type { ClusterTimeline, Timeline, TimelineStep } from '../vocabulary/timeline.ts';

export interface TimelineWords {
  /** `web 1.4.2 in production`. */
  readonly title: string;
  /** `asked 14:01 UTC by Ana`. */
  readonly asked: string;
}

/** Slack shows it some 360 pixels wide, so that words are large for what they stand on. */
const width = 460;
const margin = 18;
const bars = { left: 112, right: 372, height: 22, row: 32 };
const span = bars.right - bars.left;
const clustersShown = 8;
const ink = { strong: '#1d1c1d', quiet: '#616061', line: '#e8e8e8', paper: '#ffffff', empty: '#f5f5f5' };

interface Phase {
  /** What goes on until the step comes. */
  readonly name: string;
  readonly colour: string;
  /** Of words on it. */
  readonly on: string;
}

const rollout: Phase = { name: 'roll out', colour: '#1f7a5c', on: '#ffffff' };
/** Light to dark on the way, so that the order can be told without the colours. */
const phases: Readonly<Record<Exclude<TimelineStep['name'], 'asked'>, Phase>> = {
  approved: { name: 'approval', colour: '#f3cd74', on: '#4a3200' },
  queued: { name: 'queue', colour: '#d5d9e0', on: '#333840' },
  written: { name: 'write', colour: '#8b97a8', on: '#ffffff' },
  fetched: { name: 'fetch', colour: '#b5daf6', on: '#0b3c61' },
  applied: { name: 'apply', colour: '#4a97d8', on: '#ffffff' },
  healthy: rollout,
  failed: rollout,
};

/** The timeline as a picture that stays readable where Slack shows it small: what came before the commit, and below it each cluster on one scale. */
export function timelineSvg(timeline: Timeline, words: TimelineWords): string {
  const clusters = shownClusters(timeline);
  const longestMs = Math.max(1, ...clusters.map(({ ms }) => ms));
  const before = timeline.asked.slice(1);
  const beforeMs = Math.max(1, total(before));
  const isCut = timeline.clusters.length > clusters.length;
  const more = isCut ? ` · slowest ${clusters.length} of ${timeline.clusters.length} clusters` : '';
  const top = 132;
  const axisTop = top + clusters.length * bars.row - 6;
  const entries = legend(axisTop + 40, [...before, ...clusters.flatMap(({ steps }) => steps)]);
  const height = entries.bottom + 16;
  const parts = [
    '<defs><pattern id="at-most" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" fill="#ffffff" fill-opacity="0.28"/></pattern></defs>',
    `<rect width="${width}" height="${height}" fill="${ink.paper}"/>`,
    text(margin, 34, words.title, { size: 19, bold: true, limit: 34 }),
    text(width - margin, 34, spokenDuration(timeline.ms), { size: 19, bold: true, end: true }),
    text(margin, 54, `${words.asked}${more}`, { size: 13, quiet: true, limit: 66 }),
    ...row(70, 'until written', before, beforeMs, false),
    text(bars.left, 121, 'since it was written', { size: 12.5, quiet: true }),
    ...axis(top, axisTop, longestMs),
    ...clusters.flatMap(({ cluster, steps }, index) =>
      row(top + index * bars.row, shortName(cluster), steps, longestMs, cluster === timeline.slowest),
    ),
    entries.drawn,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Lato">${parts.join('')}</svg>`;
}

function shownClusters({ clusters }: Timeline): readonly ClusterTimeline[] {
  return clusters.length <= clustersShown ? clusters : clusters.toSorted((a, b) => b.ms - a.ms).slice(0, clustersShown);
}

function total(steps: readonly TimelineStep[]): number {
  return steps.reduce((sum, { ms }) => sum + ms, 0);
}

/** A name, its phases one after the other, how they ended, and how long they took. */
function row(top: number, name: string, steps: readonly TimelineStep[], wholeMs: number, marked: boolean): string[] {
  const base = top + bars.height - 6;
  const failed = steps.at(-1)?.name === 'failed';
  let at = bars.left;
  const drawn = steps.flatMap((step) => {
    const x = at;
    at += (step.ms / wholeMs) * span;
    return segment(x, at - x, top, step);
  });
  return [
    text(margin, base, name, { size: 14.5, bold: marked }),
    `<rect x="${bars.left}" y="${top}" width="${span}" height="${bars.height}" fill="${ink.empty}"/>`,
    ...drawn,
    ...(failed ? [cross(at, top)] : []),
    text(width - margin, base, exactDuration(total(steps)), { size: 14.5, bold: marked, end: true }),
  ];
}

/** Names of clusters differ at their ends. */
function shortName(name: string): string {
  return name.length <= 11 ? name : `${name.slice(0, 5)}…${name.slice(-5)}`;
}

/** A phase, with its duration on it where there is room. */
function segment(x: number, wide: number, top: number, { name, ms, atMost }: TimelineStep): string[] {
  if (name === 'asked') return [];
  const { colour, on } = phases[name];
  const shape = `x="${round(x)}" y="${top}" width="${round(Math.max(wide, 1.5))}" height="${bars.height}"`;
  const words = `${atMost === true ? '≤ ' : ''}${exactDuration(ms)}`;
  const fits = wide > 10 + words.length * 6.2;
  return [
    `<rect ${shape} fill="${colour}"/>`,
    ...(atMost === true ? [`<rect ${shape} fill="url(#at-most)"/>`] : []),
    ...(fits ? [text(x + wide / 2, top + 15.5, words, { size: 12.5, colour: on, middle: true })] : []),
  ];
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}

/** Where it failed: a shape of its own, not a colour alone. */
function cross(x: number, top: number, scale = 1): string {
  const arm = 4;
  const lines = `M${-arm} ${-arm}L${arm} ${arm}M${-arm} ${arm}L${arm} ${-arm}`;
  const place = `translate(${Math.min(round(x), bars.right - 4)} ${top + bars.height / 2}) scale(${scale})`;
  return `<g transform="${place}"><circle r="11" fill="#cf2b4f" stroke="${ink.paper}" stroke-width="2"/><path d="${lines}" stroke="#ffffff" stroke-width="2.4" stroke-linecap="round"/></g>`;
}

/** A few round moments behind and below the rows. */
function axis(top: number, bottom: number, wholeMs: number): string[] {
  const stepMs = roundStep(wholeMs);
  return Array.from({ length: Math.floor(wholeMs / stepMs) + 1 }, (_, index) => {
    const x = round(bars.left + ((index * stepMs) / wholeMs) * span);
    const label = index === 0 ? '0' : wholeMs < 5_000 ? exactDuration(index * stepMs) : spokenDuration(index * stepMs);
    return `<line x1="${x}" x2="${x}" y1="${top - 4}" y2="${bottom + 2}" stroke="${ink.line}"/>${text(x, bottom + 15, label, { size: 12, quiet: true, middle: true })}`;
  });
}

const rounds = [0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

/** So that there are five marks at the most. */
function roundStep(wholeMs: number): number {
  const found = rounds.find((seconds) => wholeMs / 1_000 / seconds <= 4);
  return (found ?? Math.ceil(wholeMs / 1_000 / 4 / 86_400) * 86_400) * 1_000;
}

/** In as many lines as it takes. */
function legend(top: number, steps: readonly TimelineStep[]): { readonly drawn: string; readonly bottom: number } {
  const used = new Set(steps.flatMap(({ name }) => (name === 'asked' ? [] : [phases[name]])));
  const plain = [...used].map(({ name, colour }) => ({ name, colour, hatched: false, failed: false }));
  const entries = [
    ...plain,
    ...(steps.some(({ atMost }) => atMost)
      ? [{ name: 'at most', colour: rollout.colour, hatched: true, failed: false }]
      : []),
    ...(steps.some(({ name }) => name === 'failed')
      ? [{ name: 'failed', colour: '', hatched: false, failed: true }]
      : []),
  ];
  let [x, y] = [margin, top];
  const drawn = entries.map(({ name, colour, hatched, failed }) => {
    const wide = 30 + name.length * 6.6;
    if (x + wide > width - margin) [x, y] = [margin, y + 20];
    const at = x;
    x += wide;
    const square = (fill: string) => `<rect x="${at}" y="${y - 10}" width="11" height="11" fill="${fill}"/>`;
    const mark = failed ? cross(at + 6, y - 15.5, 0.6) : `${square(colour)}${hatched ? square('url(#at-most)') : ''}`;
    return `${mark}${text(at + 16, y, name, { size: 12.5, quiet: true })}`;
  });
  return { drawn: drawn.join(''), bottom: y };
}

interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly quiet?: boolean;
  readonly colour?: string;
  readonly end?: boolean;
  readonly middle?: boolean;
  /** In characters; what is longer is cut. */
  readonly limit?: number;
}

function text(x: number, y: number, words: string, style: TextStyle): string {
  const { size, bold, quiet, colour, end, middle, limit = 90 } = style;
  const characters = [...words];
  const shown = characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : words;
  const anchor = end === true ? ' text-anchor="end"' : middle === true ? ' text-anchor="middle"' : '';
  const fill = colour ?? (quiet === true ? ink.quiet : ink.strong);
  return `<text x="${round(x)}" y="${y}" font-size="${size}" font-weight="${bold === true ? 700 : 400}" fill="${fill}"${anchor}>${escapeXml(shown)}</text>`;
}

/** Also without the characters that XML has no place for. */
function escapeXml(words: string): string {
  return words
    .replaceAll(/[\p{Cc}\p{Cs}]|[\u{fffe}\u{ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
