import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { createMask } from '../src/doors/telemetry.ts';
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

const github = '{ repository: "acme/{service}", ref: "refs/heads/{branch}" }';
const job = (claims: string, more = 'jwks: https://ci.test/keys', issuer = 'https://ci.test') =>
  `artifacts: { oidc: [{ issuer: "${issuer}", audience: sluice, ${more}, claims: ${claims} }] }`;

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
  [
    job(github),
    {
      tokens: [],
      jobs: [
        {
          issuer: 'https://ci.test',
          audience: 'sluice',
          jwks: 'https://ci.test/keys',
          claims: { repository: 'acme/{service}', ref: 'refs/heads/{branch}' },
        },
      ],
    },
  ],
  [
    job('{ project_path: acme/web, ref_type: branch, ref: "{branch}" }', 'services: [web]', 'http://127.0.0.1:80'),
    { tokens: [], jobs: [{ issuer: 'http://127.0.0.1:80' }] },
  ],
])('"%s" says who may post', (artifacts, callers) => {
  const found = settled(artifacts);
  if (callers === undefined) expect(found.artifactCallers).toBeUndefined();
  else expect(found.artifactCallers).toMatchObject(callers);
  for (const { token } of callers?.tokens ?? []) expect(found.secrets).toContain(token);
});

test.each([
  ['artifacts: {}', /expected token, tokens or oidc; example: token: \{ env: ARTIFACT_TOKEN \}/],
  ['artifacts: { token: in-the-open }', /artifacts\.token/],
  ['artifacts: { token: { env: NONE } }', /environment variable NONE is empty/],
  ['artifacts: { tokens: [{ token: { env: MAIL } }] }', /services: is missing/],
  ['artifacts: { tokens: [{ token: { env: MAIL }, services: [] }] }', /services.*at least 1/],
  ['artifacts: { tokens: [{ token: { env: MAIL }, services: ["a b"] }] }', /the name of a service, or a pattern/],
  [job('{ repository: acme/web }'), /claims: expected a claim that holds the branch.*refs\/heads\/\{branch\}/],
  [job('{ ref: "refs/heads/{branch}", sha: "{commit}" }', 'services: [web]'), /claim that holds whose job it is/],
  [job('{ repository: acme/web, ref: "refs/heads/{branch}" }'), /expected \{service\} in a claim, or services/],
  [job('{ project_path: "acme/{service}", ref: "{branch}" }'), /expected ref_type: branch/],
  [job('{ repository: "acme/{services}", ref: "refs/heads/{branch}" }'), /"\{services\}" is not a placeholder/],
  [job(github, 'jwks: http://ci.test/keys'), /jwks.*an address with https/],
  [job(github, 'services: [web]', 'http://ci.test'), /issuer.*an address with https/],
])('"%s" says what is wrong', (artifacts, words) => {
  expect(() => settled(artifacts)).toThrow(words);
});

/** Which registries may be read with these lines. */
function registriesOf(lines: string) {
  const path = join(folder, 'registries.yaml');
  const rest = 'policy: { repository: gitops }\nrepositories: { gitops: { url: file:///gitops } }\nclusters: {}\n';
  writeFileSync(path, `${lines}\n${rest}unsigned: true\n`);
  const { registries, secrets } = settle(loadConfig(path, environment), environment);
  return { registries, secrets };
}

test.each([
  ['', {}],
  ['registries: { ghcr.io: {} }', { 'ghcr.io': { url: 'https://ghcr.io', insecure: false } }],
  ['registries: { docker.io: {} }', { 'docker.io': { url: 'https://registry-1.docker.io', insecure: false } }],
  [
    'registries: { "registry.test:5000": { username: ada, password: { env: ALL }, url: "http://registry.test:5000/", insecure: true } }',
    {
      'registry.test:5000': {
        url: 'http://registry.test:5000',
        insecure: true,
        login: { username: 'ada', password: expect.any(Function) },
      },
    },
  ],
])('"%s" says which registries may be read', (lines, registries) => {
  expect(registriesOf(lines).registries).toEqual(registries);
});

test.each([
  ['registries: { ghcr.io: { username: ada } }', /expected username and password, or neither/],
  ['registries: { registry.test: { url: "http://registry.test" } }', /say insecure: true/],
  ['registries: { "https://ghcr.io": {} }', /the host of images, such as ghcr\.io/],
])('"%s" says what is wrong with a registry', (lines, words) => {
  expect(() => registriesOf(lines)).toThrow(words);
});

test('the password of a registry is the one that its file holds now, and is masked from then on', () => {
  const file = join(folder, 'registry-token');
  writeFileSync(file, 'first-token\n');
  const { registries, secrets } = registriesOf(
    `registries: { ghcr.io: { username: ada, password: { file: ${file} } } }`,
  );
  const mask = createMask(secrets);
  expect(mask('by first-token')).toBe('by ***');
  writeFileSync(file, 'second-token\n');
  expect(registries['ghcr.io']?.login?.password()).toBe('second-token');
  expect(mask('by second-token')).toBe('by ***');
});
