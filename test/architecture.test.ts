import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|js)$/.test(file));

interface Import {
  readonly from: string;
  readonly to: string;
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(source, from), 'utf8');
  const specifiers = [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g),
  ];
  return specifiers.map((match) => ({ from, to: match[1] ?? match[2] ?? '' }));
});

const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : '');
/** What every room may import: what is spoken of, how it is said, and what leads outside. */
const common = ['vocabulary', 'words', 'doors'];
const inside = ({ from, to }: Import) => relative(source, resolve(source, dirname(from), to));

describe('the import rule', () => {
  test('a room imports itself, the root files, vocabulary, words and doors; only app with its parts, cli, commands, sluice-yaml and the playground import rooms', () => {
    const joiners = new Set(['app.ts', 'app-arrival.ts', 'app-policies.ts', 'watch.ts', 'cli.ts', 'sluice-yaml.ts']);
    const strays = imports
      .filter(({ to }) => to.startsWith('.'))
      .filter((each) => {
        const target = roomOf(inside(each));
        const home = roomOf(each.from);
        return (
          !['', home, ...common].includes(target) &&
          home !== 'playground' &&
          home !== 'commands' &&
          !joiners.has(each.from)
        );
      })
      .map(({ from, to }) => `${from} → ${to}`);
    expect(strays).toEqual([]);
  });

  test('doors know nothing of what is spoken of behind them', () => {
    const strays = imports.filter(
      (each) => roomOf(each.from) === 'doors' && each.to.startsWith('.') && roomOf(inside(each)) !== 'doors',
    );
    expect(strays.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('nothing but cli imports the playground', () => {
    const strays = imports.filter(
      (each) => each.to.startsWith('.') && roomOf(inside(each)) === 'playground' && roomOf(each.from) !== 'playground',
    );
    expect(strays.map(({ from }) => from)).toEqual(['cli.ts']);
  });

  test.each([
    ['ioredis', ['doors/redis.ts']],
    ['yaml', ['doors/yaml.ts']],
    ['bullmq', ['dispatch/queue.ts']],
    ['simple-git', ['gitops/repository.ts']],
    ['@kubernetes/client-node', ['kubernetes/clusters.ts']],
    ['@slack/bolt', ['chat/slack/']],
    ['@resvg/resvg-js', ['notify/picture.ts']],
    ['temporal-polyfill', ['doors/time.ts']],
    ['pino', ['doors/telemetry.ts']],
    ['prom-client', ['doors/metrics.ts']],
    ['re2js', ['doors/linear-pattern.ts']],
    ['jose', ['catalog/callers/job-tokens.ts']],
    ['@marcbachmann/cel-js', ['decision/rule-language.ts']],
  ])('%s has one home', (name, homes) => {
    const users = imports.filter(
      ({ to, from }) => (to === name || to.startsWith(`${name}/`)) && roomOf(from) !== 'playground',
    );
    expect(
      [...new Set(users.map(({ from }) => from))].filter((from) => !homes.some((home) => isIn(from, home))),
    ).toEqual([]);
  });

  test('no import cycles inside the source', () => {
    const edges = new Map<string, string[]>();
    for (const each of imports.filter(({ to }) => to.startsWith('.'))) {
      edges.set(each.from, [...(edges.get(each.from) ?? []), inside(each)]);
    }
    expect(cyclesIn(edges)).toEqual([]);
  });
});

/** A home is a file, or a folder where it ends in a slash. */
function isIn(file: string, home: string): boolean {
  return home.endsWith('/') ? file.startsWith(home) : file === home;
}

function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    if (done.has(file) || trail.includes(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}
