import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../doors/time.ts';
import { toYaml } from '../doors/yaml.ts';
import { type Cluster, createCluster } from './cluster/cluster.ts';
import { createGitServer, type GitServer } from './git.ts';
import { company } from './seed/company.ts';
import { seedCompany } from './seed/record.ts';
import { environments } from './seed/repository.ts';
import { createWorkspace } from './slack/workspace.ts';

export const gitToken = 'playground-git-token';
export const artifactToken = 'playground-artifact-token';
const clusterToken = 'playground-cluster-token';
const hookToken = 'playground-hook-token';
const manifests = { socket: 'slack-app.json', http: 'slack-app-http.json' };
export const clusterNames: readonly string[] = Object.values(environments).flat();

export interface CompanyOptions {
  readonly folder: string;
  readonly redisUrl: string;
  /** Begin a new company: repository, artifacts and history. */
  readonly fresh: boolean;
  /** How many times faster than a real cluster. */
  readonly speed?: number;
  readonly slackSpeed?: number;
  readonly rateLimits?: boolean;
  /** How Slack reaches the app; default: Socket Mode. */
  readonly slackMode?: 'socket' | 'http';
  /** Ports of an earlier start, by part. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly log?: (line: string) => void;
}

export interface Company {
  readonly git: GitServer;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly workspace: Awaited<ReturnType<typeof createWorkspace>>;
  /** Of the ordinary configuration that points at all this. */
  readonly configPath: string;
  /** What the app finds in its environment, beside PORT. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly close: () => Promise<void>;
}

/** Everything around Sluice: Git, Slack and the clusters, and the ordinary configuration that points at them. */
export async function startCompany(options: CompanyOptions): Promise<Company> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    return { ...(await startParts(options, ends)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(options: CompanyOptions, ends: (() => Promise<unknown>)[]): Promise<Omit<Company, 'close'>> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const keep = <T extends { readonly close: () => Promise<unknown> }>(part: T): T => {
    ends.push(part.close);
    return part;
  };
  const ports = options.ports ?? {};
  const signingKey = keyIn(folder);
  const git = keep(
    await onPort(ports['git'], (port) => createGitServer({ folder: join(folder, 'git'), token: gitToken, ...port })),
  );
  if (options.fresh)
    await seedCompany({
      redisUrl: options.redisUrl,
      git,
      data: join(folder, 'seed-clone'),
      signingKey,
      nowMs: systemClock.now(),
    });
  const started: Cluster[] = [];
  for (const name of clusterNames)
    started.push(keep(await onPort(ports[name], (port) => createCluster(clusterOptions(name, git, options, port)))));
  await Promise.all(started.map((cluster) => cluster.ready()));
  const mode = options.slackMode ?? 'socket';
  const manifest: object = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../manifests', manifests[mode]), 'utf8'),
  );
  const workspace = keep(
    await onPort(ports['slack'], (port) =>
      createWorkspace({
        manifest,
        seed: company,
        clock: systemClock,
        file: join(folder, 'slack.json'),
        ...port,
        ...(options.slackSpeed === undefined ? {} : { speed: options.slackSpeed }),
        ...(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }),
      }),
    ),
  );
  const configPath = writeConfiguration(folder, git, started, { signingKey, mode });
  const portOf = (url: string) => Number(new URL(url).port);
  return {
    git,
    clusters: new Map(started.map((cluster) => [cluster.name, cluster])),
    workspace,
    configPath,
    ports: {
      git: portOf(git.commitUrl),
      slack: portOf(workspace.url),
      ...Object.fromEntries(started.map(({ name, url }) => [name, portOf(url)])),
    },
    environment: {
      SLACK_BOT_TOKEN: workspace.botToken,
      ...(mode === 'socket'
        ? { SLACK_APP_TOKEN: workspace.appToken }
        : { SLACK_SIGNING_SECRET: workspace.signingSecret }),
      SLACK_API_URL: workspace.apiUrl,
      REDIS_URL: options.redisUrl,
      SLUICE_CONFIG: configPath,
      GIT_TOKEN: gitToken,
      ARTIFACT_TOKEN: artifactToken,
      HOOK_TOKEN: hookToken,
    },
  };
}

function clusterOptions(name: string, git: GitServer, { speed, log }: CompanyOptions, port: { port?: number }) {
  return {
    name,
    git: { url: git.url },
    path: `clusters/${name}`,
    token: clusterToken,
    ...port,
    ...(speed === undefined ? {} : { speed }),
    ...(log === undefined ? {} : { log }),
  };
}

/** The port of the last start where it is still free, else any. */
async function onPort<T>(port: number | undefined, start: (port: { port?: number }) => Promise<T>): Promise<T> {
  if (port === undefined) return start({});
  return start({ port }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return start({});
    throw error;
  });
}

function keyIn(folder: string): string {
  const path = join(folder, 'signing-key.pem');
  if (!existsSync(path))
    writeFileSync(path, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
  return path;
}

function writeConfiguration(
  folder: string,
  git: GitServer,
  clusters: readonly Cluster[],
  { signingKey, mode }: { readonly signingKey: string; readonly mode: 'socket' | 'http' },
): string {
  const entries = clusters.map((cluster) => {
    const kubeconfig = join(folder, `kubeconfig-${cluster.name}.yaml`);
    writeFileSync(kubeconfig, toYaml(cluster.kubeconfig()), { mode: 0o600 });
    return [
      cluster.name,
      {
        kubeconfig,
        receiver: { url: `${cluster.url}/hook/sluice`, token: { env: 'HOOK_TOKEN' } },
        // Only there people may ask Flux for a run from Slack; elsewhere they are told what to type.
        reconcile: cluster.name === 'dev',
      },
    ] as const;
  });
  const path = join(folder, 'sluice.config.yaml');
  const config = {
    ...(mode === 'http' ? { slack: { mode, signingSecret: { env: 'SLACK_SIGNING_SECRET' } } } : {}),
    data: join(folder, 'clones'),
    policy: { repository: 'gitops' },
    repositories: {
      gitops: { url: git.url, username: 'sluice', password: { env: 'GIT_TOKEN' }, commitUrl: git.commitUrl },
    },
    clusters: Object.fromEntries(entries),
    author: { name: 'Sluice', email: 'sluice@acme.test' },
    signing: { key: signingKey },
    artifacts: { token: { env: 'ARTIFACT_TOKEN' } },
  };
  writeFileSync(path, toYaml(config));
  return path;
}
