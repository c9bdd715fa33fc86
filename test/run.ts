import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';

// The tests of `npm test`. Those over the wire depend on how busy a machine is: where one or two files fail beside the others,
// they run again alone. What fails alone has failed; what passes alone is named as a flake, a defect of its own to be mended.

const root = join(import.meta.dirname, '..');
const mostAgain = 2;

const reportSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), status: z.string() })),
});

const folder = mkdtempSync(join(tmpdir(), 'sluice-tests-'));
const report = join(folder, 'report.json');
const code = await vitest(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
const again = code === 0 ? [] : failedFiles();
rmSync(folder, { recursive: true, force: true });
process.exitCode = again.length === 0 ? code : await runAgain(again);

async function runAgain(files: readonly string[]): Promise<number> {
  process.stderr.write(`\n── again, alone: ${files.join(', ')}\n`);
  const second = await vitest(files);
  if (second === 0) process.stderr.write(`\nFlaked beside the others, and passed alone: ${files.join(', ')}\n`);
  return second;
}

/** None where so many failed that it is no accident. */
function failedFiles(): readonly string[] {
  const failed = reportSchema
    .parse(JSON.parse(readFileSync(report, 'utf8')))
    .testResults.filter(({ status }) => status === 'failed')
    .map(({ name }) => relative(root, name));
  return failed.length <= mostAgain ? failed : [];
}

function vitest(args: readonly string[]): Promise<number> {
  const command = [join(root, 'node_modules', '.bin', 'vitest'), 'run', ...args];
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
}
