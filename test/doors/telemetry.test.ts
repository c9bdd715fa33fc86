import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createLog, createMask } from '../../src/doors/telemetry.ts';
import { releaseId } from '../support/builders.ts';

const id = releaseId(7);

test.each([
  [{ subject: `release/${id}` }, id],
  [{ work: `release/${id}` }, id],
  [{ release: id }, id],
  [{ subject: 'drift/abc' }, undefined],
  [{ work: 'lane/gitops/main' }, undefined],
  [{ subject: 'release/../x' }, undefined],
  [{}, undefined],
])('a line with %j is found under the release %s', (fields, release) => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', mask: createMask([]), write: (line) => void lines.push(line) });
  log.info(fields, 'something');
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ ...fields, msg: 'something' });
  expect(JSON.parse(lines[0] ?? '{}').release).toBe(release);
});

test('a log on a full disk ends no service, and goes on where there is room', ({ skip }) => {
  skip(!existsSync('/dev/full'), 'this system has no /dev/full');
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { createLog, createMask } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/doors/telemetry.ts'))};
    const log = createLog({ level: 'info', mask: createMask([]) });
    log.info({}, 'into the full disk');
    setTimeout(() => {
      closeSync(1);
      openSync(process.argv[1], 'w');
      log.info({}, 'with room');
    }, 50);`;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-log-'));
  const file = join(folder, 'log');
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, file], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toMatch(/into the full disk.*\n.*with room/);
  closeSync(full);
  rmSync(folder, { recursive: true });
});
