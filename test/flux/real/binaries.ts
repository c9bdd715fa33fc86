import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const modules = join(import.meta.dirname, '../go');
const kube = 'v1.36.3';
const flux = 'v1.9.6';
const version = [
  `-X k8s.io/component-base/version.gitVersion=${kube}`,
  '-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36',
].join(' ');

interface Program {
  readonly name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kustomize-controller';
  readonly module: string;
  readonly target: string;
}

const programs: readonly Program[] = [
  { name: 'etcd', module: 'etcd', target: '.' },
  { name: 'kube-apiserver', module: 'kubernetes', target: './kube-apiserver' },
  { name: 'kube-controller-manager', module: 'kubernetes', target: './kube-controller-manager' },
  { name: 'kustomize-controller', module: 'kustomize-controller', target: 'github.com/fluxcd/kustomize-controller' },
];

export type Binaries =
  | { readonly kind: 'found'; readonly folder: string }
  | { readonly kind: 'missing'; readonly because: string };

/**
 * The folder of the real programs: `FLUX_TEST_BIN`, or one in `.sluice`, where what is missing is built from Go modules: once 15 to 20
 * minutes on two cores, then nothing.
 */
export async function findBinaries(root: string, say: (line: string) => void): Promise<Binaries> {
  const given = process.env['FLUX_TEST_BIN'];
  if (given !== undefined) {
    const absent = programs.filter(({ name }) => !existsSync(join(given, name)));
    if (absent.length === 0) return { kind: 'found', folder: resolve(given) };
    throw new Error(`FLUX_TEST_BIN, ${given}, has no ${absent.map(({ name }) => name).join(', ')}.`);
  }
  const folder = join(root, '.sluice', `flux-${recipe()}`);
  const missing = programs.filter(({ name }) => !existsSync(join(folder, name)));
  if (missing.length === 0 && existsSync(join(folder, 'crds'))) return { kind: 'found', folder };
  const go = await run('go', ['version'], modules).catch(() => null);
  if (go === null) return { kind: 'missing', because: 'there is no Go on PATH; 1.26 or newer builds them' };
  mkdirSync(folder, { recursive: true });
  for (const { name, module, target } of missing) {
    say(`building ${name} from its Go modules; the first time takes minutes`);
    const args = ['build', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', join(folder, name), target];
    await run('go', args, join(modules, module));
  }
  await copyDefinitions(folder);
  return { kind: 'found', folder };
}

/** Other modules make other programs. */
function recipe(): string {
  const hash = createHash('sha256');
  for (const name of new Set(programs.map(({ module }) => module)))
    hash.update(readFileSync(join(modules, name, 'go.mod')));
  return hash.digest('hex').slice(0, 12);
}

/** The API definitions lie in the modules of the controllers. */
async function copyDefinitions(folder: string): Promise<void> {
  for (const name of ['kustomize-controller', 'source-controller']) {
    const said = await run('go', ['mod', 'download', '-json', `github.com/fluxcd/${name}@${flux}`], '/');
    const found = /"Dir": "([^"]+)"/.exec(said)?.[1];
    if (found === undefined) throw new Error(`go mod download says no folder of ${name}`);
    const bases = join(found, 'config', 'crd', 'bases');
    for (const file of readdirSync(bases)) cpSync(join(bases, file), join(folder, 'crds', file), { recursive: true });
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0' };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, errors]: Buffer[][] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors?.push(chunk));
  const code = await new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  if (code === 0) return Buffer.concat(out ?? []).toString('utf8');
  throw new Error(
    `${command} ${args.join(' ')} failed:\n${Buffer.concat(errors ?? [])
      .toString('utf8')
      .slice(-2_000)}`,
  );
}
