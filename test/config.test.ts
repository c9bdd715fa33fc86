import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { settle } from '../src/settle.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rest = `
policy: { repository: gitops }
repositories: { gitops: { url: https://git.example.com/gitops.git, password: { file: ${join(folder, 'token')} } } }
clusters: {}
unsigned: true
`;
const always = { SLACK_BOT_TOKEN: 'xoxb-1', REDIS_URL: 'redis://localhost' };
const http = 'slack: { mode: http, signingSecret: { env: SECRET } }';

/** How Slack reaches a service with this configuration, and every secret that logs must not show. */
function settled(slack: string, environment: Readonly<Record<string, string>>) {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, slack + rest);
  writeFileSync(join(folder, 'token'), 'git-token\n');
  const { connection, secrets, repositories } = settle(loadConfig(path, environment), environment);
  return { connection, secrets, password: repositories['gitops']?.secret };
}

test.each([
  [
    '',
    { ...always, SLACK_APP_TOKEN: 'xapp-1' },
    { mode: 'socket', appToken: 'xapp-1' },
    ['xoxb-1', 'xapp-1', 'git-token'],
  ],
  [http, { ...always, SECRET: 'shh' }, { mode: 'http', signingSecret: 'shh' }, ['xoxb-1', 'git-token', 'shh']],
] as const)('the way of Slack is configured by "%s"', (slack, environment, connection, secrets) => {
  const found = settled(slack, environment);
  expect(found).toMatchObject({ connection, password: 'git-token' });
  expect(found.secrets.toSorted()).toEqual(secrets.toSorted());
});

test.each([
  ['', always, /SLACK_APP_TOKEN: expected an app-level token/],
  ['slack: { mode: http }', always, /slack\.signingSecret is missing.*Example: signingSecret/],
  [http, always, /environment variable SECRET is empty/],
  ['slack: { mode: webhook }', always, /slack\.mode.*expected.*socket/i],
])('a configuration "%s" that is not complete says what is missing', (slack, environment, words) => {
  expect(() => settled(slack, environment)).toThrow(words);
});
