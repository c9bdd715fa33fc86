import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/ports.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { toFlow } from '../../src/doors/yaml.ts';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import type { Lane } from '../../src/vocabulary/change.ts';
import { anArtifact, aRelease, aRequest, digest, releaseId, sha } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

interface Layout {
  /** What `sluice.yaml` says of the service. */
  readonly says: object | string;
  /** Default: one that is called like it. */
  readonly image?: string;
  readonly files: Readonly<Record<string, string>>;
  /** The lines that a release of 2.0.0 to production adds, by file. */
  readonly adds: Readonly<Record<string, readonly string[]>>;
  /** In a repository of the team's own. */
  readonly elsewhere?: true;
}

const image = (name: string) => `registry.acme.test/${name}`;
const old = sha('01');
const built = sha('c2');
const flux = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: apps }\n';

/** Every place in which a version is known to live, in every layout that Flux's guide knows; one service each. */
const layouts: Readonly<Record<string, Layout>> = {
  'images-of-a-kustomization': {
    image: image('a'),
    says: 'apps/{environment}/{service}',
    files: {
      'apps/production/images-of-a-kustomization/kustomization.yaml': `images:\n  - name: ${image('a')}\n    newTag: 1.0.0 # by hand\n`,
    },
    adds: { 'apps/production/images-of-a-kustomization/kustomization.yaml': ['    newTag: 2.0.0 # by hand'] },
  },
  'no-image-of-a-kustomization-yet': {
    image: image('b'),
    says: { place: { kustomize: 'overlays/{environment}/kustomization.yaml', image: image('b') } },
    files: { 'overlays/production/kustomization.yaml': 'resources: [../../base]\n' },
    adds: { 'overlays/production/kustomization.yaml': ['images:', `  - name: ${image('b')}`, '    newTag: 2.0.0'] },
  },
  'images-with-a-digest': {
    image: image('c'),
    says: { place: { kustomize: 'pinned/{environment}/kustomization.yaml', image: image('c') } },
    files: {
      'pinned/production/kustomization.yaml': `images:\n- name: ${image('c')}\n  newTag: 1.0.0\n  digest: ${digest('01')}\n`,
    },
    adds: { 'pinned/production/kustomization.yaml': ['  newTag: 2.0.0', `  digest: ${digest('d2')}`] },
  },
  'images-of-a-flux-kustomization': {
    image: image('d'),
    says: { place: { kustomize: 'clusters/{environment}/apps.yaml', image: image('d') } },
    files: {
      'clusters/production/apps.yaml': `${flux}spec:\n  images:\n    - name: ${image('d')}\n      newTag: "1.0"\n`,
    },
    adds: { 'clusters/production/apps.yaml': ['      newTag: "2.0.0"'] },
  },
  'a-substitution-in-each-cluster': {
    says: { place: { yaml: 'clusters/{cluster}/vars.yaml', tag: 'spec.postBuild.substitute.TAG' } },
    files: Object.fromEntries(
      ['prod-eu', 'prod-us'].map((cluster) => [
        `clusters/${cluster}/vars.yaml`,
        `${flux}spec: { postBuild: { substitute: { TAG: "1.0" } } }\n`,
      ]),
    ),
    adds: Object.fromEntries(
      ['prod-eu', 'prod-us'].map((cluster) => [
        `clusters/${cluster}/vars.yaml`,
        ['spec: { postBuild: { substitute: { TAG: "2.0.0" } } }'],
      ]),
    ),
  },
  'values-of-a-patch-of-a-helm-release': {
    says: { place: { helm: 'apps/{environment}/search-values.yaml', tag: 'search.image.tag' } },
    files: {
      'apps/production/search-values.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: search }\nspec:\n  values:\n    search:\n      image: { tag: v1 }\n',
    },
    adds: { 'apps/production/search-values.yaml': ['      image: { tag: 2.0.0 }'] },
  },
  'the-version-of-a-chart': {
    says: { place: { yaml: 'apps/{environment}/chart.yaml', tag: 'spec.chart.spec.version' } },
    files: { 'apps/production/chart.yaml': 'kind: HelmRelease\nspec:\n  chart:\n    spec:\n      version: "1.0.0"\n' },
    adds: { 'apps/production/chart.yaml': ['      version: "2.0.0"'] },
  },
  'the-tag-of-an-oci-repository': {
    says: {
      place: {
        yaml: 'apps/{environment}/source.yaml',
        object: 'OCIRepository/web',
        tag: 'spec.ref.tag',
        digest: 'spec.ref.digest',
      },
    },
    files: {
      'apps/production/source.yaml': `kind: Namespace\n---\nkind: OCIRepository\nmetadata: { name: web }\nspec:\n  ref:\n    tag: 1.0.0\n    digest: ${digest('01')}\n`,
    },
    adds: { 'apps/production/source.yaml': ['    tag: 2.0.0', `    digest: ${digest('d2')}`] },
  },
  'a-workload-with-an-init-container': {
    image: image('h'),
    says: { place: { manifest: 'plain/{environment}/web.yaml', image: image('h') } },
    files: {
      'plain/production/web.yaml': `kind: CronJob\nspec:\n  initContainers:\n    - image: ${image('h')}:1.0.0\n  containers:\n    - image: ${image('h')}:1.0.0\n    - image: envoyproxy/envoy:v1.30.0\n`,
    },
    adds: { 'plain/production/web.yaml': [`    - image: ${image('h')}:2.0.0`, `    - image: ${image('h')}:2.0.0`] },
  },
  'values-inside-of-a-config-map': {
    says: {
      place: { yaml: 'plain/{environment}/values.yaml', inside: 'data.values\\.yaml', tag: 'image.tag' },
    },
    files: {
      'plain/production/values.yaml': 'kind: ConfigMap\ndata:\n  values.yaml: |\n    image:\n      tag: 1.0.0 # ours\n',
    },
    adds: { 'plain/production/values.yaml': ['      tag: 2.0.0 # ours'] },
  },
  'a-variable-of-a-file': {
    says: { place: { env: 'plain/{environment}/versions.env', variable: 'WEB' } },
    files: { 'plain/production/versions.env': 'API=1\nWEB=1.0.0\n' },
    adds: { 'plain/production/versions.env': ['WEB=2.0.0'] },
  },
  'the-commit-of-a-git-repository': {
    says: { place: { yaml: 'apps/{environment}/git.yaml', tag: 'spec.ref.tag', commit: 'spec.ref.commit' } },
    files: {
      'apps/production/git.yaml': `kind: GitRepository\nspec:\n  ref:\n    tag: v1\n    commit: ${old}\n`,
    },
    adds: { 'apps/production/git.yaml': ['    tag: 2.0.0', `    commit: ${built}`] },
  },
  'a-line-with-a-setter-marker': {
    image: image('m'),
    says: { place: { marker: 'plain/{environment}/marked.yaml', policy: 'flux-system:web' } },
    files: {
      'plain/production/marked.yaml': `image: ${image('m')}:1.0.0 # {"$imagepolicy": "flux-system:web"}\n`,
    },
    adds: { 'plain/production/marked.yaml': [`image: ${image('m')}:2.0.0 # {"$imagepolicy": "flux-system:web"}`] },
  },
  'a-json-file': {
    says: { place: { yaml: 'plain/{environment}/versions.json', tag: 'web.tag' } },
    files: { 'plain/production/versions.json': '{\n  "web": { "tag": "1.0.0" },\n  "api": 1\n}\n' },
    adds: { 'plain/production/versions.json': ['  "web": { "tag": "2.0.0" },'] },
  },
  'a-monorepo': {
    image: image('n'),
    says: { folder: 'services/a-monorepo/deploy/{environment}' },
    files: {
      'services/a-monorepo/deploy/production/kustomization.yaml': `images:\n- name: ${image('n')}\n  newTag: 1.0.0\n`,
    },
    adds: { 'services/a-monorepo/deploy/production/kustomization.yaml': ['  newTag: 2.0.0'] },
  },
  'a-repository-of-the-team': {
    image: image('o'),
    says: { repository: 'team', place: { kustomize: '{environment}/kustomization.yaml', image: image('o') } },
    files: { 'production/kustomization.yaml': `images:\n- name: ${image('o')}\n  newTag: 1.0.0\n` },
    adds: { 'production/kustomization.yaml': ['  newTag: 2.0.0'] },
    elsewhere: true,
  },
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const lanes: Readonly<Record<string, Lane>> = {
  gitops: { repository: 'gitops', branch: 'main' },
  team: { repository: 'team', branch: 'main' },
};

let server: TestRedis;
let redis: Redis;
let remotes: Readonly<Record<string, GitRemote>>;
let data: string;
let gitops: Gitops;
let catalog: Catalog;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
  const filesOf = (elsewhere: boolean) =>
    Object.assign(
      {},
      ...Object.values(layouts).map((layout) => ((layout.elsewhere === true) === elsewhere ? layout.files : {})),
    ) as Record<string, string>;
  const named = Object.entries(layouts).map(([name, { says }]) => `  ${name}: ${toFlow(says)}`);
  const sluiceYaml = [
    'version: 1',
    'environments:',
    '  production: { clusters: [prod-eu, prod-us], channel: "#releases" }',
    'services:',
    ...named,
    '',
  ].join('\n');
  const gitopsRemote = createGitRemote({ 'sluice.yaml': sluiceYaml, ...filesOf(false) });
  remotes = { gitops: gitopsRemote, team: createGitRemote(filesOf(true)) };
  data = mkdtempSync(join(tmpdir(), 'sluice-layouts-'));
  gitops = createGitops({
    repositories: {
      gitops: { url: gitopsRemote.url, branch: 'main' },
      team: { url: remotes['team']?.url ?? '', branch: 'main' },
    },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock: systemClock,
    log: silent,
  });
  const lane = lanes['gitops'] as Lane;
  catalog = createCatalog({
    redis,
    clock: systemClock,
    log: silent,
    policy: { repository: 'gitops', file: 'sluice.yaml', trustedSigners: [], lane },
    lanes,
    membersOf: async () => [],
    gitops,
    healthy: async () => [],
    rolledBackFrom: async () => [],
    lastWrites: async () => ({ service: null, environment: null }),
  });
});
afterAll(async () => {
  gitops.close();
  for (const remote of Object.values(remotes)) remote.close();
  rmSync(data, { recursive: true, force: true });
  redis.disconnect();
  await server.close();
});

/** The lines that the last commit added, by file. */
function changes(remote: GitRemote): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let path = '';
  for (const line of remote.git('diff', '--unified=0', 'main~1', 'main').split('\n')) {
    path = /^\+\+\+ b\/(.*)$/.exec(line)?.[1] ?? path;
    if (line.startsWith('+') && !line.startsWith('+++')) found[path] = [...(found[path] ?? []), line.slice(1)];
  }
  return found;
}

describe('a release changes just the version in', () => {
  test.each(Object.entries(layouts))('%s', async (service, { adds, elsewhere }) => {
    const named = layouts[service]?.image ?? image(service);
    await catalog.addArtifact(
      anArtifact({ service, version: '2.0.0', image: named, digest: digest('d2'), commit: built }),
    );
    const wanted = { kind: 'named', name: '2.0.0' } as const;
    const planned = await catalog.plan(aRequest({ service, environment: 'production', wanted }));
    if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned));
    const { plan } = planned;
    expect(plan.lane.repository).toBe(elsewhere === true ? 'team' : 'gitops');
    const batch = gitops.begin(plan.lane, plan.head);
    expect((await batch.commit(aRelease({ id: releaseId(1), plan, request: { service } }))).kind).toBe('committed');
    expect((await batch.push()).kind).toBe('pushed');
    const remote = remotes[plan.lane.repository];
    if (remote === undefined) throw new Error('there is no such remote');
    expect(changes(remote)).toEqual(adds);
    expect(plan.lines.map(({ after }) => after)).toEqual(
      Object.values(adds)
        .flat()
        .map((line) => line.trim()),
    );
  });
});
