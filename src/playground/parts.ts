import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../doors/time.ts';
import { toYaml } from '../doors/yaml.ts';
import { createCluster } from './cluster/cluster.ts';
import { gitToken } from './company.ts';
import { createGitServer } from './git.ts';
import { company } from './seed/company.ts';
import { repositoryFiles } from './seed/repository.ts';
import { createWorkspace } from './slack/workspace.ts';

type Part = 'slack' | 'cluster' | 'git';

interface Started {
  /** The ordinary configuration that points at it, for a shell. */
  readonly exports: Readonly<Record<string, string>>;
  readonly close: () => Promise<unknown>;
}

const starters: Readonly<Record<Part, (folder: string, port: number) => Promise<Started>>> = {
  slack: async (_folder, port) => {
    const manifest: object = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../manifests/slack-app.json'), 'utf8'),
    );
    const { apiUrl, botToken, appToken, close } = await createWorkspace({
      manifest,
      seed: company,
      clock: systemClock,
      port,
    });
    return { exports: { SLACK_API_URL: apiUrl, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken }, close };
  },
  git: async (folder, port) => {
    const git = await seededGit(folder, port);
    return { exports: { GIT_URL: git.url, GIT_USERNAME: 'sluice', GIT_TOKEN: gitToken }, close: git.close };
  },
  cluster: async (folder, port) => {
    const git = await seededGit(folder, 0);
    const cluster = await createCluster({
      name: 'dev',
      git: { url: git.url },
      path: 'clusters/dev',
      token: 'playground-cluster-token',
      port,
    });
    await cluster.ready();
    const kubeconfig = join(folder, 'kubeconfig.yaml');
    writeFileSync(kubeconfig, toYaml(cluster.kubeconfig()), { mode: 0o600 });
    const close = async () => {
      await cluster.close();
      await git.close();
    };
    return {
      exports: {
        KUBECONFIG: kubeconfig,
        KUBERNETES_URL: cluster.url,
        GIT_URL: git.url,
        GIT_USERNAME: 'sluice',
        GIT_TOKEN: gitToken,
      },
      close,
    };
  },
};

async function seededGit(folder: string, port: number) {
  mkdirSync(folder, { recursive: true });
  const git = await createGitServer({ folder: join(folder, 'git'), token: gitToken, port });
  git.commit(repositoryFiles(), { message: 'Describe our clusters\n', author: 'Cy Chen <cy@acme.test>' });
  return git;
}

/** One part alone, for people who build on it: prints the configuration that points at it and serves until Ctrl-C. */
export async function startPart(part: Part, options: { readonly port?: number }): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const folder = mkdtempSync(join(tmpdir(), `sluice-${part}-`));
  const started = await starters[part](folder, options.port ?? 0);
  for (const [name, value] of Object.entries(started.exports)) process.stdout.write(`export ${name}='${value}'\n`);
  await stopped;
  await started.close();
  rmSync(folder, { recursive: true, force: true });
}
