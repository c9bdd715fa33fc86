import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readYaml, toYaml } from '../../src/doors/yaml.ts';
import { objectAt, objectsAt } from '../../src/playground/cluster/json.ts';
import { built, kindIn, manifestsFolder } from './manifests.ts';

export interface Container {
  readonly args: readonly string[];
  /** Names of what it finds in its environment, with the values that are written down. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
}

export async function inCluster(overlay: string): Promise<Container> {
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
    redis: z.object({ command: z.array(z.string()) }),
    sluice: z.object({
      command: z.array(z.string()),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      tmpfs: z.array(z.string()),
    }),
  }),
});

function composed() {
  return composeSchema.parse(readYaml(readFileSync(resolve(manifestsFolder, '../docker-compose.yml'), 'utf8')))
    .services;
}

/** The command line of the Redis beside it. */
export const redisInCompose = (): readonly string[] => composed().redis.command;

export function inCompose(): Container {
  const { command, environment, volumes, tmpfs } = composed().sluice;
  return { args: command, env: environment, mounts: [...volumes.map((each) => each.split(':')[1] ?? ''), ...tmpfs] };
}

/** What a machine has in place of what the example configuration names. */
export interface Place {
  /** The folder that stands for the root of the container. */
  readonly home: string;
  readonly gitUrl: string;
  readonly kubeconfig: string;
  readonly signingKey: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Puts the configuration and what it names where the container would have them; throws where something is not mounted. */
export function furnish(
  container: Container,
  overlay: string,
  { home, gitUrl, kubeconfig, signingKey, environment }: Place,
) {
  const here = (path: string) => {
    const mounted = container.mounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
    if (!mounted) throw new Error(`${path} is not mounted`);
    return join(home, path);
  };
  const put = (path: string, text: string) => {
    mkdirSync(dirname(here(path)), { recursive: true });
    writeFileSync(here(path), text, { mode: 0o600 });
  };
  const text = readFileSync(join(manifestsFolder, overlay, 'sluice.config.yaml'), 'utf8')
    .replace('https://git.example.com/acme/gitops.git', gitUrl)
    .replace('host: 0.0.0.0', 'host: 127.0.0.1, drainSeconds: 0')
    .replaceAll(/(?<=: )\/(etc|var)\/[\w./-]+/g, here);
  put(container.args.at(-1) ?? '', text);
  put('/etc/sluice-clusters/kubeconfig', kubeconfig);
  mkdirSync(dirname(here('/etc/sluice-key/id_ed25519')), { recursive: true });
  copyFileSync(signingKey, here('/etc/sluice-key/id_ed25519'));
  // The port of the container may be somebody else's here.
  const known: Readonly<Record<string, string>> = { ...environment, PORT: '0' };
  return {
    args: container.args.map((each) => (each.startsWith('/') ? here(each) : each)),
    env: Object.fromEntries(Object.keys(container.env).map((each) => [each, known[each] ?? ''])),
  };
}

const kubeconfigSchema = z.looseObject({
  clusters: z.array(z.looseObject({})),
  users: z.array(z.looseObject({})),
  contexts: z.array(z.looseObject({ name: z.string() })),
});

/** One file out of several. */
export function kubeconfigOf(all: readonly unknown[]): string {
  const parsed = all.map((each) => kubeconfigSchema.parse(each));
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: parsed.flatMap(({ clusters }) => clusters),
    users: parsed.flatMap(({ users }) => users),
    contexts: parsed.flatMap(({ contexts }) => contexts),
  });
}
