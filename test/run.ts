import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';

// The tests of `npm test`. Stories over the wire depend on the clock of whatever machine runs them: where one or two of them
// fail beside the others, their files are told again alone. What fails alone has failed; what passes alone is named as a flake,
// which is a defect of its own to be mended.

const root = join(import.meta.dirname, '..');
const mostAgain = 2;
const told = /^test\/(journeys|browser)\//;

const reportSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), status: z.string() })),
});

const folder = mkdtempSync(join(tmpdir(), 'sluice-tests-'));
const report = join(folder, 'report.json');
const code = await vitest(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
const again = code === 0 ? [] : failedStories();
rmSync(folder, { recursive: true, force: true });
process.exitCode = again.length === 0 ? code : await tellAgain(again);

async function tellAgain(files: readonly string[]): Promise<number> {
  process.stderr.write(`\n── again, alone: ${files.join(', ')}\n`);
  const second = await vitest(files);
  if (second === 0) process.stderr.write(`\nFlaked beside the others, and passed alone: ${files.join(', ')}\n`);
  return second;
}

/** The files of stories that failed; none where anything else failed too, or so many that it is no accident. */
function failedStories(): readonly string[] {
  const failed = reportSchema
    .parse(JSON.parse(readFileSync(report, 'utf8')))
    .testResults.filter(({ status }) => status === 'failed')
    .map(({ name }) => relative(root, name));
  return failed.length <= mostAgain && failed.every((file) => told.test(file)) ? failed : [];
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
