import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Every bench is a program of its own that prints ratios; one can be named: npm run bench -- landing. */
const all = ['acknowledge', 'fleet', 'landing', 'policies', 'resume', 'status'];
const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? all : wanted) {
  if (!all.includes(name)) throw new Error(`There is no bench "${name}"; there are ${all.join(', ')}.`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
