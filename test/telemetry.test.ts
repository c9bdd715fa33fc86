import { expect, test } from 'vitest';
import { createLog, createMask } from '../src/telemetry.ts';
import { releaseId } from './support/builders.ts';

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
