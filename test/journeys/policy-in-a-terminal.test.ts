import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machine } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'sluice-policy-'));
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a person types in a terminal beside the policies, and what it prints. */
function sluice(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('src/main.ts'), ...args], {
    cwd: folder,
    env: { ...machine, ...environment },
    encoding: 'utf8',
  });
  return { status, out: stdout, error: stderr };
}
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('a change of the policies is tried in a terminal before it bites', async () => {
  for (const name of ['sluice.yaml', 'sluice.cases.yaml']) write(name, world.git.read(name) ?? '');
  const cases = sluice(['policy', 'test', 'sluice.cases.yaml']);
  expect(cases.out).toMatch(
    /^ +case +expected +decided\nok +a developer releases to dev without votes +allowed +allowed$/m,
  );
  expect(cases).toMatchObject({ status: 0, error: '' });

  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);
  await world.say('olu', 'general', '/release web dev 1.4.1');
  await world.whispered('olu', 'general', /Not released/);

  write(
    'sluice.yaml',
    `${world.git.read('sluice.yaml')}  - { kind: reference, name: ticket, pattern: "^CHG[0-9]+$" }\n`,
  );
  expect(sluice(['policy', 'check', 'sluice.yaml'])).toMatchObject({ status: 0 });
  const broken = sluice(['policy', 'test', 'sluice.cases.yaml']);
  expect(broken.status).toBe(1);
  expect(broken.out).toMatch(/FAILED +a developer releases to dev without votes +allowed +denied: reference-missing/);

  const redis = { REDIS_URL: world.redis.url };
  const replayed = sluice(['policy', 'replay', '--since', '1h'], redis);
  expect(replayed.error).toBe('');
  expect(replayed.out).toMatch(
    /^Newly denied: 1\n.*\n.*web 1\.4\.2 → dev +Ana Andersen +reference-missing: dev takes releases with a ticket/,
  );
  expect(replayed.out).toMatch(/1 of 2 releases would have gone as they did\.$/m);
  write('log.jsonl', sluice(['log'], redis).out);
  expect(sluice(['policy', 'replay', '--since', '1h', '--log', 'log.jsonl']).out).toBe(replayed.out);

  const explained = sluice(['policy', 'explain', 'web', 'dev', '1.4.2', '--file', 'sluice.yaml'], redis);
  expect(explained.out).toMatch(/^ticket +sluice\.yaml:\d+ +denies +dev takes releases with a ticket/m);
  expect(explained.out).toMatch(/^locks +agrees +nothing is locked$/m);
});
