import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unitsOf } from '../../src/kubernetes/arrival/own.ts';
import { deliveryOf } from '../../src/kubernetes/delivery.ts';
import { createJudge } from '../../src/kubernetes/judge.ts';
import type { DeliveryNode } from '../../src/vocabulary/delivery.ts';
import { aFinishedWorld, anExpected, aWorld, commits, isAncestor, nowMs, revision } from '../support/cluster-world.ts';
import { readHistory } from '../support/history.ts';
import { readRecording, replay } from '../support/replay.ts';

const marks = { done: '✓', here: '➜', failed: '✗', open: '○' } as const;

/** The tree as it is drawn, a line for each node. */
function drawn(nodes: readonly DeliveryNode[], depth = 0): string[] {
  return nodes.flatMap(({ what, state, facts, words, aside, below }) => [
    `${'  '.repeat(depth)}${marks[state]} ${aside === true ? 'after ' : ''}${what}: ${[facts, words].filter((part) => part !== '').join('; ')}`,
    ...drawn(below, depth + 1),
  ]);
}

function marked(nodes: readonly DeliveryNode[]): DeliveryNode[] {
  return nodes.flatMap((node) => [
    ...(node.state === 'here' || node.state === 'failed' ? [node] : []),
    ...marked(node.below),
  ]);
}

/** What is drawn of a world as it is judged at once. */
function chainIn(world: ReturnType<typeof aWorld>): string[] {
  const expected = anExpected();
  const verdict = createJudge('prod-eu').judge(world.view, [expected], isAncestor, nowMs).verdicts[0]?.verdict;
  if (verdict === undefined) throw new Error('nothing was judged');
  const units = unitsOf(world.view, expected, isAncestor);
  return drawn(deliveryOf({ view: world.view, expected, isAncestor }, units, verdict));
}

const failing = (reason: string, message: string) =>
  [
    ['Ready', 'False', reason, message],
    ['Reconciling', 'True', 'ProgressingWithRetry'],
  ] as const;
const old = revision(commits.old);
const podsReady = '      ✓ pods: 1.4.2: 2 ready';
const oldWorkload = { image: 'registry.acme.test/web:1.4.1' };

describe('the way from a commit to its pods', () => {
  test.each<[string, ReturnType<typeof aWorld>, string[]]>([
    [
      'all of it',
      aFinishedWorld(),
      [
        '✓ GitRepository config: main@2222222',
        '  ✓ Kustomization web: applied main@2222222',
        '    ✓ Deployment web: 1.4.2, 2/2 updated, 2 available',
        podsReady,
      ],
    ],
    [
      'a later commit holds it',
      aFinishedWorld().source({ revision: revision(commits.later) }),
      [
        '✓ GitRepository config: main@3333333, which holds 2222222',
        '  ✓ Kustomization web: applied main@2222222',
        '    ✓ Deployment web: 1.4.2, 2/2 updated, 2 available',
        podsReady,
      ],
    ],
    [
      'the source cannot be fetched',
      aWorld()
        .source({ revision: old, conditions: [['Ready', 'False', 'GitOperationFailed', 'no route to host']] })
        .kustomization({ attempted: old })
        .workload(oldWorkload),
      [
        '➜ GitRepository config: main@1111111; Flux cannot fetch 2222222 (GitOperationFailed): no route to host',
        '  ○ Kustomization web: still at main@1111111; Ready',
        '    ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'a Kustomization above has not applied it',
      aWorld()
        .source()
        .kustomization({ name: 'apps', path: './clusters/prod', attempted: old })
        .kustomization({ parent: 'apps', attempted: old })
        .workload(oldWorkload),
      [
        '✓ GitRepository config: main@2222222',
        '  ○ Kustomization apps: still at main@1111111; Ready',
        '    ➜ Kustomization web: still at main@1111111; Ready',
        '      ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'it fails with what a Kustomization above has not brought yet',
      aWorld()
        .source()
        .kustomization({ name: 'apps', path: './clusters/prod', attempted: old })
        .kustomization({ parent: 'apps', applied: old, conditions: failing('BuildFailed', 'no such file') })
        .workload(oldWorkload),
      [
        '✓ GitRepository config: main@2222222',
        '  ➜ Kustomization apps: still at main@1111111; Ready',
        '    ○ Kustomization web: still at main@1111111; BuildFailed: no such file',
        '      ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'a dependency is not ready',
      aWorld()
        .source()
        .kustomization({
          attempted: old,
          conditions: failing('DependencyNotReady', "dependency 'flux-system/infra' is not ready"),
          spec: { dependsOn: [{ name: 'infra' }, { name: 'crds' }] },
        })
        .kustomization({
          ...{ name: 'infra', path: './infra', attempted: old },
          conditions: failing('BuildFailed', 'kustomize build failed'),
        })
        .kustomization({ name: 'crds', path: './crds' })
        .workload(oldWorkload),
      [
        '✓ GitRepository config: main@2222222',
        "  ○ Kustomization web: still at main@1111111; DependencyNotReady: dependency 'flux-system/infra' is not ready",
        '    ➜ after Kustomization infra: applied main@1111111; BuildFailed: kustomize build failed',
        '    ✓ after Kustomization crds: applied main@2222222',
        '    ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'suspended',
      aWorld()
        .source()
        .kustomization({ attempted: old, spec: { suspend: true } })
        .workload(oldWorkload),
      [
        '✓ GitRepository config: main@2222222',
        '  ➜ Kustomization web: still at main@1111111; suspended',
        '    ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'suspended after it had arrived',
      aFinishedWorld().kustomization({ spec: { suspend: true } }),
      [
        '✓ GitRepository config: main@2222222',
        '  ✓ Kustomization web: applied main@2222222; suspended',
        '    ✓ Deployment web: 1.4.2, 2/2 updated, 2 available',
        podsReady,
      ],
    ],
    [
      'its pods crash',
      aFinishedWorld()
        .kustomization({
          applied: old,
          conditions: [
            [
              'Reconciling',
              'True',
              'Progressing',
              'Running health checks for revision main@sha1:2222222222222222222222222222222222222222 with a timeout of 2m0s',
            ],
          ],
        })
        .workload({ status: { availableReplicas: 1, readyReplicas: 1 } })
        .pod('web-abc-2', { ready: false, waiting: { reason: 'CrashLoopBackOff' } }),
      [
        '✓ GitRepository config: main@2222222',
        '  ○ Kustomization web: applied main@2222222; its health check runs until 12:01 UTC',
        '    ✗ Deployment web: 1.4.2, 2/2 updated, 1 available',
        '      ○ pods: 1.4.2: 1 ready, 1 CrashLoopBackOff',
      ],
    ],
    [
      'a neighbour fails, which is nobody’s here',
      aFinishedWorld().kustomization({
        applied: old,
        conditions: failing(
          'HealthCheckFailed',
          "health check failed: timeout waiting for: [Deployment/shop/api status: 'InProgress']",
        ),
      }),
      [
        '✓ GitRepository config: main@2222222',
        "  ○ Kustomization web: still at main@1111111; HealthCheckFailed: health check failed: timeout waiting for: [Deployment/shop/api status: 'InProgress']",
        '    ✓ Deployment web: 1.4.2, 2/2 updated, 2 available',
        podsReady,
      ],
    ],
    [
      'Helm brings it',
      aWorld()
        .source()
        .kustomization()
        .helmRelease({
          conditions: [
            ['Ready', 'Unknown', 'Progressing'],
            ['Reconciling', 'True', 'Progressing', 'Running upgrade action'],
          ],
        })
        .workload({ ...oldWorkload, helm: true }),
      [
        '✓ GitRepository config: main@2222222',
        '  ✓ Kustomization web: applied main@2222222',
        '    ➜ HelmRelease web: deployed; Helm is at work on web: Running upgrade action',
        '      ○ Deployment web: 1.4.1, 2/2 updated, 2 available',
      ],
    ],
    [
      'in another cluster',
      aWorld()
        .source()
        .kustomization({ spec: { kubeConfig: { secretRef: { name: 'x' } } } }),
      [
        '✓ GitRepository config: main@2222222',
        '  ✓ Kustomization web: applied main@2222222',
        '    ○ objects: live in another cluster, where they are not seen',
      ],
    ],
    ['nothing applies it', aWorld(), []],
  ])('%s', (_, world, expected) => {
    expect(chainIn(world)).toEqual(expected);
  });

  test('pods of one version with two digests are told apart', () => {
    const world = aFinishedWorld();
    world.pod('web-abc-1', { imageId: `registry.acme.test/web@sha256:${'a'.repeat(64)}` });
    expect(chainIn(world).at(-1)).toBe('      ✓ pods: 1.4.2 (sha256:aaaaaaa): 1 ready; 1.4.2 (no digest): 1 ready');
  });

  test('pods that may not be listed', () => {
    const world = aFinishedWorld();
    world.view.blindToPods(true);
    expect(chainIn(world).at(-1)).toBe('      ○ pods: may not be listed');
  });
});

describe('what real Flux did', () => {
  const recordings = resolve(import.meta.dirname, '../flux/recordings');
  const names = readdirSync(recordings).flatMap((file) => (file.endsWith('.jsonl') ? [file.slice(0, -6)] : []));
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-delivery-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(names)('%s: one node is marked while there is something to wait for, and none else', (name) => {
    const recording = readRecording(join(recordings, `${name}.jsonl`));
    const history = readHistory(join(recordings, `${name}.bundle`), join(folder, name));
    const wrong: string[] = [];
    replay(recording, history, (judged, view) => {
      for (const { expected, units, verdict, reached } of judged) {
        if (reached.includes('applied') && !reached.includes('fetched')) wrong.push('applied before it was fetched');
        const nodes = deliveryOf({ view, expected, isAncestor: history.isAncestor }, units, verdict);
        const count = marked(nodes).length;
        if (count !== ('stage' in verdict && units.length > 0 ? 1 : 0))
          wrong.push(`${count} marked at ${JSON.stringify(verdict)}`, ...drawn(nodes));
      }
    });
    expect(wrong).toEqual([]);
  });
});
