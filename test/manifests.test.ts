import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../src/config.ts';
import { parseManifests, parseYaml } from '../src/doors/yaml.ts';
import { eventRoutes } from '../src/kubernetes/event-routes.ts';
import { watchedKinds } from '../src/kubernetes/kinds.ts';
import { neededRights } from '../src/kubernetes/rights.ts';
import { listAt, objectAt, objectsAt, textAt } from '../src/playground/cluster/json.ts';
import { built, kindIn, manifestsFolder, schemaProblems } from './support/manifests.ts';

const overlays = ['overlays/socket', 'overlays/http'] as const;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const read = (path: string) => readFileSync(join(manifestsFolder, path), 'utf8');

/** `watch pods`, `list helmreleases.helm.toolkit.fluxcd.io`: what a role grants. */
async function granted(folder: string): Promise<string[]> {
  const rules = objectsAt(kindIn(await built(folder), 'ClusterRole'), 'rules');
  return rules.flatMap((rule) =>
    listAt(rule, 'apiGroups').flatMap((group) =>
      listAt(rule, 'resources').flatMap((name) => listAt(rule, 'verbs').map((verb) => `${verb} ${name} of "${group}"`)),
    ),
  );
}
const needed = (wanted: { logs: boolean; reconcile: boolean }) =>
  neededRights(watchedKinds, wanted).map(({ verb, resource, group }) => `${verb} ${resource} of "${group}"`);

test('a field that the API does not know, or of another type, is found', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: { ports: [{ prot: 80 }], selector: 1 },
  };
  expect(schemaProblems(service)).toEqual(['V1Service.spec.ports[0] has no prot', 'V1Service.spec.selector is no map']);
});

describe.each(overlays)('%s', (overlay) => {
  test('holds nothing that the API does not know', async () => {
    const objects = await built(overlay);
    expect(objects.flatMap(schemaProblems)).toEqual([]);
    const kinds = objects.map(({ kind }) => kind);
    for (const kind of ['Namespace', 'Deployment', 'Service', 'NetworkPolicy', 'PodDisruptionBudget'])
      expect(kinds).toContain(kind);
    expect(kinds.includes('Ingress')).toBe(overlay === 'overlays/http');
    for (const object of objects)
      if (!['Namespace', 'ClusterRole', 'ClusterRoleBinding'].includes(String(object['kind'])))
        expect(textAt(object, 'metadata', 'namespace')).toBe('sluice');
  });

  test('is built by kustomize to the same kinds', async () => {
    if (spawnSync('kubectl', ['version', '--client']).status !== 0) return;
    const secret = join(manifestsFolder, overlay, 'secret.env');
    const own = existsSync(secret);
    if (!own) copyFileSync(`${secret}.example`, secret);
    const { stdout, stderr } = spawnSync('kubectl', ['kustomize', join(manifestsFolder, overlay)], {
      encoding: 'utf8',
    });
    if (!own) rmSync(secret);
    expect(stderr).toBe('');
    const kinds = (parseManifests(stdout) ?? [])
      .map((object) => String(Reflect.get(Object(object), 'kind')))
      .toSorted();
    const ours = (await built(overlay)).map(({ kind }) => String(kind));
    expect(kinds).toEqual([...ours, 'ConfigMap', 'Secret'].toSorted());
  });

  test('runs under the restricted profile, on a root that is read-only, two of it', async () => {
    const objects = await built(overlay);
    expect(textAt(kindIn(objects, 'Namespace'), 'metadata', 'labels', 'pod-security.kubernetes.io/enforce')).toBe(
      'restricted',
    );
    const deployment = kindIn(objects, 'Deployment');
    expect(objectAt(deployment, 'spec')['replicas']).toBe(2);
    const pod = objectAt(deployment, 'spec', 'template', 'spec');
    // kubernetes.io/docs/concepts/security/pod-security-standards, Restricted.
    expect(objectAt(pod, 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod[field]).toBe(undefined);
    for (const container of objectsAt(pod, 'containers'))
      expect(objectAt(container, 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    const allowed = ['configMap', 'secret', 'emptyDir'];
    const volumes = objectsAt(pod, 'volumes');
    for (const volume of volumes) expect(allowed.filter((kind) => volume[kind] !== undefined)).toHaveLength(1);
    const mounts = objectsAt(pod, 'containers').flatMap((container) => objectsAt(container, 'volumeMounts'));
    expect(mounts.map(({ name }) => name).toSorted()).toEqual(volumes.map(({ name }) => name).toSorted());
  });

  test('selects its own pods everywhere', async () => {
    const objects = await built(overlay);
    const labels = objectAt(kindIn(objects, 'Deployment'), 'spec', 'template', 'metadata', 'labels');
    const selectors = [
      objectAt(kindIn(objects, 'Deployment'), 'spec', 'selector', 'matchLabels'),
      objectAt(kindIn(objects, 'Service'), 'spec', 'selector'),
      objectAt(kindIn(objects, 'NetworkPolicy'), 'spec', 'podSelector', 'matchLabels'),
      objectAt(kindIn(objects, 'PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
    ];
    for (const selector of selectors) expect(selector).toEqual(labels);
  });

  test('has a configuration that is valid, and names secrets that its example lists', () => {
    const text = read(`${overlay}/sluice.config.yaml`);
    expect(parseYaml(text, 'sluice.config.yaml', configSchema)).toMatchObject({ kind: 'parsed' });
    const listed = [...read(`${overlay}/secret.env.example`).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    for (const [, name] of text.matchAll(/\{ env: ([A-Z_]+) \}/g)) expect(listed).toContain(name);
  });
});

test('Flux is told to post events where they are taken, of kinds that are looked at', async () => {
  const objects = await built('flux');
  const provider = kindIn(objects, 'Provider');
  const alert = kindIn(objects, 'Alert');
  for (const object of [provider, alert]) {
    expect(object['apiVersion']).toBe('notification.toolkit.fluxcd.io/v1beta3');
    expect(textAt(object, 'metadata', 'namespace')).toBe('flux-system');
  }
  expect(textAt(provider, 'spec', 'type')).toBe('generic-hmac');
  const { pathname } = new URL(textAt(provider, 'spec', 'address') ?? '');
  const [route] = eventRoutes({ providers: [{ cluster: 'prod-eu', token: 't' }], hint: () => {}, log: silent });
  expect(pathname).toBe(route?.path);
  const steps = read('flux/kustomization.yaml');
  const shown = /configuration: (.+)$/m.exec(steps)?.[1] ?? '';
  const config = read('overlays/http/sluice.config.yaml').replace(/^clusters:[\s\S]*?^(?=\w)/m, `${shown}\n`);
  expect(parseYaml(config, 'sluice.config.yaml', configSchema)).toMatchObject({ kind: 'parsed' });
  expect(steps).toContain(`secret generic ${textAt(provider, 'spec', 'secretRef', 'name')} `);
  expect(textAt(alert, 'spec', 'providerRef', 'name')).toBe(textAt(provider, 'metadata', 'name'));
  for (const { kind } of objectsAt(alert, 'spec', 'eventSources'))
    expect(watchedKinds.find((each) => each.kind === kind)?.group).toMatch(/\.fluxcd\.io$/);
});

describe('rights in a cluster', () => {
  test('are exactly those that watching takes', async () => {
    expect((await granted('base')).toSorted()).toEqual(needed({ logs: false, reconcile: false }).toSorted());
  });

  test('are what the components add, where they are wanted', async () => {
    const text = [
      'base/rbac.yaml',
      'components/pod-logs/kustomization.yaml',
      'components/reconcile/kustomization.yaml',
    ];
    for (const file of text) expect(read(file).length).toBeGreaterThan(0);
    expect((await withComponents()).toSorted()).toEqual(needed({ logs: true, reconcile: true }).toSorted());
  });

  test('are explained verb by verb', () => {
    const rbac = read('base/rbac.yaml');
    const verbs = new Set([...rbac.matchAll(/verbs: \[([^\]]+)\]/g)].flatMap(([, list = '']) => list.split(', ')));
    for (const verb of verbs) expect(rbac).toMatch(new RegExp(`^# {3}${verb} {2,}\\S`, 'm'));
  });
});

/** What the role grants with both components in. */
async function withComponents(): Promise<string[]> {
  const rules = ['pod-logs', 'reconcile'].flatMap((name) =>
    [...read(`components/${name}/kustomization.yaml`).matchAll(/value: (\{.*\})$/gm)].flatMap(([, value = '']) =>
      (parseManifests(value) ?? []).map(Object),
    ),
  );
  const added = rules.flatMap(({ apiGroups: [group], resources, verbs: [verb] }) =>
    resources.map((name: string) => `${verb} ${name} of "${group}"`),
  );
  return [...(await granted('base')), ...added];
}

test('the image holds what is started in it', () => {
  const dockerfile = read('Dockerfile');
  for (const [, source = ''] of dockerfile.matchAll(/^COPY (\S+) /gm))
    expect(existsSync(resolve(manifestsFolder, '..', source))).toBe(true);
  const entry: unknown = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '');
  const launcher = readFileSync(resolve(manifestsFolder, '..', 'src', 'launch.js'), 'utf8');
  const lean = [...(/leanHeap = (\[.+\])/.exec(launcher)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, flag]) => flag);
  expect(lean).toHaveLength(2);
  expect(entry).toEqual(['tini', '--', 'node', ...lean, 'src/main.ts']);
  expect(dockerfile).toMatch(/^USER 1000:1000$/m);
});
