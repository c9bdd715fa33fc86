import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/doors/time.ts';
import { toYaml } from '../../src/doors/yaml.ts';
import { type Cluster, createCluster } from '../../src/playground/cluster/cluster.ts';
import { createGitServer, type GitServer } from '../../src/playground/git.ts';
import { company } from '../../src/playground/seed/company.ts';
import { imageOf } from '../../src/playground/seed/versions.ts';
import { createWorkspace, type SlackWorkspace } from '../../src/playground/slack/workspace.ts';

const gitToken = 'soak-git-token';
export const artifactToken = 'soak-artifact-token';
const perEnvironment = 2;
const readyTogether = 10;
const root = resolve(import.meta.dirname, '../..');

export const services: readonly string[] = ['basket', 'billing', 'catalog', 'login', 'mail', 'prices', 'search', 'web'];
/** What CI has built of each service; the first one runs everywhere at the start. */
export const versions: readonly string[] = ['1.0.0', '1.0.1', '1.0.2', '1.1.0', '1.1.1', '1.2.0'];

/** More than ever wait for an answer: each types one thing at a time. */
export const people: readonly string[] = Array.from({ length: 300 }, (_, number) => `dev${number + 1}`);

export interface Place {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly channel: string;
  /** Of its channel. */
  readonly id: string;
}

export interface Fleet {
  readonly environments: readonly Place[];
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly git: GitServer;
  readonly workspace: SlackWorkspace;
  /** What a replica finds in its environment. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** A company with many clusters, two of them behind each environment, and all of it around Sluice: without Sluice in it. */
export async function startFleet(folder: string, redisUrl: string, count: number): Promise<Fleet> {
  const names = Array.from({ length: count }, (_, number) => `cluster-${String(number + 1).padStart(2, '0')}`);
  const environments = environmentsOf(names);
  mkdirSync(folder, { recursive: true });
  const git = await createGitServer({ folder: join(folder, 'git'), token: gitToken });
  git.commit(repositoryFiles(environments), { message: 'Describe our clusters\n', author: 'Cy Chen <cy@acme.test>' });
  const clusters = new Map<string, Cluster>();
  // Over file://, as the remote that goes away is the one that Sluice writes to.
  const open = (name: string) =>
    createCluster({ name, git: { url: `file://${git.path}` }, path: `clusters/${name}`, token: `soak-${name}` });
  for (let from = 0; from < names.length; from += readyTogether)
    await Promise.all(
      names.slice(from, from + readyTogether).map(async (name) => {
        const cluster = await open(name);
        clusters.set(name, cluster);
        await cluster.ready();
      }),
    );
  const workspace = await createWorkspace({
    manifest: JSON.parse(readFileSync(join(root, 'manifests/slack-app-http.json'), 'utf8')),
    seed: {
      ...company,
      users: people.map((name) => ({
        id: `U${name.toUpperCase()}`,
        name,
        real_name: name,
        email: `${name}@acme.test`,
      })),
      usergroups: [
        {
          id: 'S0DEVELOPERS',
          handle: 'developers',
          name: 'Developers',
          users: people.map((name) => `U${name.toUpperCase()}`),
        },
      ],
      channels: [
        { id: 'C0GENERAL', name: 'general' },
        ...environments.map(({ id, channel }) => ({ id, name: channel })),
      ],
    },
    clock: systemClock,
    speed: 0.1,
    rateLimits: false,
  });
  return {
    environments,
    clusters,
    git,
    workspace,
    configuration: {
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_SIGNING_SECRET: workspace.signingSecret,
      SLACK_API_URL: workspace.apiUrl,
      REDIS_URL: redisUrl,
      SLUICE_CONFIG: writeConfiguration(folder, git, [...clusters.values()]),
      GIT_TOKEN: gitToken,
      ARTIFACT_TOKEN: artifactToken,
      PORT: '0',
    },
    close: async () => {
      await workspace.close();
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
      await git.close();
    },
  };
}

function environmentsOf(clusters: readonly string[]): readonly Place[] {
  return Array.from({ length: Math.ceil(clusters.length / perEnvironment) }, (_, index) => {
    const name = `place-${String(index + 1).padStart(2, '0')}`;
    const own = clusters.slice(index * perEnvironment, (index + 1) * perEnvironment);
    return { name, clusters: own, channel: `releases-${name}`, id: `C0PLACE${String(index + 1).padStart(2, '0')}` };
  });
}

function repositoryFiles(environments: readonly Place[]): Record<string, string> {
  const files: Record<string, string> = {
    'sluice.yaml': toYaml({
      version: 1,
      environments: Object.fromEntries(
        environments.map(({ name, clusters, channel }) => [name, { clusters, channel: `#${channel}` }]),
      ),
      services: Object.fromEntries(
        services.map((name) => [
          name,
          { place: { kustomize: 'apps/{environment}/kustomization.yaml', image: imageOf(name) } },
        ]),
      ),
      roles: [{ role: 'releaser', of: ['@developers'] }],
    }),
  };
  for (const { name, clusters } of environments) {
    files[`apps/${name}/deployments.yaml`] = services.map((each) => toYaml(deployment(each))).join('---\n');
    files[`apps/${name}/kustomization.yaml`] = toYaml({
      ...kustomization(['deployments.yaml']),
      namespace: 'default',
      images: services.map((each) => ({ name: imageOf(each), newTag: versions[0] })),
    });
    for (const cluster of clusters) {
      files[`clusters/${cluster}/apps.yaml`] = toYaml(fluxKustomization(name));
      files[`clusters/${cluster}/kustomization.yaml`] = toYaml(kustomization(['apps.yaml']));
    }
  }
  return files;
}

function kustomization(resources: readonly string[]) {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
}

function deployment(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 2,
      progressDeadlineSeconds: 60,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: imageOf(name) }] } },
    },
  };
}

function fluxKustomization(environment: string): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: {
      ...{ interval: '1m0s', retryInterval: '30s', timeout: '1m0s', prune: true, wait: true },
      path: `./apps/${environment}`,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  };
}

function writeConfiguration(folder: string, git: GitServer, clusters: readonly Cluster[]): string {
  const entries = clusters.map((cluster) => {
    const kubeconfig = join(folder, `kubeconfig-${cluster.name}.yaml`);
    writeFileSync(kubeconfig, toYaml(cluster.kubeconfig()), { mode: 0o600 });
    return [cluster.name, { kubeconfig }] as const;
  });
  const key = join(folder, 'signing-key.pem');
  writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  const path = join(folder, 'sluice.config.yaml');
  writeFileSync(
    path,
    toYaml({
      slack: { mode: 'http', signingSecret: { env: 'SLACK_SIGNING_SECRET' } },
      data: join(folder, 'clones'),
      policy: { repository: 'gitops' },
      repositories: { gitops: { url: git.url, username: 'sluice', password: { env: 'GIT_TOKEN' } } },
      clusters: Object.fromEntries(entries),
      author: { name: 'Sluice', email: 'sluice@acme.test' },
      signing: { key },
      artifacts: { token: { env: 'ARTIFACT_TOKEN' } },
    }),
  );
  return path;
}
