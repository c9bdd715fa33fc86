import { describe, expect, test } from 'vitest';
import { unitsOf } from '../../src/kubernetes/arrival/own.ts';
import { overviewOf } from '../../src/kubernetes/overview.ts';
import { aFinishedWorld, anExpected, aWorld, commits, isAncestor, revision } from '../support/cluster-world.ts';

const overview = ({ view }: ReturnType<typeof aWorld>) => {
  const expected = anExpected();
  return overviewOf(view, [{ question: { view, expected, isAncestor }, units: unitsOf(view, expected, isAncestor) }]);
};

/** A Deployment of Flux itself; `labels` replaces those of its manifests. */
const controller = (name: string, labels: Record<string, string>, status = { availableReplicas: 1 }) => ({
  kind: 'Deployment',
  metadata: { namespace: 'flux-system', name, labels: { 'app.kubernetes.io/component': name, ...labels } },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${name}:v1.9.4` }] } },
  },
  status,
});
const ofFlux = { 'app.kubernetes.io/part-of': 'flux' };
const labelled = { ...ofFlux, 'app.kubernetes.io/version': 'v2.9.0' };

describe('the version of Flux', () => {
  test('is what its manifests are labelled with, also where no Kustomization applies them', () => {
    const world = aFinishedWorld();
    world.put(controller('kustomize-controller', labelled)).put(controller('helm-controller', labelled));
    expect(overview(world)).toMatchObject({ versions: ['v2.9.0'], down: [] });
  });

  test('is told by the images where there is no label, each controller for itself', () => {
    const world = aFinishedWorld().put(controller('kustomize-controller', ofFlux));
    expect(overview(world).versions).toEqual(['kustomize-controller v1.9.4']);
  });

  test('is not known where its Deployments are not seen, or are somebody else’s', () => {
    const world = aFinishedWorld().put(controller('kustomize-controller', { 'app.kubernetes.io/part-of': 'other' }));
    expect(overview(world).versions).toEqual([]);
  });

  test('stands beside a controller that does not run', () => {
    const world = aFinishedWorld().put(controller('kustomize-controller', labelled, { availableReplicas: 0 }));
    expect(overview(world).down).toEqual(['kustomize-controller']);
  });
});

describe('what is not as it should be', () => {
  const calm = { kustomizations: 1, helmReleases: 0, suspended: [], behind: [], failing: [] };
  test('is nothing where all has arrived', () => {
    expect(overview(aFinishedWorld())).toMatchObject(calm);
  });

  test('is a Kustomization that has not applied what its source holds', () => {
    const world = aFinishedWorld().source({ revision: revision(commits.later) });
    expect(overview(world).behind).toEqual(['Kustomization web (main@2222222, not main@3333333)']);
  });

  test('is a source that has not fetched what Git holds', () => {
    const old = revision(commits.old);
    const world = aWorld().source({ revision: old }).kustomization({ attempted: old });
    expect(overview(world).behind).toEqual(['GitRepository config (main@1111111, not 2222222)']);
  });

  test('is what is suspended, which is not called behind as well', () => {
    const world = aFinishedWorld()
      .source({ revision: revision(commits.later) })
      .kustomization({ spec: { suspend: true } });
    expect(overview(world)).toMatchObject({ ...calm, suspended: ['Kustomization web'] });
  });

  test('is what fails, in its own words', () => {
    const world = aFinishedWorld()
      .kustomization({ conditions: [['Ready', 'False', 'BuildFailed', 'kustomize build failed: no such file']] })
      .helmRelease({ conditions: [['Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 3 attempt(s)']] });
    expect(overview(world)).toMatchObject({
      helmReleases: 1,
      failing: [
        { object: 'Kustomization web', words: 'BuildFailed: kustomize build failed: no such file' },
        { object: 'HelmRelease web', words: 'RetriesExceeded: Failed to upgrade after 3 attempt(s)' },
      ],
    });
  });
});
