import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/doors/time.ts';
import { openCluster } from '../../../src/kubernetes/clusters.ts';
import { keepWorkload } from '../../../src/kubernetes/keep-workload.ts';
import type { Workload } from '../../../src/kubernetes/objects.ts';
import { startReflector } from '../../../src/kubernetes/reflector.ts';
import {
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  toJsonObject,
} from '../../../src/playground/cluster/json.ts';
import { collect, image, overlay, paths, release, type Seen, startCluster } from './repository.ts';

let stage: Awaited<ReturnType<typeof startCluster>>;
beforeEach(async () => {
  stage = await startCluster();
});
afterEach(async () => {
  await stage.close();
});
/** What the runs of the Kustomization web changed, oldest first. */
const changes = async () =>
  objectsAt(await stage.get('/api/v1/namespaces/flux-system/events'), 'items')
    .filter((event) => event['reason'] === 'Progressing' && textAt(event, 'involvedObject', 'name') === 'web')
    .map((event) => textAt(event, 'message'));
const until = { timeout: 8_000, interval: 20 };
const readyOf = (object: Parameters<typeof objectsAt>[0]) =>
  objectsAt(object, 'status', 'conditions').find((each) => each['type'] === 'Ready');

describe('cluster', () => {
  it('has applied everything in Git when it is ready', async () => {
    expect(stage.cluster.state()).toMatchObject({ name: 'dev', cut: false });
    expect(stage.cluster.state().services).toEqual([
      { name: 'web', namespace: 'shop', image: `${image}:1.0.0`, ready: 3, wanted: 3, health: 'healthy' },
      expect.objectContaining({ name: 'search', ready: 1, wanted: 1, health: 'healthy' }),
    ]);
    expect(stage.cluster.state().kustomizations.map((each) => [each.name, each.ready, each.revision])).toEqual(
      ['flux-system', 'web', 'search'].map((name) => [name, 'True', `main@sha1:${stage.remote.head()}`]),
    );
    const kustomization = await stage.get(`${paths.kustomizations}/web`);
    expect(listAt(kustomization, 'status', 'inventory', 'entries')).toEqual([
      { id: 'shop_web__Service', v: 'v1' },
      { id: 'shop_web_apps_Deployment', v: 'v1' },
    ]);
  });

  it('rolls a commit out in the order that was recorded from Flux', async () => {
    const list = await stage.get(paths.kustomizations);
    const from = textAt(list, 'metadata', 'resourceVersion') ?? '';
    const watch = collect(await stage.call(`${paths.kustomizations}?watch=true&resourceVersion=${from}`));
    const sha = stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0') });
    stage.cluster.poke();
    const revision = `main@sha1:${sha}`;
    await vi.waitFor(
      async () =>
        expect(textAt(await stage.get(`${paths.kustomizations}/web`), 'status', 'lastAppliedRevision')).toBe(revision),
      until,
    );
    const steps = watch.seen
      .filter(({ object }) => textAt(object, 'metadata', 'name') === 'web')
      .map(({ object }) => {
        const conditions = objectsAt(object, 'status', 'conditions');
        const say = (type: string) => conditions.find((each) => each['type'] === type);
        const doing = (textAt(say('Reconciling'), 'message') ?? '').split(' for ')[0];
        const sides = [
          textAt(object, 'status', 'lastAttemptedRevision'),
          textAt(object, 'status', 'lastAppliedRevision'),
        ];
        const [attempted, applied] = sides.map((side) => (side === revision ? 'new' : 'old'));
        return [doing, say('Ready')?.['status'], say('Healthy')?.['status'], attempted, applied].join(' | ');
      });
    expect(steps).toEqual([
      'Fetching manifests | Unknown | True | old | old',
      'Building manifests | Unknown | True | old | old',
      'Building manifests | Unknown | True | new | old',
      'Detecting drift | Unknown | True | new | old',
      'Running health checks | Unknown | Unknown | new | old',
      'Running health checks | Unknown | True | new | old',
      ' | True | True | new | old',
      ' | True | True | new | new',
    ]);
    expect(stage.cluster.running('web')).toBe(`${image}:1.1.0`);
    // The last of the old pods takes a moment to leave.
    await vi.waitFor(async () => {
      const pods = await stage.get('/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb');
      const running = objectsAt(pods, 'items').map((pod) => objectsAt(pod, 'status', 'containerStatuses')[0]);
      expect(running.map((status) => [status?.['image'], status?.['imageID']])).toEqual(
        Array(3).fill([
          `${image}:1.1.0`,
          expect.stringMatching(/^registry\.example\.com\/acme\/web@sha256:[0-9a-f]{64}$/),
        ]),
      );
    }, until);
  });

  it('keeps the old version serving while the new one crashes, and says so in the end', async () => {
    stage.cluster.crashNext('web');
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0') });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      const pods = await stage.get('/api/v1/namespaces/shop/pods');
      expect(JSON.stringify(pods)).toContain('CrashLoopBackOff');
    }, until);
    expect(stage.cluster.running('web')).toBe(`${image}:1.0.0`);
    await vi.waitFor(async () => {
      expect(readyOf(await stage.get(`${paths.kustomizations}/web`))).toMatchObject({
        status: 'False',
        reason: 'HealthCheckFailed',
        message: expect.stringMatching(
          /^health check failed after \S+: timeout waiting for: \[Deployment\/shop\/web status: 'InProgress'\]$/,
        ),
      });
    }, until);
    expect(stage.cluster.state().services[0]).toMatchObject({ ready: 3, wanted: 3, health: 'failing' });
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.1') });
    stage.cluster.poke();
    await vi.waitFor(() => expect(stage.cluster.running('web')).toBe(`${image}:1.1.1`), until);
  });

  it('names who edited a live image, and corrects it when Flux is asked', async () => {
    const owners = async () =>
      objectsAt(await stage.get(paths.web), 'metadata', 'managedFields')
        .filter((entry) => JSON.stringify(entry['fieldsV1']).includes('"f:image"'))
        .map((entry) => [entry['manager'], entry['operation']]);
    expect(await owners()).toEqual([['kustomize-controller', 'Apply']]);
    stage.cluster.liveEdit('shop', 'web', `${image}:hotfix`, 'kubectl-edit');
    expect(await owners()).toEqual([['kubectl-edit', 'Update']]);
    const edited = objectsAt(await stage.get(paths.web), 'metadata', 'managedFields').find(
      (entry) => entry['manager'] === 'kubectl-edit',
    );
    expect(edited?.['fieldsV1']).toEqual({
      'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } } },
    });
    await stage.call(`${paths.kustomizations}/web`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } }),
    });
    await vi.waitFor(async () => expect(await owners()).toEqual([['kustomize-controller', 'Apply']]), until);
    await vi.waitFor(() => expect(stage.cluster.running('web')).toBe(`${image}:1.0.0`), until);
    expect((await changes()).at(-1)).toBe('Deployment/shop/web configured');
  });

  it('says that it made again what somebody deleted', async () => {
    stage.cluster.remove('Deployment', 'shop', 'web');
    await stage.call(`${paths.kustomizations}/web`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } }),
    });
    await vi.waitFor(async () => expect((await changes()).at(-1)).toBe('Deployment/shop/web created'), until);
  });

  it('says when a folder cannot be built and prunes what left Git', async () => {
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0').replace('../base', '../nowhere') });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      expect(readyOf(await stage.get(`${paths.kustomizations}/web`))).toMatchObject({
        status: 'False',
        reason: 'BuildFailed',
      });
    }, until);
    stage.remote.commit({
      'apps/web/dev/kustomization.yaml': overlay('1.1.0'),
      'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      expect((await stage.call('/api/v1/namespaces/shop/services/web')).status).toBe(404);
    }, until);
  });

  it('fails early when a rollout makes no progress', async () => {
    stage.cluster.stallNext('web');
    const patch =
      'patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web}\n      spec: {progressDeadlineSeconds: 10}\n';
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0', patch) });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      expect(JSON.stringify(await stage.get(paths.web))).toContain('ProgressDeadlineExceeded');
      expect(textAt(readyOf(await stage.get(`${paths.kustomizations}/web`)), 'message')).toContain(
        "failed early due to stalled resources: [Deployment/shop/web status: 'Failed']",
      );
    }, until);
    expect(stage.cluster.running('web')).toBe(`${image}:1.0.0`);
  });

  it('leaves a suspended Kustomization as it is', async () => {
    stage.cluster.suspend('web', true);
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0') });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      const root = await stage.get(`${paths.kustomizations}/flux-system`);
      expect(textAt(root, 'status', 'lastAppliedRevision')).toContain(stage.remote.head());
    }, until);
    expect(stage.cluster.running('web')).toBe(`${image}:1.0.0`);
    stage.cluster.suspend('web', false);
    await vi.waitFor(() => expect(stage.cluster.running('web')).toBe(`${image}:1.1.0`), until);
  });

  it('keeps the old artifact when the repository cannot be fetched', async () => {
    const before = stage.remote.head();
    stage.remote.git('update-ref', '-d', 'refs/heads/main');
    stage.cluster.poke();
    await vi.waitFor(async () => {
      const source = await stage.get(
        '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/flux-system',
      );
      expect(readyOf(source)).toMatchObject({ status: 'False', reason: 'GitOperationFailed' });
      expect(textAt(source, 'status', 'artifact', 'revision')).toBe(`main@sha1:${before}`);
    }, until);
  });
});

/** Conditions of every status that a watch saw, without those that say the same again. */
function saidOf(seen: readonly Seen[], name: string, sides: (object: JsonObject) => string): string[] {
  const steps = seen
    .filter(({ object }) => textAt(object, 'metadata', 'name') === name)
    .map(({ object }) => {
      const conditions = objectsAt(object, 'status', 'conditions').map(
        (each) => `${String(each['type'])}=${String(each['status'])}/${String(each['reason'])}`,
      );
      return `${conditions.toSorted().join(' ')} | ${sides(object)}`;
    });
  return steps.filter((step, index) => step !== steps[index - 1]);
}

const generations = (object: JsonObject) =>
  `${numberAt(object, 'metadata', 'generation')}/${numberAt(object, 'status', 'observedGeneration')}`;
const statuses = (object: JsonObject) =>
  objectsAt(object, 'status', 'history')
    .map((each) => each['status'])
    .join(',');

async function watching(kind: string): Promise<readonly Seen[]> {
  const from = textAt(await stage.get(kind), 'metadata', 'resourceVersion') ?? '';
  return collect(await stage.call(`${kind}?watch=true&resourceVersion=${from}`)).seen;
}

const helmReleases = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases';

describe('the source', () => {
  it('speaks of a new revision a moment before it has it', async () => {
    const kind = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories';
    const seen = await watching(kind);
    const sha = stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0') }, 'Release web 1.1.0');
    stage.cluster.poke();
    const artifact = (object: JsonObject) =>
      textAt(object, 'status', 'artifact', 'revision') === `main@sha1:${sha}` ? 'new' : 'old';
    await vi.waitFor(() => expect(seen.map(({ object }) => artifact(object))).toContain('new'), until);
    expect(saidOf(seen, 'flux-system', artifact)).toEqual([
      'ArtifactInStorage=True/Succeeded ArtifactOutdated=True/NewRevision Ready=Unknown/Progressing Reconciling=True/Progressing | old',
      'ArtifactInStorage=True/Succeeded Ready=True/Succeeded | old',
      'ArtifactInStorage=True/Succeeded Ready=True/Succeeded | new',
    ]);
    const events = await stage.get('/api/v1/namespaces/flux-system/events');
    expect(objectsAt(events, 'items').find((each) => String(each['message']).includes('web 1.1.0'))).toMatchObject({
      reason: 'NewArtifact',
      message: "stored artifact for commit 'Release web 1.1.0'",
      metadata: { annotations: { 'source.toolkit.fluxcd.io/revision': `main@sha1:${sha}` } },
    });
  });
});

describe('cluster with Helm', () => {
  it('upgrades a HelmRelease in the order that was recorded', async () => {
    const seen = await watching(helmReleases);
    stage.remote.commit({ 'apps/search/release.yaml': release('1.1.0') });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      const object = await stage.get(paths.search);
      expect(readyOf(object)).toMatchObject({ status: 'True', reason: 'UpgradeSucceeded' });
      expect(numberAt(object, 'status', 'observedGeneration')).toBe(2);
      expect(objectsAt(object, 'status', 'history').map((each) => each['status'])).toEqual(['deployed', 'superseded']);
    }, until);
    expect(stage.cluster.running('search')).toBe('registry.example.com/acme/search:1.1.0');
    expect(saidOf(seen, 'search', (object) => `${generations(object)} ${statuses(object)}`)).toEqual([
      'Ready=True/InstallSucceeded Released=True/InstallSucceeded | 2/1 deployed',
      'Ready=True/InstallSucceeded Reconciling=True/Progressing Released=True/InstallSucceeded | 2/1 deployed',
      'Ready=Unknown/Progressing Reconciling=True/Progressing Released=True/InstallSucceeded | 2/1 deployed',
      'Ready=True/UpgradeSucceeded Reconciling=True/Progressing Released=True/UpgradeSucceeded | 2/1 deployed',
      'Ready=True/UpgradeSucceeded Reconciling=True/Progressing Released=True/UpgradeSucceeded | 2/1 deployed,superseded',
      'Ready=True/UpgradeSucceeded Released=True/UpgradeSucceeded | 2/1 deployed,superseded',
      'Ready=True/UpgradeSucceeded Released=True/UpgradeSucceeded | 2/2 deployed,superseded',
    ]);
  });

  it('corrects a live edit where drift detection is enabled', async () => {
    const detecting = release('1.0.0').replace('interval: 10m', 'interval: 5s\n  driftDetection: {mode: enabled}');
    stage.remote.commit({ 'apps/search/release.yaml': detecting });
    stage.cluster.poke();
    await vi.waitFor(
      async () => expect(JSON.stringify(await stage.get(paths.search))).toContain('NoDriftDetected'),
      until,
    );
    stage.cluster.liveEdit('shop', 'search', 'registry.example.com/acme/search:hotfix', 'kubectl-edit');
    expect(stage.cluster.state().services[1]?.image).toBe('registry.example.com/acme/search:hotfix');
    await vi.waitFor(
      () => expect(stage.cluster.state().services[1]?.image).toBe('registry.example.com/acme/search:1.0.0'),
      until,
    );
    const events = await stage.get('/api/v1/namespaces/shop/events');
    const reasons = objectsAt(events, 'items').map((each) => each['reason']);
    expect(reasons).toEqual(expect.arrayContaining(['DriftDetected', 'DriftCorrected']));
  });

  it('rolls a failed upgrade back', async () => {
    const seen = await watching(helmReleases);
    stage.cluster.pullNext('search');
    stage.remote.commit({ 'apps/search/release.yaml': release('1.1.0') });
    stage.cluster.poke();
    await vi.waitFor(async () => {
      const object = await stage.get(paths.search);
      expect(readyOf(object)).toMatchObject({ status: 'False', reason: 'RollbackSucceeded' });
      expect(JSON.stringify(objectAt(object, 'status'))).toContain('Failed to upgrade after 1 attempt(s)');
      expect(objectsAt(object, 'status', 'history').map((each) => each['status'])).toEqual([
        'deployed',
        'failed',
        'superseded',
      ]);
    }, until);
    expect(stage.cluster.running('search')).toBe('registry.example.com/acme/search:1.0.0');
    const failed = 'Ready=False/UpgradeFailed Reconciling=True/Progressing Released=False/UpgradeFailed';
    const ended =
      'Ready=False/RollbackSucceeded Released=False/UpgradeFailed Remediated=True/RollbackSucceeded Stalled=True/RetriesExceeded';
    expect(saidOf(seen, 'search', (object) => `${generations(object)} ${statuses(object)}`).slice(-4)).toEqual([
      `${failed} | 2/1 deployed`,
      `${failed} | 2/1 failed,deployed`,
      `${ended} | 2/1 failed,deployed`,
      `${ended} | 2/2 deployed,failed,superseded`,
    ]);
  });
});

describe('the API of the cluster', () => {
  it('lists page by page and refuses a wrong token', async () => {
    const first = await stage.get('/api/v1/namespaces/shop/pods?limit=3');
    expect(objectsAt(first, 'items')).toHaveLength(3);
    const next = encodeURIComponent(textAt(first, 'metadata', 'continue') ?? '');
    const second = await stage.get(`/api/v1/namespaces/shop/pods?limit=3&continue=${next}`);
    expect(objectsAt(second, 'items')).toHaveLength(1);
    expect(textAt(second, 'metadata', 'continue')).toBeUndefined();
    expect((await fetch(`${stage.cluster.url}/api/v1/pods`)).status).toBe(401);
    expect(await stage.get('/apis/apps/v1/statefulsets')).toMatchObject({ kind: 'StatefulSetList', items: [] });
    expect((await stage.call('/apis/image.toolkit.fluxcd.io/v1/imagepolicies')).status).toBe(404);
    expect(await stage.get('/apis/helm.toolkit.fluxcd.io')).toMatchObject({ preferredVersion: { version: 'v2' } });
  });

  it('scales by the subresource and tells a watch', async () => {
    const from = textAt(await stage.get('/apis/apps/v1/deployments'), 'metadata', 'resourceVersion') ?? '';
    const watch = collect(await stage.call(`/apis/apps/v1/deployments?watch=true&resourceVersion=${from}`));
    const scaled = await stage.call(`${paths.web}/scale?fieldManager=kubectl`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"spec":{"replicas":2}}',
    });
    expect(toJsonObject(await scaled.json())).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } });
    await vi.waitFor(
      () => expect(stage.cluster.state().services[0]).toMatchObject({ ready: 2, health: 'healthy' }),
      until,
    );
    await vi.waitFor(() => expect(watch.seen).not.toEqual([]), until);
    expect(watch.seen[0]).toMatchObject({
      type: 'MODIFIED',
      object: { metadata: { name: 'web' }, spec: { replicas: 2 } },
    });
  });

  it('answers 410 for a version it has forgotten', async () => {
    const from = textAt(await stage.get('/api/v1/pods'), 'metadata', 'resourceVersion') ?? '';
    const open = collect(await stage.call(`/api/v1/pods?watch=true&resourceVersion=${from}`));
    stage.cluster.expire();
    await open.done;
    const late = collect(await stage.call(`/api/v1/pods?watch=true&resourceVersion=${from}`));
    await late.done;
    for (const { seen } of [open, late])
      expect(seen).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    const again = textAt(await stage.get('/api/v1/pods'), 'metadata', 'resourceVersion') ?? '';
    expect(Number(again)).toBeGreaterThan(Number(from));
  });

  it('breaks every connection while it is cut off, and goes on working behind', async () => {
    const watch = collect(await stage.call('/api/v1/pods?watch=true'));
    stage.cluster.cutOff(true);
    await watch.done;
    await expect(stage.call('/version')).rejects.toThrow();
    expect(stage.cluster.state().cut).toBe(true);
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.1.0') });
    stage.cluster.poke();
    await vi.waitFor(() => expect(stage.cluster.running('web')).toBe(`${image}:1.1.0`), until);
    stage.cluster.cutOff(false);
    expect(await stage.get('/version')).toMatchObject({ major: '1' });
  });

  it('is understood by the reflector that watches real clusters', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-'));
    const kubeconfig = join(folder, 'config');
    writeFileSync(kubeconfig, JSON.stringify(stage.cluster.kubeconfig()));
    const changes: Workload[] = [];
    const reflector = startReflector({
      api: openCluster({ kubeconfig }),
      path: '/apis/apps/v1/deployments',
      keep: keepWorkload('Deployment'),
      onChanges: (batch) => changes.push(...batch.map((change) => change.value)),
      onStatus: () => {},
      onVanished: () => {},
      clock: systemClock,
      random: Math.random,
      bounds: { shortestPauseMs: 10, longestPauseMs: 50 },
    });
    const web = () => changes.findLast((each) => each.name === 'web');
    await vi.waitFor(() => expect(web()?.kustomization).toBe('flux-system/web'), until);
    stage.cluster.dropWatches();
    stage.cluster.liveEdit('shop', 'web', `${image}:hotfix`, 'kubectl-edit');
    await vi.waitFor(() => {
      expect(web()?.images).toEqual([{ container: 'web', image: `${image}:hotfix` }]);
      expect(web()?.owners['image:web']).toEqual([{ manager: 'kubectl-edit', at: expect.any(String) }]);
    }, until);
    stage.cluster.expire();
    stage.cluster.scale('shop', 'web', 2, 'kubectl');
    await vi.waitFor(() => expect(web()).toMatchObject({ wanted: 2, available: 2 }), until);
    reflector.stop();
    await reflector.done;
    rmSync(folder, { recursive: true });
  });

  it('fetches when a Receiver is called', async () => {
    stage.remote.commit({ 'apps/web/dev/kustomization.yaml': overlay('1.2.0') });
    await fetch(`${stage.cluster.url}/hook/secret`, { method: 'POST' });
    await vi.waitFor(() => expect(stage.cluster.running('web')).toBe(`${image}:1.2.0`), until);
  });
});
