import { describe, expect, test } from 'vitest';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import { createDriftTracker } from '../../../src/kubernetes/drift/drift-tracker.ts';
import {
  aFinishedWorld,
  anExpected,
  aWorld,
  fields,
  fluxFields,
  isAncestor,
  nowMs,
} from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;

function follow(known: Parameters<typeof createDriftTracker>[1] = []) {
  const tracker = createDriftTracker('prod-eu', known);
  return (
    world: World,
    options: { releasing?: boolean; atMs?: number; version?: string; isTakenOut?: boolean } = {},
  ) => {
    const expected = anExpected(options.version === undefined ? {} : { version: options.version });
    const units = unitsOf(world.view, expected, isAncestor);
    const releasing = options.releasing ?? false;
    const subject = { expected, units, releasing, told: releasing, otherImage: false };
    const subjects = options.isTakenOut === true ? [] : [subject];
    return tracker.step({ view: world.view, subjects, isAncestor, nowMs: options.atMs ?? nowMs });
  };
}

const hotfix = 'registry.acme.test/web:hotfix';
const imageEdit = () =>
  aFinishedWorld().workload({
    image: hotfix,
    owners: [fluxFields('web', { image: false }), fields('kubectl-edit', 'web', { image: true })],
  });
const scaled = (manager = 'kubectl') =>
  aFinishedWorld().workload({
    wanted: 5,
    owners: [fluxFields('web', { replicas: false }), fields(manager, 'web', { replicas: true, subresource: 'scale' })],
  });

describe('a live edit', () => {
  test('of the image is told with the value of Git, the client and the time', () => {
    const step = follow();
    expect(step(aFinishedWorld())).toEqual({ seen: [], ended: [] });
    const { seen } = step(imageEdit());
    expect(seen).toMatchObject([
      {
        object: 'Deployment/shop/web',
        field: 'spec.template.spec.containers[web].image',
        live: hotfix,
        wanted: 'registry.acme.test/web:1.4.2',
        manager: 'kubectl-edit',
        since: '2026-06-01T11:58:00.000Z',
        service: 'web',
        environment: 'production',
        cluster: 'prod-eu',
      },
    ]);
    expect(step(imageEdit()).seen).toEqual([]);
    expect(step(aFinishedWorld()).ended).toEqual([{ id: seen[0]?.id, how: 'corrected' }]);
  });

  test('of the image is told even when nothing was seen before', () => {
    expect(follow()(imageEdit()).seen).toHaveLength(1);
  });

  test('of replicas is told with what Flux applied last', () => {
    const step = follow();
    step(aFinishedWorld());
    expect(step(scaled()).seen).toMatchObject([{ field: 'spec.replicas', live: '5', wanted: '2', manager: 'kubectl' }]);
  });

  test('stays open while Flux has only taken the field over, and not for ever', () => {
    const step = follow();
    step(aFinishedWorld());
    const id = step(imageEdit()).seen[0]?.id;
    const takenOver = aFinishedWorld().workload({ image: hotfix });
    expect(step(takenOver)).toEqual({ seen: [], ended: [] });
    expect(step(takenOver, { atMs: nowMs + 60_000, version: 'hotfix' }).ended).toEqual([{ id, how: 'released' }]);
  });

  test('ends when its object is gone', () => {
    const step = follow();
    const id = step(imageEdit()).seen[0]?.id;
    expect(step(aWorld().source().kustomization()).ended).toEqual([{ id, how: 'gone' }]);
  });

  test('ends when its service is taken out of Git, although the object stays', () => {
    const step = follow();
    const id = step(imageEdit()).seen[0]?.id;
    expect(step(imageEdit(), { isTakenOut: true })).toEqual({ seen: [], ended: [{ id, how: 'gone' }] });
  });

  test('on the record ends when it is not found again after a restart', () => {
    const [seen] = follow()(imageEdit()).seen;
    expect(seen).toBeDefined();
    expect(follow(seen === undefined ? [] : [seen])(aFinishedWorld()).ended).toEqual([
      { id: seen?.id, how: 'corrected' },
    ]);
  });
});

describe('no drift', () => {
  test.each<[string, World]>([
    [
      'an autoscaler that sets what Git does not',
      aFinishedWorld().workload({ wanted: 4, owners: [fluxFields('web', { replicas: false })] }),
    ],
    ['an autoscaler that sets what Git sets, too', scaled('kube-controller-manager')],
    ['a deployment by Flux itself', aFinishedWorld().workload({ image: 'registry.acme.test/web:1.4.3' })],
    [
      'a workload of a HelmRelease as helm-controller left it',
      aFinishedWorld().workload({ owners: [fields('helm-controller', 'web', { image: true, replicas: true })] }),
    ],
  ])('is %s', (_what, world) => {
    const step = follow();
    step(aFinishedWorld());
    expect(step(world)).toEqual({ seen: [], ended: [] });
  });

  test('is told while the service is being released', () => {
    expect(follow()(imageEdit(), { releasing: true }).seen).toEqual([]);
  });
});

describe('a suspension', () => {
  const suspended = (manager: string) =>
    aFinishedWorld().put({
      kind: 'Kustomization',
      ...{
        metadata: {
          namespace: 'flux-system',
          name: 'web',
          generation: 1,
          managedFields: [{ manager, time: '2026-06-01T09:00:00Z', fieldsV1: { 'f:spec': { 'f:suspend': {} } } }],
        },
        spec: { suspend: true, path: './apps/production/web', sourceRef: { kind: 'GitRepository', name: 'config' } },
      },
    });

  test('by hand is told, and ends when it is resumed', () => {
    const step = follow();
    const { seen } = step(suspended('flux'));
    expect(seen).toMatchObject([
      {
        object: 'Kustomization/flux-system/web',
        field: 'spec.suspend',
        manager: 'flux',
        since: '2026-06-01T09:00:00.000Z',
      },
    ]);
    expect(step(aFinishedWorld()).ended).toEqual([{ id: seen[0]?.id, how: 'corrected' }]);
  });

  test('that Git asks for is none', () => {
    expect(follow()(suspended('kustomize-controller')).seen).toEqual([]);
  });
});
