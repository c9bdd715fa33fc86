import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { examine } from '../../src/doctor.ts';
import { objectAt, objectsAt } from '../../src/playground/cluster/json.ts';
import { company as people } from '../../src/playground/seed/company.ts';
import { createWorkspace, type SlackWorkspace } from '../../src/playground/slack/workspace.ts';
import { systemClock } from '../../src/time.ts';
import { readYaml, toYaml } from '../../src/yaml.ts';
import { built, kindIn, manifestsFolder } from '../support/manifests.ts';
import { serve } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let root: string;
let overHttp: SlackWorkspace;
beforeAll(async () => {
  world = await startWorld({ idle: true });
  root = mkdtempSync(join(tmpdir(), 'sluice-deployed-'));
  const manifest = JSON.parse(readFileSync(join(manifestsFolder, 'slack-app-http.json'), 'utf8'));
  overHttp = await createWorkspace({ manifest, seed: people, clock: systemClock });
  // Somebody has invited the app to the channel of the squad.
  for (const { control } of [world.workspace, overHttp]) control.setMembers('storefront', ['ana', 'sluice']);
});
afterAll(async () => {
  await overHttp?.close();
  await world?.close();
  rmSync(root, { recursive: true, force: true });
});

interface Container {
  readonly args: readonly string[];
  /** Names of what it finds in its environment, with the values that are written down. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
}

async function inCluster(overlay: string): Promise<Container> {
  const pod = objectAt(kindIn(await built(overlay), 'Deployment'), 'spec', 'template', 'spec');
  const [container] = objectsAt(pod, 'containers');
  if (container === undefined) throw new Error('there is no container');
  const secrets = readFileSync(join(manifestsFolder, overlay, 'secret.env.example'), 'utf8');
  return {
    args: z.array(z.string()).parse(container['args']),
    env: {
      ...Object.fromEntries(objectsAt(container, 'env').map(({ name, value }) => [String(name), String(value)])),
      ...Object.fromEntries([...secrets.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => [name, ''])),
    },
    mounts: objectsAt(container, 'volumeMounts').map(({ mountPath }) => String(mountPath)),
  };
}

const composeSchema = z.object({
  services: z.object({
    sluice: z.object({
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      tmpfs: z.array(z.string()),
    }),
  }),
});

function inCompose(): Container {
  const text = readFileSync(resolve(manifestsFolder, '../docker-compose.yml'), 'utf8');
  const { command, environment, volumes, tmpfs } = composeSchema.parse(readYaml(text)).services.sluice;
  return { args: command, env: environment, mounts: [...volumes.map((each) => each.split(':')[1] ?? ''), ...tmpfs] };
}

/** Puts the configuration and what it names where the container would have them, below a folder of this machine. */
function furnish(name: string, container: Container, overlay: string, workspace: SlackWorkspace) {
  const home = join(root, name);
  const here = (path: string) => {
    const mounted = container.mounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
    if (!mounted) throw new Error(`${path} is not mounted`);
    return join(home, path);
  };
  const put = (path: string, text: string) => {
    mkdirSync(dirname(here(path)), { recursive: true });
    writeFileSync(here(path), text, { mode: 0o600 });
  };
  const own = z.looseObject({ signing: z.object({ key: z.string() }) });
  const { signing } = own.parse(readYaml(readFileSync(world.configuration['SLUICE_CONFIG'] ?? '', 'utf8')));
  const text = readFileSync(join(manifestsFolder, overlay, 'sluice.config.yaml'), 'utf8')
    .replace('https://git.example.com/acme/gitops.git', world.git.url)
    .replace('host: 0.0.0.0', 'host: 127.0.0.1, drainSeconds: 0')
    .replaceAll(/(?<=: )\/(etc|var)\/[\w./-]+/g, here);
  put(container.args.at(-1) ?? '', text);
  put('/etc/sluice-clusters/kubeconfig', kubeconfigOfAll());
  mkdirSync(dirname(here('/etc/sluice-key/id_ed25519')), { recursive: true });
  copyFileSync(signing.key, here('/etc/sluice-key/id_ed25519'));
  const known: Readonly<Record<string, string>> = {
    ...world.configuration,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_SIGNING_SECRET: workspace.signingSecret,
    // The port of the container may be somebody else's here.
    PORT: '0',
  };
  const env = Object.fromEntries(Object.keys(container.env).map((each) => [each, known[each] ?? '']));
  return {
    args: container.args.map((each) => (each.startsWith('/') ? here(each) : each)),
    env: { ...env, SLACK_API_URL: workspace.apiUrl },
  };
}

const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.unknown()),
  users: z.array(z.unknown()),
  contexts: z.array(z.unknown()),
});

/** One file with a context for each cluster. */
function kubeconfigOfAll(): string {
  const all = ['dev', 'staging', 'prod-eu', 'prod-us'].map((name) =>
    kubeconfigSchema.parse(world.cluster(name).kubeconfig()),
  );
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: all.flatMap(({ clusters }) => clusters),
    users: all.flatMap(({ users }) => users),
    contexts: all.flatMap(({ contexts }) => contexts),
  });
}

test('docker-compose.yml says the same as the overlay for Socket Mode', async () => {
  const [compose, cluster] = [inCompose(), await inCluster('overlays/socket')];
  expect(compose.args).toEqual(cluster.args);
  expect(Object.keys(compose.env).toSorted()).toEqual(Object.keys(cluster.env).toSorted());
  // Throws where something that the configuration names is not mounted.
  expect(furnish('compose', compose, 'overlays/socket', world.workspace).args).toHaveLength(3);
});

describe('what is deployed starts with the arguments and the environment that it is given', () => {
  test.each([
    ['overlays/socket', () => inCluster('overlays/socket'), () => world.workspace],
    ['overlays/http', () => inCluster('overlays/http'), () => overHttp],
  ] as const)('%s', async (name, containerOf, workspaceOf) => {
    const overlay = name === 'overlays/http' ? name : 'overlays/socket';
    const workspace = workspaceOf();
    const { args, env } = furnish(name, await containerOf(), overlay, workspace);
    const served = await serve(args, env);
    try {
      const findings = await examine(args.at(-1) ?? '', env);
      expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
      if (overlay === 'overlays/http') await workspace.control.deliverTo(`http://127.0.0.1:${served.port}`);
      await workspace.control.say('ana', 'general', '/release help');
      await workspace.control.waitFor(() =>
        workspace.control.ephemeral('ana').some(({ text }) => /rollback/.test(text)),
      );
      expect((await fetch(`http://127.0.0.1:${served.port}/readyz`)).status).toBe(200);
    } finally {
      expect(await served.end()).toBe('exit 0');
    }
  });
});
