import { describe, expect, test } from 'vitest';
import { clustersApart } from '../../../src/kubernetes/drift/apart.ts';
import { createFleetDrifts } from '../../../src/kubernetes/drift/fleet-drifts.ts';
import { changedOutside } from '../../../src/kubernetes/drift/outside.ts';
import { commitShaSchema } from '../../../src/vocabulary/change.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { aPlan, aRelease, at } from '../../support/builders.ts';
import { anExpected, commits, isAncestor, nowMs } from '../../support/cluster-world.ts';

const { release: _release, ...place } = anExpected();
const healthy = (running: string): Verdict => ({ kind: 'healthy', running, since: at() });
const aCluster = (cluster: string, verdict: Verdict, over: object = {}) => ({
  cluster,
  ...{ reachable: true, judged: [{ expected: { ...place, cluster }, verdict }], ...over },
});

describe('clusters of one environment', () => {
  const apart = [aCluster('prod-eu', healthy('1.4.2')), aCluster('prod-us', healthy('1.4.1'))];

  test('that run different versions are told with both, after a while', () => {
    const drifts = createFleetDrifts('apart', []);
    const look = (afterMs: number, clusters = apart) =>
      drifts.step(clustersApart(clusters, [], nowMs + afterMs), nowMs + afterMs);
    expect(look(0).seen).toEqual([]);
    expect(look(120_000).seen).toMatchObject([
      { signal: 'apart', cluster: 'prod-us', service: 'web', live: 'prod-eu 1.4.2, prod-us 1.4.1', wanted: '1.4.2' },
    ]);
    expect(look(130_000).seen).toEqual([]);
    const same = [aCluster('prod-eu', healthy('1.4.2')), aCluster('prod-us', healthy('1.4.2'))];
    expect(look(140_000, same).ended).toMatchObject([{ how: 'corrected' }]);
  });

  test.each<[string, Parameters<typeof clustersApart>[0], Parameters<typeof clustersApart>[1]]>([
    [
      'while a rollout is on its way',
      [
        ...apart.slice(0, 1),
        aCluster('prod-us', { kind: 'waiting', stage: 'rollout', because: '', running: '1.4.1', since: at() }),
      ],
      [],
    ],
    [
      'where one cannot be seen',
      [...apart.slice(0, 1), { ...aCluster('prod-us', healthy('1.4.1')), reachable: false }],
      [],
    ],
    [
      'where a drift of the service explains it',
      apart,
      [{ environment: 'production', service: 'web', signal: 'edit' }],
    ],
    ['where a pause of the whole environment does', apart, [{ environment: 'production', signal: 'suspended' }]],
    [
      'where the message of a release says it',
      [
        ...apart.slice(0, 1),
        aCluster(
          'prod-us',
          { kind: 'failed', stage: 'rollout', reason: 'x', because: '', running: '1.4.1', since: at() },
          {
            judged: [
              {
                expected: anExpected(),
                verdict: { kind: 'failed', stage: 'rollout', reason: 'x', because: '', running: '1.4.1', since: at() },
              },
            ],
          },
        ),
      ],
      [],
    ],
  ])('are not told %s', (_why, clusters, open) => {
    expect(clustersApart(clusters, open, nowMs)).toEqual([]);
  });
});

describe('a version in Git that Sluice did not write', () => {
  const sha = (commit: string) => commitShaSchema.parse(commit);
  const written = aRelease({
    plan: aPlan(),
    state: { kind: 'written', commit: sha(commits.old) },
  });
  const deployed = (version: string) => ({
    ...{ service: written.request.service, environment: written.request.environment, clusters: ['dev'] },
    ...{
      repository: 'gitops',
      branch: 'main',
      commit: sha(commits.later),
      image: 'web',
      paths: ['apps/dev/shop/kustomization.yaml'],
    },
    version,
  });
  const ports = (author = 'Olu <olu@acme.test>') => ({
    isAncestor: async (_repository: string, a: string, b: string) => isAncestor(a, b),
    changedOutside: async () => ({ commit: sha(commits.wanted), author, atMs: nowMs, title: 'Change web by hand' }),
  });

  test('is told with its commit, its author and both versions', async () => {
    expect(await changedOutside(ports(), [deployed('9.9.9')], [written])).toMatchObject([
      {
        signal: 'outside',
        live: '9.9.9',
        wanted: written.plan?.artifact.version,
        note: '2222222 by Olu <olu@acme.test>: Change web by hand',
        cluster: 'gitops/main',
      },
    ]);
  });

  test.each<[string, () => ReturnType<typeof changedOutside>]>([
    [
      'where it is what Sluice wrote',
      () => changedOutside(ports(), [deployed(written.plan?.artifact.version ?? '')], [written]),
    ],
    ['where Sluice never released the service', () => changedOutside(ports(), [deployed('9.9.9')], [])],
    [
      "where Flux's image automation wrote it",
      () => changedOutside(ports('fluxcdbot <fluxcdbot@users.noreply.github.com>'), [deployed('9.9.9')], [written]),
    ],
    [
      'where the branch was reset',
      () => changedOutside({ ...ports(), isAncestor: async () => false }, [deployed('9.9.9')], [written]),
    ],
    [
      'where no commit of others changed the file',
      () => changedOutside({ ...ports(), changedOutside: async () => null }, [deployed('9.9.9')], [written]),
    ],
  ])('is not told %s', async (_where, run) => {
    expect(await run()).toEqual([]);
  });
});
