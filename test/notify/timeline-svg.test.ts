import { expect, test } from 'vitest';
import { drawPng } from '../../src/notify/picture.ts';
import { timelineSvg } from '../../src/notify/timeline-svg.ts';
import type { Timeline, TimelineStep } from '../../src/vocabulary/timeline.ts';
import { at } from '../support/builders.ts';

const step = (name: TimelineStep['name'], seconds: number, atMost = false): TimelineStep => ({
  ...{ name, at: at(), ms: seconds * 1_000 },
  ...(atMost ? { atMost } : {}),
});
const asked = [step('asked', 0), step('approved', 130), step('queued', 0.4), step('written', 1.6)];

function aTimeline(clusters: Readonly<Record<string, readonly TimelineStep[]>>): Timeline {
  const all = Object.entries(clusters).map(([cluster, steps]) => ({
    ...{ cluster, steps },
    ms: steps.reduce((sum, { ms }) => sum + ms, 0),
  }));
  const slowest = all.toSorted((a, b) => b.ms - a.ms)[0]?.cluster;
  return { asked, clusters: all, ms: 160_000, ...(slowest === undefined ? {} : { slowest }) };
}

const words = { title: 'web 1.4.2 in production', asked: 'asked 12:00 UTC by Ana' };
const two = aTimeline({
  'prod-eu': [step('fetched', 2), step('applied', 1), step('healthy', 15)],
  'prod-us': [step('fetched', 4), step('applied', 1), step('failed', 23)],
});
/** What is written on it, in order, and what is in bold. */
const written = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, each]) => each);
const bold = (svg: string) => [...svg.matchAll(/<text[^>]*font-weight="700"[^>]*>([^<]*)</g)].map(([, each]) => each);

test('names what was released, how long all of it took, each cluster with its time, and the slowest in bold', () => {
  const svg = timelineSvg(two, words);
  expect(written(svg)).toEqual(
    expect.arrayContaining(['web 1.4.2 in production', '2 m 40 s', 'prod-eu', '18 s', '28 s']),
  );
  expect(bold(svg)).toEqual(['web 1.4.2 in production', '2 m 40 s', 'prod-us', '28 s']);
});

test('explains every colour that it uses and no other, and shows a failure by its shape', () => {
  const legend = written(timelineSvg(two, words)).slice(-7);
  expect(legend).toEqual(['approval', 'queue', 'write', 'fetch', 'apply', 'roll out', 'failed']);
  const unwatched = timelineSvg(aTimeline({ dev: [step('fetched', 2), step('healthy', 90, true)] }), words);
  expect(written(unwatched).slice(-2)).toEqual(['roll out', 'at most']);
  expect(written(unwatched)).toContain('≤ 1 m 30 s');
});

test('shows the slowest of many clusters, with names that tell them apart', () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`production-cluster-${index}`, [step('healthy', index + 1)]]),
  );
  const svg = timelineSvg(aTimeline(many), words);
  expect(written(svg)).toContain('asked 12:00 UTC by Ana · slowest 8 of 30 clusters');
  expect(written(svg)).toEqual(expect.arrayContaining(['produ…er-29', 'produ…er-22']));
  expect(written(svg)).not.toContain('produ…er-21');
});

test.each([
  ['markup', '</text><script>alert(1)</script>'],
  ['characters without a place in XML', '\u0000\u0007\ud800 &amp; "x"'],
  ['a very long name', 'x'.repeat(5_000)],
])('%s in a name is drawn as words', async (_, title) => {
  const svg = timelineSvg(two, { title, asked: title });
  expect(svg).not.toContain('<script>');
  expect((await drawPng(svg)).subarray(1, 4).toString()).toBe('PNG');
});

test('is a PNG with the bundled font, twice as large, and light', async () => {
  const svg = timelineSvg(two, words);
  const png = await drawPng(svg);
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  expect(png.readUInt32BE(16)).toBe(920);
  expect(png.length).toBeLessThan(100_000);
  // Without a font nothing of the words would be drawn, and nobody told.
  const wordless = await drawPng(svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, ''));
  expect(png.length).toBeGreaterThan(wordless.length * 3);
});
