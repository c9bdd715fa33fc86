import { describe, expect, test } from 'vitest';
import { createJudge } from '../../../src/kubernetes/judge.ts';
import type { SeenDrift } from '../../../src/vocabulary/drift.ts';
import {
  aFinishedWorld,
  anExpected,
  type aWorld,
  fields,
  fluxFields,
  isAncestor,
  nowMs,
} from '../../support/cluster-world.ts';

type World = ReturnType<typeof aWorld>;

const minute = 60_000;
const { release: _release, ...place } = anExpected();

/** Judges world after world, as a cluster without a release of Sluice on its way. */
function watching() {
  const judge = createJudge('prod-eu');
  const names = new Map<string, string>();
  return (world: World, atMs = nowMs): { told: SeenDrift[]; ended: string[] } => {
    const { drift } = judge.judge(world.view, [place], isAncestor, atMs);
    for (const each of drift.seen) names.set(each.id, `${each.signal} ${each.object} ${each.field}`);
    return { told: [...drift.seen], ended: drift.ended.map(({ id, how }) => `${names.get(id)} ${how}`) };
  };
}
const inShort = ({ told }: { readonly told: readonly SeenDrift[] }) =>
  told.map(({ signal, object, field, live, note }) => [signal, object, field, live, note ?? ''].join(' | '));

const owner = (manager: string, fieldsV1: object) => ({ manager, time: '2026-06-01T11:00:00Z', fieldsV1 });
const annotation = 'kustomize.toolkit.fluxcd.io/reconcile';
const switchedOff = owner('kubectl-annotate', { 'f:metadata': { 'f:annotations': { [`f:${annotation}`]: {} } } });
const edited = [fluxFields('web', { replicas: false }), fields('kubectl-edit', 'web', { replicas: true })];

describe('an object that somebody took from Flux', () => {
  const off = () =>
    aFinishedWorld().workload({ annotations: { [annotation]: 'disabled' }, owners: [fluxFields('web'), switchedOff] });
  const offAndEdited = () =>
    aFinishedWorld().workload({
      annotations: { [annotation]: 'disabled' },
      wanted: 4,
      owners: [...edited, switchedOff],
    });
  const onlyEdited = () => aFinishedWorld().workload({ wanted: 4, owners: edited });
  const told = `opt-out | Deployment/shop/web | metadata.annotations[${annotation}] | disabled | `;

  test('and then changed is one message, which says both', () => {
    const look = watching();
    look(aFinishedWorld());
    expect(inShort(look(off()))).toEqual([told]);
    expect(inShort(look(offAndEdited()))).toEqual([`${told}spec.replicas is 4, Git says 2`]);
    expect(look(offAndEdited())).toEqual({ told: [], ended: [] });
    expect(look(aFinishedWorld()).ended).toEqual([
      `opt-out Deployment/shop/web metadata.annotations[${annotation}] corrected`,
    ]);
  });

  test('after it was changed is the message of the change', () => {
    const look = watching();
    look(aFinishedWorld());
    expect(inShort(look(onlyEdited()))).toEqual(['edit | Deployment/shop/web | spec.replicas | 4 | ']);
    expect(inShort(look(offAndEdited()))).toEqual([
      `opt-out | Deployment/shop/web | spec.replicas | 4 | metadata.annotations[${annotation}]: disabled`,
    ]);
    expect(look(aFinishedWorld()).ended).toEqual(['opt-out Deployment/shop/web spec.replicas corrected']);
  });

  test('and changed at once is one message', () => {
    const look = watching();
    look(aFinishedWorld());
    expect(inShort(look(offAndEdited()))).toEqual([`${told}spec.replicas is 4, Git says 2`]);
  });
});

interface FluxChange {
  readonly kind?: string;
  readonly spec?: object;
  readonly status?: object;
  readonly managedFields?: readonly object[];
  readonly parent?: boolean;
}

/** An object of Flux with managedFields, laid over a finished world. */
function withFlux({ kind = 'Kustomization', spec = {}, status = {}, managedFields = [], parent = true }: FluxChange) {
  const isHelm = kind === 'HelmRelease';
  const world = isHelm ? aFinishedWorld().helmRelease().workload({ helm: true }) : aFinishedWorld();
  const before = world.raw.findLast((each) => each.kind === kind) ?? { kind };
  const [group, labels] = ['kustomize.toolkit.fluxcd.io', isHelm ? 'web' : 'root'];
  return world.put({
    ...before,
    ...{
      metadata: {
        ...Object(Reflect.get(before, 'metadata')),
        ...(parent ? { labels: { [`${group}/name`]: labels, [`${group}/namespace`]: 'flux-system' } } : {}),
        managedFields,
      },
      spec: { ...Object(Reflect.get(before, 'spec')), ...spec },
      status: { ...Object(Reflect.get(before, 'status')), ...status },
    },
  });
}

describe('a part of its work that somebody told Flux to leave alone', () => {
  const prune = { 'f:spec': { 'f:prune': {} } };
  const ignore = { 'f:spec': { 'f:ignore': {} } };
  const ignored = { ignore: [{ paths: ['/spec/replicas'] }] };
  test.each<[string, FluxChange, string[]]>([
    [
      'what Git takes out stays',
      { spec: { prune: false }, managedFields: [owner('kubectl-patch', prune)] },
      ['opt-out | Kustomization/flux-system/web | spec.prune | false | '],
    ],
    [
      'that Git says itself is meant',
      { spec: { prune: false }, managedFields: [owner('kustomize-controller', prune)] },
      [],
    ],
    [
      'that Git says, and somebody too, is meant',
      { spec: { prune: false }, managedFields: [owner('kustomize-controller', prune), owner('kubectl', prune)] },
      [],
    ],
    [
      'of a Kustomization that Flux does not apply is its own',
      { spec: { prune: false }, managedFields: [owner('kubectl', prune)], parent: false },
      [],
    ],
    [
      'fields are ignored',
      { spec: ignored, managedFields: [owner('kubectl-edit', ignore)] },
      ['opt-out | Kustomization/flux-system/web | spec.ignore | /spec/replicas | '],
    ],
    [
      'fields that Git ignores are meant',
      { spec: ignored, managedFields: [owner('kustomize-controller', ignore)] },
      [],
    ],
    [
      'a HelmRelease does not look for drift',
      {
        kind: 'HelmRelease',
        spec: { driftDetection: { mode: 'disabled' } },
        managedFields: [owner('kubectl-edit', { 'f:spec': { 'f:driftDetection': { 'f:mode': {} } } })],
      },
      ['opt-out | HelmRelease/shop/web | spec.driftDetection.mode | disabled | '],
    ],
  ])('%s', (_what, change, told) => {
    const look = watching();
    expect(inShort(look(withFlux(change)))).toEqual(told);
    expect(look(withFlux(change))).toEqual({ told: [], ended: [] });
  });

  test.each<[string, object, string]>([
    ['names the field', { paths: ['/spec/replicas'] }, 'opt-out'],
    ['names a field above it', { paths: ['/spec'], target: { kind: 'Deployment', name: 'we.*' } }, 'opt-out'],
    ['is about another object', { paths: ['/spec/replicas'], target: { kind: 'Deployment', name: 'api' } }, 'edit'],
    ['is about another kind', { paths: ['/spec/replicas'], target: { kind: 'StatefulSet' } }, 'edit'],
    ['is about another field', { paths: ['/spec/paused'] }, 'edit'],
    ['says nothing', { paths: [] }, 'edit'],
  ])('a change that stays because spec.ignore %s is told as such', (_what, entry, signal) => {
    const look = watching();
    const world = () => withFlux({ spec: { ignore: [entry] }, managedFields: [owner('kustomize-controller', ignore)] });
    look(world());
    const [drift] = look(world().workload({ wanted: 4, owners: edited })).told;
    expect(drift?.signal).toBe(signal);
    expect(drift?.note?.startsWith('spec.ignore: /spec') ?? false).toBe(signal === 'opt-out');
  });

  test('says why what Git took out is still there', () => {
    const look = watching();
    const inventory = { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] };
    const world = () => withFlux({ spec: { prune: false }, status: { inventory } }).workload({ name: 'web-old' });
    look(world());
    expect(look(world(), nowMs + 11 * minute).told).toMatchObject([{ signal: 'orphan', note: 'spec.prune is false' }]);
  });
});

describe('what stands beside the way of a commit', () => {
  const suspend = owner('flux', { 'f:spec': { 'f:suspend': {} } });
  const config = { kind: 'GitRepository', name: 'config' };
  const aCompanion = (kind: string, spec: object, managedFields: readonly object[] = [suspend], annotations = {}) =>
    aFinishedWorld().put({
      kind,
      ...{ metadata: { namespace: 'flux-system', name: 'it', managedFields, annotations }, spec },
    });
  const generator = 'source.extensions.fluxcd.io/reconcile';

  test.each<[string, World, string[]]>([
    ['a Receiver', aCompanion('Receiver', { suspend: true, resources: [config] }), ['Receiver/flux-system/it']],
    [
      'an Alert of all Kustomizations',
      aCompanion('Alert', { suspend: true, eventSources: [{ kind: 'Kustomization', name: '*' }] }),
      ['Alert/flux-system/it'],
    ],
    [
      'an ImageUpdateAutomation',
      aCompanion('ImageUpdateAutomation', { suspend: true, sourceRef: config }),
      ['ImageUpdateAutomation/flux-system/it'],
    ],
    [
      'an ArtifactGenerator, by its annotation',
      aCompanion(
        'ArtifactGenerator',
        { sources: [config] },
        [owner('kubectl-annotate', { 'f:metadata': { 'f:annotations': { [`f:${generator}`]: {} } } })],
        { [generator]: 'Disabled' },
      ),
      ['ArtifactGenerator/flux-system/it'],
    ],
    ['nothing that runs', aCompanion('Receiver', { resources: [config] }), []],
    [
      'nothing that Git paused',
      aCompanion('Receiver', { suspend: true, resources: [config] }, [
        owner('kustomize-controller', { 'f:spec': { 'f:suspend': {} } }),
      ]),
      [],
    ],
    [
      'nothing that is for others',
      aCompanion('Receiver', { suspend: true, resources: [{ kind: 'GitRepository', name: 'other' }] }),
      [],
    ],
    ['nothing without words', aCompanion('Alert', { suspend: true }), []],
  ])('%s is told when it is suspended', (_what, world, objects) => {
    const look = watching();
    const { told } = look(world);
    expect(told.map(({ signal, object }) => `${signal} ${object}`)).toEqual(
      objects.map((object) => `suspended ${object}`),
    );
    expect(look(aFinishedWorld()).ended).toHaveLength(objects.length);
  });
});

describe('helm-controller', () => {
  const reported = (time: string) => [{ manager: 'helm-controller', subresource: 'status', time, fieldsV1: {} }];
  const helm = (change: FluxChange) => withFlux({ kind: 'HelmRelease', spec: { interval: '10m' }, ...change });
  const silences = (world: World) => {
    const look = watching();
    return look(world, nowMs + 40 * minute).told.filter(
      ({ signal, object }) => signal === 'silent' && object.startsWith('Helm'),
    );
  };
  test('that has not run for long is told, and one that did, was given up or is paused is not', () => {
    expect(silences(helm({ managedFields: reported('2026-06-01T12:00:00Z') }))).toMatchObject([
      { object: 'HelmRelease/shop/web', live: 'no run since 2026-06-01T12:00Z', wanted: 'a run every 10 m' },
    ]);
    const stalled = { conditions: [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded' }] };
    for (const world of [
      helm({ managedFields: reported('2026-06-01T12:30:00Z') }),
      helm({ managedFields: reported('2026-06-01T12:00:00Z'), status: stalled }),
      helm({ managedFields: reported('2026-06-01T12:00:00Z'), spec: { suspend: true } }),
      helm({}),
    ])
      expect(silences(world)).toEqual([]);
  });
});
