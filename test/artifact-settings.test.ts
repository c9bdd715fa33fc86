import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { settle } from '../src/settle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-artifacts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  REDIS_URL: 'redis://localhost',
  ALL: 'for-all',
  MAIL: 'for-mail',
};

/** Who may post with these lines in the deployment's file, and every secret that logs must not show. */
function settled(artifacts: string) {
  const path = join(folder, 'config.yaml');
  const rest = 'policy: { repository: gitops }\nrepositories: { gitops: { url: file:///gitops } }\nclusters: {}\n';
  writeFileSync(path, `${artifacts}\n${rest}unsigned: true\n`);
  const { artifactCallers, secrets } = settle(loadConfig(path, environment), environment);
  return { artifactCallers, secrets };
}

test.each([
  ['', undefined],
  ['artifacts: { token: { env: ALL } }', { tokens: [{ token: 'for-all' }] }],
  [
    'artifacts: { tokens: [{ token: { env: MAIL }, services: [mail-*] }] }',
    { tokens: [{ token: 'for-mail', services: ['mail-*'] }] },
  ],
  [
    'artifacts: { token: { env: ALL }, tokens: [{ token: { env: MAIL }, services: [mail] }] }',
    { tokens: [{ token: 'for-all' }, { token: 'for-mail', services: ['mail'] }] },
  ],
])('"%s" says who may post', (artifacts, callers) => {
  const found = settled(artifacts);
  expect(found.artifactCallers).toEqual(callers);
  for (const { token } of callers?.tokens ?? []) expect(found.secrets).toContain(token);
});

test.each([
  ['artifacts: {}', /expected token or tokens; example: token: \{ env: ARTIFACT_TOKEN \}/],
  ['artifacts: { token: in-the-open }', /artifacts\.token/],
  ['artifacts: { token: { env: NONE } }', /environment variable NONE is empty/],
  ['artifacts: { tokens: [{ token: { env: MAIL } }] }', /services: is missing/],
  ['artifacts: { tokens: [{ token: { env: MAIL }, services: [] }] }', /services.*at least 1/],
  ['artifacts: { tokens: [{ token: { env: MAIL }, services: ["a b"] }] }', /the name of a service, or a pattern/],
])('"%s" says what is wrong', (artifacts, words) => {
  expect(() => settled(artifacts)).toThrow(words);
});
