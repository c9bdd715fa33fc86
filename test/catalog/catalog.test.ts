import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog, CatalogPorts } from '../../src/catalog/ports.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import type { HealthyRecord } from '../../src/vocabulary/proven.ts';
import type { Plan } from '../../src/vocabulary/release.ts';
import { renderedHash } from '../../src/vocabulary/rendered.ts';
import {
  aClock,
  aHealthyRecord,
  aLane,
  anArtifact,
  aRequest,
  at,
  digest,
  sha,
  sluiceYaml,
} from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';
import { startRegistry } from '../support/registry.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const kustomization = (entries: Readonly<Record<string, string>>) =>
  `resources: [../../base]\nimages:\n${Object.entries(entries)
    .map(([name, tag]) => `  - name: registry.acme.test/${name}\n    newTag: ${tag} # pinned\n`)
    .join('')}`;
const helmRelease = (tag: string) =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: search\nspec:\n  values:\n    image:\n      tag: ${tag}\n`;
const services = `  cart: { place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/cart } }
  checkout: { place: { kustomize: "apps/{environment}/shop/kustomization.yaml", image: registry.acme.test/checkout } }
`;
const policyText = sluiceYaml.replace('people:', `${services}people:`);
const webPath = (environment: string) => `apps/${environment}/web/kustomization.yaml`;

let server: TestRedis;
let redis: Redis;
let remote: GitRemote;
let data: string;
let gitops: Gitops;
let healthy: Map<string, HealthyRecord[]>;
let left: Map<string, string[]>;
let catalog: Catalog;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

beforeEach(async () => {
  await redis.flushall();
  remote = createGitRemote({
    'sluice.yaml': policyText,
    [webPath('dev')]: kustomization({ web: '1.4.2' }),
    [webPath('staging')]: kustomization({ web: '1.4.2' }),
    [webPath('production')]: kustomization({ web: '1.4.1' }),
    'apps/production/shop/kustomization.yaml': kustomization({ cart: '2.0.0', checkout: '3.0.0' }),
    'apps/production/search/release.yaml': helmRelease('7.0.0'),
  });
  data = mkdtempSync(join(tmpdir(), 'sluice-catalog-'));
  healthy = new Map([
    ['web staging', [aHealthyRecord(['staging'])]],
    ['web production', [aHealthyRecord(['prod-eu', 'prod-us'], { version: '1.4.1', digest: digest('d1') })]],
  ]);
  left = new Map();
  gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock: aClock(),
    log: silent,
  });
  catalog = open();
  for (const [version, hoursAgo, seed] of [
    ['1.4.0', 30, 'c0'],
    ['1.4.1', 20, 'c1'],
    ['1.4.2', 10, 'c2'],
  ] as const)
    await catalog.addArtifact(
      anArtifact({
        version,
        builtAt: at(-hoursAgo * 3_600_000),
        commit: sha(seed),
        digest: digest(`d${seed[1]}`),
        commits: [{ sha: sha(seed), title: `Make ${version}`, author: 'Ana' }],
      }),
    );
});
afterEach(() => {
  gitops.close();
  remote.close();
  rmSync(data, { recursive: true, force: true });
});

function open(over: Partial<CatalogPorts> = {}): Catalog {
  return createCatalog({
    redis,
    // Every plan reads a second later, so that it fetches for itself.
    clock: {
      now: (() => {
        let nowMs = 0;
        return () => (nowMs += 2_000);
      })(),
    },
    log: silent,
    policy: { repository: 'gitops', file: 'sluice.yaml', trustedSigners: [], lane: aLane },
    membersOf: async () => [],
    gitops,
    healthy: async (service, environment) => healthy.get(`${service} ${environment}`) ?? [],
    rolledBackFrom: async (service, environment) => left.get(`${service} ${environment}`) ?? [],
    lastWrites: async () => ({ service: null, environment: null }),
    artifactCallers: { tokens: [{ token: 'secret' }] },
    ...over,
  });
}

async function planned(over: Parameters<typeof aRequest>[0] = {}): Promise<Plan> {
  const answer = await catalog.plan(aRequest(over));
  if (answer.kind !== 'planned') throw new Error(JSON.stringify(answer));
  return answer.plan;
}

async function reasons(over: Parameters<typeof aRequest>[0]) {
  const answer = await catalog.plan(aRequest(over));
  return answer.kind === 'refused' ? answer.reasons.map(({ code, text, next }) => [code, text, next]) : answer.kind;
}

describe('a plan', () => {
  test('says what would change, where, and what lies between', async () => {
    expect(await planned()).toEqual({
      intent: 'release',
      artifact: await catalog.artifacts('web', { limit: 1 }).then(([newest]) => newest),
      from: { version: '1.4.1' },
      lane: aLane,
      places: [{ kind: 'kustomize-image', path: webPath('production'), image: 'registry.acme.test/web' }],
      lines: [
        {
          path: webPath('production'),
          line: 4,
          before: 'newTag: 1.4.1 # pinned',
          after: 'newTag: 1.4.2 # pinned',
        },
      ],
      commits: [{ sha: sha('c2'), title: 'Make 1.4.2', author: 'Ana' }],
      commitCount: 1,
      authors: ['Ana Andersen', 'Ana'],
      risks: [{ kind: 'first-of-day', text: 'first release to production today (UTC)' }],
      backwards: false,
      knownGood: false,
      head: remote.head(),
    });
  });

  test('without a version takes what is healthy before, and says so', async () => {
    expect(await planned({ wanted: { kind: 'default' } })).toMatchObject({
      intent: 'promote',
      artifact: { version: '1.4.2' },
      chosen: 'healthy in staging',
    });
  });

  test('goes back to the last good version, with the commits that it takes away', async () => {
    remote.commit({ [webPath('production')]: kustomization({ web: '1.4.2' }) });
    expect(await planned({ intent: 'rollback', wanted: { kind: 'default' } })).toMatchObject({
      intent: 'rollback',
      artifact: { version: '1.4.1' },
      from: { version: '1.4.2' },
      backwards: true,
      knownGood: true,
      commits: [{ title: 'Make 1.4.2' }],
    });
  });

  test('a rollback to what was never healthy here is not known to be good', async () => {
    expect(await planned({ intent: 'rollback', wanted: { kind: 'named', name: '1.4.0' } })).toMatchObject({
      backwards: true,
      knownGood: false,
    });
    healthy.set('web production', [aHealthyRecord(['prod-eu'], { version: '1.4.0', digest: digest('d0') })]);
    expect(await planned({ intent: 'rollback', wanted: { kind: 'named', name: '1.4.0' } })).toMatchObject({
      knownGood: false,
    });
    healthy.set('web production', [aHealthyRecord(['prod-eu', 'prod-us'], { version: '1.4.0', digest: digest('ee') })]);
    expect(await planned({ intent: 'rollback', wanted: { kind: 'named', name: '1.4.0' } })).toMatchObject({
      knownGood: false,
    });
  });

  test('is read from the remote as it is now', async () => {
    await planned();
    remote.commit({ [webPath('production')]: kustomization({ web: '1.3.9' }) });
    expect(await planned()).toMatchObject({ from: { version: '1.3.9' }, head: remote.head() });
  });

  test('changes one of two services in one file', async () => {
    await catalog.addArtifact(
      anArtifact({ service: 'checkout', version: '3.1.0', image: 'registry.acme.test/checkout' }),
    );
    const plan = await planned({ service: 'checkout', wanted: { kind: 'named', name: '3.1.0' } });
    expect(plan.lines.map(({ line, after }) => [line, after])).toEqual([[6, 'newTag: 3.1.0 # pinned']]);
    expect(plan.from).toEqual({ version: '3.0.0' });
  });

  test('changes a HelmRelease', async () => {
    await catalog.addArtifact(anArtifact({ service: 'search', version: '7.1.0', image: 'registry.acme.test/search' }));
    const plan = await planned({ service: 'search', wanted: { kind: 'named', name: '7.1.0' } });
    expect(plan.lines.map(({ after }) => after)).toEqual(['tag: 7.1.0']);
    expect(plan.places).toEqual([
      { kind: 'helm-value', path: 'apps/production/search/release.yaml', tag: 'image.tag' },
    ]);
  });

  test('of what is there already says so', async () => {
    expect(await catalog.plan(aRequest({ wanted: { kind: 'named', name: '1.4.1' } }))).toMatchObject({
      kind: 'unchanged',
      plan: { from: { version: '1.4.1' }, lines: [] },
    });
  });

  test.each<[string, Parameters<typeof aRequest>[0], unknown]>([
    [
      'an unknown service',
      { service: 'wbe' },
      [['unknown-service', 'there is no service "wbe"; did you mean web?', '`/release web production 1.4.2`']],
    ],
    [
      'an unknown environment',
      { environment: 'prod' },
      [
        [
          'unknown-environment',
          'there is no environment "prod"; did you mean production?',
          '`/release web production 1.4.2`',
        ],
      ],
    ],
    [
      'both',
      { service: 'wbe', environment: 'stagin' },
      [
        ['unknown-service', 'there is no service "wbe"; did you mean web?', '`/release web staging 1.4.2`'],
        [
          'unknown-environment',
          'there is no environment "stagin"; did you mean staging?',
          '`/release web staging 1.4.2`',
        ],
      ],
    ],
    [
      'an unknown source',
      { wanted: { kind: 'from', environment: 'test' } },
      [['unknown-environment', 'there is no environment "test"; known: dev, staging, production', undefined]],
    ],
    [
      'an unknown version',
      { wanted: { kind: 'named', name: '1.4.9' } },
      [
        [
          'unknown-version',
          'web has no version, branch or commit "1.4.9"; did you mean 1.4.2 or 1.4.1 or 1.4.0?',
          '`/release web production 1.4.2`',
        ],
      ],
    ],
    [
      'a service that has no place there',
      { service: 'cart', environment: 'dev', wanted: { kind: 'named', name: '2.1.0' } },
      [
        [
          'place-not-found',
          'cart has no place in dev: there is no file apps/dev/shop/kustomization.yaml',
          'mend the file in Git, or say in sluice.yaml where the version stands',
        ],
      ],
    ],
    [
      'hostile names',
      { service: '../web', environment: '--upload-pack=x' },
      [
        ['unknown-service', 'there is no service "../web"; did you mean web?', undefined],
        [
          'unknown-environment',
          'there is no environment "--upload-pack=x"; known: dev, staging, production',
          undefined,
        ],
      ],
    ],
  ])('refuses %s and says what was meant', async (_title, over, expected) => {
    await catalog.addArtifact(anArtifact({ service: 'cart', version: '2.1.0' }));
    expect(await reasons(over)).toEqual(expected);
  });

  test('refuses places that do not agree', async () => {
    remote.commit({ 'apps/production/web/eu/kustomization.yaml': kustomization({ web: '1.3.0' }) });
    expect(await reasons({})).toEqual([
      [
        'place-refused',
        expect.stringMatching(/its places do not agree: 1\.\d\.\d in apps\/production\/web.*; make them equal first/),
        expect.any(String),
      ],
    ]);
  });

  test('begins with nothing where the service was never released, and adds its image', async () => {
    await catalog.addArtifact(anArtifact({ service: 'cart', version: '2.1.0', image: 'registry.acme.test/cart' }));
    remote.commit({ 'apps/dev/shop/kustomization.yaml': kustomization({ checkout: '3.0.0' }) });
    const wanted = { kind: 'named', name: '2.1.0' } as const;
    const plan = await planned({ service: 'cart', environment: 'dev', wanted });
    expect(plan.from).toBeNull();
    expect(plan.lines.map(({ after }) => after)).toEqual(['- name: registry.acme.test/cart', 'newTag: 2.1.0']);
    expect((await catalog.deployed()).filter(({ service }) => service === 'cart')).toHaveLength(1);
    const two = ', { kustomize: "apps/{environment}/shop/other.yaml", image: registry.acme.test/cart }]';
    const place = /place: (\{[^}]*\{environment\}[^}]*cart \})/;
    remote.commit({
      'sluice.yaml': policyText.replace(place, `place: [$1${two}`),
      'apps/dev/shop/other.yaml': kustomization({ cart: '1.9.0' }),
    });
    expect(await reasons({ service: 'cart', environment: 'dev', wanted })).toEqual([
      [
        'place-refused',
        expect.stringMatching(/shop\/kustomization\.yaml holds no version yet, but .*other\.yaml holds 1\.9\.0; make/),
        expect.any(String),
      ],
    ]);
  });

  test('a digest is written where the file has one', async () => {
    remote.commit({
      [webPath('production')]:
        `images:\n  - name: registry.acme.test/web\n    newTag: 1.4.1\n    digest: ${digest('d1')}\n`,
    });
    const plan = await planned();
    expect(plan.from).toEqual({ version: '1.4.1', digest: digest('d1') });
    expect(plan.lines.map(({ after }) => after)).toEqual(['newTag: 1.4.2', `digest: ${digest('d2')}`]);
  });

  test('while the remote is away rests on the last head, and where there is none cannot be made', async () => {
    await planned();
    const away = { ...gitops, fetch: async () => ({ kind: 'unreachable' as const, because: 'connection refused' }) };
    catalog = open({ gitops: away });
    expect(await planned()).toMatchObject({ artifact: { version: '1.4.2' } });
    catalog = open({ gitops: { ...away, head: () => null } });
    await redis.del('{sluice}:catalog:last-good');
    expect(await catalog.plan(aRequest())).toEqual({
      kind: 'unreadable',
      because: 'connection refused',
    });
  });
});

describe('a folder of manifests that CI rendered', () => {
  const place = 'mail: { place: { rendered: "apps/{environment}/mail", image: registry.acme.test/mail } }';
  const workload = (version: string, more = '') =>
    `kind: Deployment\nspec:\n  containers:\n    - image: registry.acme.test/mail:${version}\n${more}`;
  const post = (version: string, manifests: Record<string, Record<string, string>>) =>
    catalog.addArtifact(
      anArtifact({
        ...{ service: 'mail', version, image: 'registry.acme.test/mail' },
        rendered: Object.fromEntries(Object.entries(manifests).map(([name, files]) => [name, renderedHash(files)])),
      }),
      manifests,
    );
  const asked = (version: string, environment = 'dev') =>
    ({ service: 'mail', environment, wanted: { kind: 'named', name: version } }) as const;

  beforeEach(() => {
    remote.commit({
      'sluice.yaml': policyText.replace('  cart:', `  ${place}\n  cart:`),
      'apps/dev/mail/deployment.yaml': workload('2.0.0', '# the same\n'),
      'apps/dev/mail/role.yaml': 'kind: Role\n',
    });
  });

  test('is planned by what would change in it, and bound to just that', async () => {
    const files = { 'deployment.yaml': workload('2.1.0', '# the same\n'), 'job.yaml': 'kind: Job\n' };
    await post('2.1.0', { dev: files });
    const plan = await planned(asked('2.1.0'));
    expect(plan.from).toEqual({ version: '2.0.0' });
    expect(plan.places).toEqual([
      {
        kind: 'rendered-folder',
        path: 'apps/dev/mail',
        image: 'registry.acme.test/mail',
        content: renderedHash(files),
      },
    ]);
    expect(plan.lines.map(({ path, line, before, after }) => `${path}:${line} ${before} → ${after}`)).toEqual([
      'apps/dev/mail/deployment.yaml:4 - image: registry.acme.test/mail:2.0.0 → - image: registry.acme.test/mail:2.1.0',
      'apps/dev/mail/job.yaml:1  → a file of 2 lines',
      'apps/dev/mail/role.yaml:1 a file of 2 lines → ',
    ]);
    expect(await catalog.rendered(plan.artifact, renderedHash(files))).toEqual(files);
    expect((await catalog.deployed()).find(({ service }) => service === 'mail')).toMatchObject({
      version: '2.0.0',
      paths: ['apps/dev/mail/deployment.yaml'],
    });
  });

  test('begins with nothing, and is unchanged where it holds all of it', async () => {
    await post('2.0.0', {
      dev: { 'deployment.yaml': workload('2.0.0', '# the same\n'), 'role.yaml': 'kind: Role\n' },
      staging: { 'deployment.yaml': workload('2.0.0') },
    });
    expect(await planned(asked('2.0.0', 'staging'))).toMatchObject({
      from: null,
      places: [{ path: 'apps/staging/mail' }],
    });
    expect((await catalog.plan(aRequest(asked('2.0.0')))).kind).toBe('unchanged');
    remote.commit({ 'apps/dev/mail/role.yaml': '\nkind: Role\n' });
    expect((await planned(asked('2.0.0'))).lines.map(({ after }) => after)).toEqual(['other white space']);
  });

  test('is refused where its manifests are not there, or not of this version', async () => {
    await post('2.1.0', { staging: { 'deployment.yaml': workload('2.1.0') } });
    await post('2.2.0', { dev: { 'deployment.yaml': workload('2.1.0') } });
    await post('2.3.0', { dev: { 'deployment.yaml': workload('2.3.0') } });
    await post('2.4.0', { dev: { 'role.yaml': 'kind: Role\n' } });
    await redis.del('{sluice}:rendered:mail');
    await post('2.2.0', { dev: { 'deployment.yaml': workload('2.1.0') } });
    await post('2.4.0', { dev: { 'role.yaml': 'kind: Role\n' } });
    const said = async (version: string) => (await reasons(asked(version)))[0]?.[1];
    expect(await said('2.1.0')).toContain('mail 2.1.0 came without manifests for apps/dev/mail');
    expect(await said('2.2.0')).toContain('the manifests of mail 2.2.0 for apps/dev/mail hold 2.1.0');
    expect(await said('2.3.0')).toContain('for apps/dev/mail were forgotten; build it again');
    expect(await said('2.4.0')).toContain('no manifest in apps/dev/mail names registry.acme.test/mail');
  });

  test('is immutable with its version; whoever adds a check need not send it again', async () => {
    await post('2.1.0', { dev: { 'a.yaml': workload('2.1.0') } });
    expect(await post('2.1.0', { dev: { 'a.yaml': workload('2.1.0', '#') } })).toMatchObject({ kind: 'differs' });
    expect(await post('2.1.0', { dev: { 'a.yaml': workload('2.1.0') } })).toEqual({ kind: 'same' });
    const check = { name: 'scan', state: 'passed', at: at() } as const;
    const later = anArtifact({ service: 'mail', version: '2.1.0', image: 'registry.acme.test/mail', checks: [check] });
    expect(await catalog.addArtifact(later)).toEqual({ kind: 'renewed' });
    expect((await catalog.artifact('mail', '2.1.0'))?.rendered).toBeDefined();
  });
});

test('a registry that sluice.yaml names brings artifacts as CI does', async () => {
  const registry = await startRegistry();
  const named = registry.push('acme/cart', '2.1.0', { labels: { 'org.opencontainers.image.revision': sha('c5') } });
  remote.commit({
    'sluice.yaml': policyText.replace(
      'cart: { ',
      `cart: { registry: { image: "${registry.host}/acme/cart", tags: "^[0-9.]+$" }, `,
    ),
  });
  const due: string[] = [];
  catalog = open({
    registries: { [registry.host]: { url: registry.url, insecure: false } },
    onArtifact: (work) => void due.push(work),
  });
  await catalog.refresh();
  await catalog.readRegistries();
  await registry.close();
  expect(await catalog.artifacts('cart')).toMatchObject([{ version: '2.1.0', digest: named, branch: 'main' }]);
  expect(due).toEqual(['artifact/cart/2.1.0']);
});

describe('sluice.yaml as it is read', () => {
  test('is read again only when it changed, and knows the commit that brought it', async () => {
    const first = await catalog.refresh();
    const brought = remote.head();
    remote.commit({ 'README.md': 'hello' });
    const second = await catalog.refresh();
    expect(first.kind === 'valid' && second.kind === 'valid' && first.file === second.file).toBe(true);
    expect(second).toMatchObject({ kind: 'valid', commit: brought });
    remote.commit({ 'sluice.yaml': `# reviewed\n${policyText}` });
    expect((await catalog.refresh({ fetch: false })).kind === 'valid' && catalog.snapshot()).toEqual(second);
    const third = await catalog.refresh();
    expect(third.kind === 'valid' && third.lineOf(['policies', 1])).toBe(19);
  });

  test('that is broken says where, and leaves the last good one, also after a restart', async () => {
    const good = await catalog.refresh();
    remote.commit({ 'sluice.yaml': policyText.replace('count: 2', 'count: two') });
    const broken = await catalog.refresh();
    expect(broken).toMatchObject({
      kind: 'invalid',
      problems: [
        {
          file: 'sluice.yaml',
          line: 18,
          column: 88,
          message: 'policies.1.count: expected a number, found "two"; example: count: 2',
        },
      ],
      lastGood: { blob: good.kind === 'valid' && good.blob },
    });
    const restarted = open();
    expect(await restarted.refresh()).toMatchObject({
      kind: 'invalid',
      lastGood: { kind: 'valid', file: { version: 1 } },
    });
    expect(restarted.names().environments).toEqual(['dev', 'staging', 'production']);
    remote.commit({ 'sluice.yaml': policyText });
    expect(await restarted.refresh()).toMatchObject({ kind: 'valid' });
  });

  test('that is gone or out of reach cannot be read', async () => {
    await catalog.refresh();
    remote.commit({ 'sluice.yaml': null });
    expect(await catalog.refresh()).toMatchObject({
      kind: 'unreadable',
      because: `there is no sluice.yaml in gitops at ${remote.head().slice(0, 7)}`,
      lastGood: { kind: 'valid' },
    });
    remote.close();
    expect(await catalog.refresh()).toMatchObject({ kind: 'unreadable', lastGood: { kind: 'valid' } });
  });

  test('to decide by is that of the last fetch; right before a push to another repository its own remote is asked', async () => {
    await catalog.refresh();
    remote.commit({ 'sluice.yaml': policyText.replace('count: 2', 'count: 3') });
    const count = (snapshot: Awaited<ReturnType<Catalog['refresh']>>) =>
      snapshot.kind === 'valid' && snapshot.file.policies.find(({ kind }) => kind === 'approvals');
    expect(count(await catalog.toDecideBy(true))).toMatchObject({ count: 2 });
    const several = open({ lanes: { other: { repository: 'other', branch: 'main' } } });
    expect(count(await several.toDecideBy(false))).toMatchObject({ count: 2 });
    expect(count(await several.toDecideBy(true))).toMatchObject({ count: 3 });
    remote.close();
    expect(await several.toDecideBy(true)).toMatchObject({ kind: 'unreadable' });
  });

  test('names services, environments and channels', async () => {
    expect(catalog.names()).toEqual({ services: [], environments: [], squads: [] });
    await catalog.refresh();
    expect(catalog.names()).toEqual({
      services: ['cart', 'checkout', 'search', 'web'],
      environments: ['dev', 'staging', 'production'],
      squads: [],
    });
    expect(catalog.channels()).toEqual(['#releases-dev', '#releases-staging', '#releases']);
    expect(catalog.environment('production')).toEqual({
      name: 'production',
      timezone: 'UTC',
      clusters: ['prod-eu', 'prod-us'],
      channel: '#releases',
      after: ['staging'],
      logs: 'off',
      timeline: 'picture',
    });
    expect(catalog.environment('constructor')).toBeNull();
    expect(catalog.service('web')).toEqual({ name: 'web', squad: 'storefront', owners: ['@storefront'] });
    expect(catalog.service('search')).toEqual({ name: 'search', owners: [] });
    expect(catalog.service('shop')).toBeNull();
  });
});

describe('what Git holds', () => {
  test('is told for every service where it has a place', async () => {
    await catalog.refresh();
    const deployed = await catalog.deployed();
    expect(deployed.map(({ service, environment, version, image }) => [environment, service, version, image])).toEqual([
      ['dev', 'web', '1.4.2', 'registry.acme.test/web'],
      ['staging', 'web', '1.4.2', 'registry.acme.test/web'],
      ['production', 'web', '1.4.1', 'registry.acme.test/web'],
      ['production', 'cart', '2.0.0', 'registry.acme.test/cart'],
      ['production', 'checkout', '3.0.0', 'registry.acme.test/checkout'],
      ['production', 'search', '7.0.0', 'search'],
    ]);
    expect(deployed[2]).toEqual({
      service: 'web',
      environment: 'production',
      clusters: ['prod-eu', 'prod-us'],
      repository: 'gitops',
      branch: 'main',
      commit: remote.head(),
      image: 'registry.acme.test/web',
      version: '1.4.1',
      paths: [webPath('production')],
    });
  });

  test('is read once for each head', async () => {
    await catalog.refresh();
    const first = await catalog.deployed();
    expect(await catalog.deployed()).toBe(first);
    remote.commit({ [webPath('dev')]: kustomization({ web: '1.4.3' }) });
    expect(await catalog.deployed()).toBe(first);
    await catalog.refresh();
    expect((await catalog.deployed())[0]).toMatchObject({ version: '1.4.3', commit: remote.head() });
  });

  test('is read again only where something changed', async () => {
    const reads: string[] = [];
    catalog = open({
      gitops: {
        ...gitops,
        places: (repository, commit, folder, image) => {
          reads.push(folder);
          return gitops.places(repository, commit, folder, image);
        },
        changedPaths: async (_repository, from, to) =>
          remote
            .git('diff', '--name-only', from, to)
            .split('\n')
            .filter((path) => path !== ''),
      },
    });
    await catalog.refresh();
    const before = await catalog.deployed();
    reads.length = 0;
    remote.commit({
      [webPath('dev')]: kustomization({ web: '1.4.3' }),
      'apps/dev/api/kustomization.yaml': kustomization({ api: '1' }),
    });
    await catalog.refresh();
    const after = await catalog.deployed();
    expect(reads.toSorted()).toEqual(['apps/dev/api', 'apps/dev/web']);
    expect(after.filter(({ service }) => service === 'api')).toMatchObject([{ environment: 'dev', version: '1' }]);
    expect(after).toHaveLength(before.length + 1);
    expect(new Set(after.map(({ commit }) => commit))).toEqual(new Set([remote.head()]));
    remote.commit({ [webPath('dev')]: null });
    await catalog.refresh();
    expect(
      (await catalog.deployed()).filter(({ environment }) => environment === 'dev').map(({ service }) => service),
    ).toEqual(['api']);
  });

  test('is told to be taken out only where it surely is', async () => {
    const isTakenOut = async (...where: [string, string]) => {
      await catalog.refresh();
      await catalog.deployed();
      return catalog.isTakenOut(...where);
    };
    expect(await isTakenOut('web', 'dev')).toBe(false);
    // A file that holds no version at the moment may only be broken.
    remote.commit({ [webPath('dev')]: 'images: [', 'apps/production/shop/kustomization.yaml': null });
    expect(await isTakenOut('web', 'dev')).toBe(false);
    expect(await isTakenOut('cart', 'production')).toBe(true);
    remote.commit({ [webPath('dev')]: null });
    expect(await isTakenOut('web', 'dev')).toBe(true);
    expect(await isTakenOut('web', 'staging')).toBe(false);
    expect(await isTakenOut('web', 'nowhere')).toBe(true);
    expect(await isTakenOut('nothing', 'dev')).toBe(true);
    remote.commit({ 'sluice.yaml': 'version: 1\nenvironments: [' });
    expect(await isTakenOut('nothing', 'dev')).toBe(false);
  });

  test('learns the image of a HelmRelease when its artifact comes', async () => {
    await catalog.refresh();
    await catalog.deployed();
    await catalog.addArtifact(anArtifact({ service: 'search', version: '7.0.0', image: 'registry.acme.test/find' }));
    expect((await catalog.deployed()).at(-1)).toMatchObject({ service: 'search', image: 'registry.acme.test/find' });
  });
});
