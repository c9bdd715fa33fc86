import { describe, expect, test } from 'vitest';
import type { ClusterOverview } from '../../../src/chat/ports.ts';
import { clustersReply } from '../../../src/chat/views/clusters.ts';
import { blockProblems, textLength } from '../../../src/playground/slack/block-limits.ts';
import { at, noonMs } from '../../support/builders.ts';

function anOverview(over: Partial<ClusterOverview> = {}): ClusterOverview {
  return {
    ...{ cluster: 'prod-eu', reachable: true, heardAt: at(-3_000), flux: 'seen', versions: ['v2.9.0'], down: [] },
    ...{ services: 6, kustomizations: 12, helmReleases: 1, suspended: [], behind: [], failing: [], missingRights: [] },
    ...over,
  };
}

function linesOf(clusters: readonly ClusterOverview[]): string[] {
  const { blocks } = clustersReply(clusters, noonMs);
  expect(blockProblems(blocks)).toEqual([]);
  return blocks
    .flatMap((block) => (block.type === 'section' ? (block.text?.text ?? '').split('\n') : []))
    .map((line) => line.replace(/<[^|>]*\|([^>]*)>/g, '$1').replace(/[*\u200b]/g, ''));
}

const counts = '12 Kustomizations, 1 HelmRelease, 6 services';

describe('a cluster', () => {
  test.each<[string, Partial<ClusterOverview>, string[]]>([
    ['that is well', {}, [`✓ prod-eu watched, heard 3 s ago · Flux v2.9.0 · ${counts}`]],
    ['of this moment', { heardAt: at() }, [`✓ prod-eu watched, heard just now · Flux v2.9.0 · ${counts}`]],
    [
      'whose Flux cannot be told',
      { versions: [] },
      [`✓ prod-eu watched, heard 3 s ago · Flux version unknown (its Deployments are not seen) · ${counts}`],
    ],
    ['without Flux', { flux: 'absent', versions: [] }, [`✓ prod-eu watched, heard 3 s ago · no Flux · ${counts}`]],
    [
      'that is away',
      { reachable: false, staleSince: at(-120_000), because: 'connect ECONNREFUSED' },
      [`! prod-eu not reachable since 11:58 UTC (connect ECONNREFUSED) · Flux v2.9.0 · ${counts}`],
    ],
    [
      'with trouble of every kind',
      {
        failing: [{ object: 'HelmRelease search', words: 'UpgradeFailed: <!channel> *timed out*' }],
        behind: ['Kustomization shop (main@1111111, not main@2222222)'],
        suspended: ['Kustomization mail', 'b', 'c', 'd', 'e', 'f'],
        down: ['kustomize-controller'],
        missingRights: ['pods', 'rollouts.argoproj.io'],
      },
      [
        `! prod-eu watched, heard 3 s ago · Flux v2.9.0 · ${counts}`,
        '• Failing: HelmRelease search (UpgradeFailed: &lt;!channel&gt; timed out)',
        '• Behind: Kustomization shop (main@1111111, not main@2222222)',
        '• Suspended: Kustomization mail, b, c, d, 2 more',
        '• Not running: kustomize-controller',
        '• May not list and watch: pods, rollouts.argoproj.io',
      ],
    ],
  ])('%s', (_, over, expected) => {
    expect(linesOf([anOverview(over)])).toEqual(expected);
  });
});

test('those with trouble come first, and fifty of them stay within the limits of Slack', () => {
  const words = '<x> & '.repeat(100);
  const failing = Array.from({ length: 300 }, (_, index) => ({ object: `Kustomization k${index}`, words }));
  const many = Array.from({ length: 50 }, (_, index) =>
    anOverview({ cluster: `c${index}`, ...(index < 10 ? {} : { failing }) }),
  );
  const { blocks, text } = clustersReply(many, noonMs);
  const lines = linesOf(many);
  expect(lines[0]).toMatch(/^! c10 /);
  expect(lines.at(-1)).toMatch(/^… \d+ more$/);
  expect(textLength(blocks)).toBeLessThan(13_000);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(text.length).toBeLessThanOrEqual(3_000);
});

test('nothing is watched', () => {
  expect(clustersReply([], noonMs).text).toBe('No cluster is watched.');
});
