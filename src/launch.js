#!/usr/bin/env node
// What npm runs. Plain JavaScript for any Node >= 20, without imports of the application: it installs what is missing,
// finds a Node that can run the application, and hands over.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');

/** @type {import('node:child_process').ChildProcess | null} */
let running = null;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  // A terminal sends Ctrl-C to the child as well; it counts only the first one of a kind.
  process.on(signal, () => void running?.kill(signal));
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code; 1 where it was ended by a signal
 */
function run(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    running = spawn(command, args, { stdio: 'inherit', cwd: process.cwd(), env });
    running.once('error', reject);
    running.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
  });
}

/** Installs exactly what the lock file says, unless that was done before; one at a time. */
async function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.sluice-installed');
  const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (installed()) return;
  const lock = join(root, '.sluice', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  await takeLock(lock);
  try {
    if (installed()) return;
    process.stderr.write('Installing packages (once)…\n');
    const npm = process.env['npm_execpath'];
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', root];
    const code = npm === undefined ? await run('npm', args) : await run(process.execPath, [npm, ...args]);
    if (code !== 0)
      throw new Error('npm ci failed; its message is above. Check the network and run the command again.');
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock a folder: making one is atomic; one that is ten minutes old belongs to nobody */
async function takeLock(lock) {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch {
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > 600_000) rmSync(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

/** @param {string} version */
function isRecent(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

/** The Node that runs the application: this one where it is recent enough, else the packaged one if it really starts. */
function findNode() {
  if (isRecent(process.version)) return process.execPath;
  const packaged = join(bin, 'node');
  const probe = existsSync(packaged) ? spawnSync(packaged, ['--version'], { encoding: 'utf8' }) : null;
  if (probe?.status === 0 && isRecent(probe.stdout.trim())) return packaged;
  throw new Error(
    `Sluice needs Node 22.19 or newer; this is ${process.version}, and no packaged Node runs on this machine. Install Node 24 and try again.`,
  );
}

/** @param {string} node */
async function test(node, /** @type {string[]} */ args) {
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  /** @type {[string, string[]][]} */
  const steps = [
    ['format and lint', [join(bin, 'biome'), 'ci', '--colors=off', '.']],
    ['types', [node, join(bin, 'tsc'), '-p', '.']],
    ['tests', args.length > 0 ? [node, join(bin, 'vitest'), 'run', ...args] : [node, join(root, 'test', 'run.ts')]],
  ];
  for (const [name, [command = node, ...rest]] of args.length > 0 ? steps.slice(2) : steps) {
    process.stderr.write(`\n── ${name}\n`);
    const code = await run(command, rest, env);
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * V8 lets garbage grow to several times of what is in use, and keeps up to 128 MB for what is new: with these, 50,000 objects of Flux
 * were watched in 170 MB less at the same CPU. The image is started with the same ones.
 */
const leanHeap = ['--max-semi-space-size=4', '--heap-growing-percent=30'];

/** Tests whose short run is part of every test run; here they take their time. */
const fuzzed = ['--project', 'unit', 'test/faults/forged.test.ts', 'test/faults/fuzzed.test.ts'];
/** How many requests are forged, and how many cases of grammar, YAML and payloads are tried. */
const fuzzedLong = { FORGERIES: '100000', FUZZ_CASES: '1000000' };

async function main() {
  const [command, ...args] = process.argv.slice(2);
  // npm enters the folder of the package; where it was typed is the checkout that `artifact push` reads.
  const startedIn = process.cwd() === root ? (process.env['INIT_CWD'] ?? root) : process.cwd();
  process.chdir(root);
  await install();
  const node = findNode();
  // What was compiled once starts in half of the time, also in the processes that tests and the playground start.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, '.sluice', 'compile-cache');
  if (command === 'test') return test(node, args);
  if (command === 'test:flux') return run(node, [join(root, 'test', 'flux', 'test-flux.ts'), ...args]);
  if (command === 'replay') return run(node, [join(root, 'test', 'flux', 'replay.ts'), ...args]);
  if (command === 'mutation')
    return run(node, [join(bin, 'stryker'), 'run', join(root, 'test', 'mutation', 'stryker.json'), ...args]);
  if (command === 'fuzz') return run(node, [join(bin, 'vitest'), 'run', ...fuzzed], { ...fuzzedLong, ...process.env });
  if (command === 'soak') return run(node, [join(root, 'test', 'soak', 'soak.ts'), ...args]);
  if (command === 'bench') return run(node, [join(root, 'test', 'bench', 'bench.ts'), ...args]);
  const flags = command === 'serve' ? leanHeap : [];
  const env = { ...process.env, SLUICE_STARTED_IN: startedIn };
  return run(node, [...flags, join(root, 'src', 'main.ts'), ...process.argv.slice(2)], env);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
