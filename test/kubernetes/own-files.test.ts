import { describe, expect, test } from 'vitest';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { createJudge } from '../../src/kubernetes/judge.ts';
import { createOwnFiles } from '../../src/kubernetes/own-files.ts';
import { anExpected, aWorld, commits, isAncestor, nowMs, revision } from '../support/cluster-world.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const object = (kind: string, name: string) => `kind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\n`;
const folder = 'apps/production/web';
const files: Readonly<Record<string, string>> = {
  [`${folder}/kustomization.yaml`]: 'resources: [web.yaml, cache.yaml]',
  [`${folder}/web.yaml`]: `${object('Deployment', 'web')}---\n${object('Job', 'migrate')}`,
  [`${folder}/cache.yaml`]: object('StatefulSet', 'cache'),
};
/** Of a Kustomization of several services, which fails because of one object. */
const failing = (message: string, reason = 'HealthCheckFailed') =>
  aWorld()
    .source()
    .kustomization({
      path: './apps/production',
      applied: revision(commits.old),
      conditions: [['Ready', 'False', reason, message]],
    })
    .workload({ image: 'registry.acme.test/web:1.4.1' })
    .pod('web-abc-1', { image: 'registry.acme.test/web:1.4.1' })
    .workload({ name: 'api', image: 'registry.acme.test/api:1' });
const late = (key: string) => `health check failed after 30s: timeout waiting for: [${key} status: 'InProgress']`;

async function judged(
  world: ReturnType<typeof aWorld>,
  options: { readonly files?: typeof files; readonly expected?: readonly Expected[] } = {},
) {
  const { expected = [anExpected()], files: held = files } = options;
  const read: string[] = [];
  const own = createOwnFiles({
    readFile: async (_repository, _commit, path) => {
      read.push(path);
      return held[path] ?? null;
    },
    log: silent,
  });
  const filesOf = await own.gather(world.view, expected, isAncestor);
  await own.gather(world.view, expected, isAncestor);
  const { verdicts } = createJudge('prod-eu').judge(world.view, expected, isAncestor, nowMs, { filesOf });
  return { verdict: verdicts[0]?.verdict, read };
}

describe("which objects are a service's own", () => {
  test.each([
    ['another workload of its folder', late('StatefulSet/shop/cache'), 'failed'],
    ['a Job of its folder', late('Job/shop/migrate'), 'failed'],
    ['a workload of its folder that names no namespace', late('Job/migrate'), 'failed'],
    ['the workload of a neighbour', late('Deployment/shop/api'), 'waiting'],
    ['a Job that its files do not name', late('Job/shop/web-import'), 'waiting'],
    ['a Job of the same name elsewhere', late('Job/other/migrate'), 'waiting'],
  ])('is told by its files: %s', async (_, message, kind) => {
    expect((await judged(failing(message))).verdict?.kind).toBe(kind);
  });

  test('keeps what is refused of a neighbour from standing for the whole', async () => {
    const world = failing('ConfigMap/shop/settings dry-run failed (Invalid): no', 'ReconciliationFailed');
    expect((await judged(world, { files: {} })).verdict?.kind).toBe('failed');
    expect((await judged(world)).verdict).toMatchObject({
      kind: 'waiting',
      because: expect.stringContaining('settings'),
    });
  });

  test.each<[string, Partial<Expected>]>([
    ['has its version in the same folder', { paths: [`${folder}/kustomization.yaml`] }],
    ['has its version below it', { paths: [`${folder}/api/values.yaml`] }],
  ])('is not told by files where another service %s', async (_, other) => {
    const expected = [anExpected(), anExpected({ service: 'api', image: 'registry.acme.test/api', ...other })];
    const { verdict, read } = await judged(failing(late('StatefulSet/shop/cache')), { expected });
    expect(verdict?.kind).toBe('waiting');
    expect(read).not.toContain(`${folder}/web.yaml`);
  });

  test('is not told by files whose names are changed on the way', async () => {
    const renamed = { ...files, [`${folder}/kustomization.yaml`]: 'resources: [web.yaml, cache.yaml]\nnamePrefix: x-' };
    const { verdict } = await judged(failing(late('StatefulSet/shop/x-cache')), { files: renamed });
    expect(verdict?.kind).toBe('waiting');
  });

  test('is not told by a folder of another name', async () => {
    const expected = [anExpected({ paths: ['apps/production/shop/kustomization.yaml'] })];
    expect((await judged(failing(late('StatefulSet/shop/cache')), { expected })).read).toEqual([]);
  });

  test('is read once for each commit, and only where something depends on it', async () => {
    expect((await judged(failing(late('Job/shop/migrate')))).read).toEqual([
      `${folder}/kustomization.yaml`,
      `${folder}/web.yaml`,
      `${folder}/cache.yaml`,
    ]);
    const fine = aWorld().source().kustomization().workload().pod('a').pod('b');
    expect((await judged(fine)).read).toEqual([]);
    expect((await judged(failing('kustomize build failed: no such file', 'BuildFailed'))).read).toEqual([]);
  });

  test('is left to names where Git cannot be read', async () => {
    const world = failing(late('StatefulSet/shop/cache'));
    const own = createOwnFiles({ readFile: () => Promise.reject(new Error('no such object')), log: silent });
    expect((await own.gather(world.view, [anExpected()], isAncestor))(anExpected())).toBe(null);
  });
});
