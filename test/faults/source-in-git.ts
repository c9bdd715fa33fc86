import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Redis } from '../../src/doors/redis.ts';
import { createGitops } from '../../src/gitops/gitops.ts';
import { silent } from '../dispatch/fake-ledger.ts';
import { aLane, anArtifact, at, digest, sha, sluiceYaml } from '../support/builders.ts';
import { createGitRemote } from '../support/git-remote.ts';
import type { Source } from './source.ts';

const versions = ['1.4.0', '1.4.1', '1.4.2', '1.4.3'];
const path = (service: string) => `apps/production/${service}/kustomization.yaml`;
const place = (service: string, version: string) =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n  - name: registry.acme.test/${service}\n    newTag: ${version}\n    digest: ${digestOf(version)}\n`;
const digestOf = (version: string) => digest(`d${version.at(-1)}`);

/** A real repository with the real catalog and the real gitops on it. */
export function sourceInGit(redis: Redis): Source {
  const first = {
    'sluice.yaml': sluiceYaml,
    [path('web')]: place('web', '1.4.1'),
    [path('api')]: place('api', '1.4.1'),
  };
  const remote = createGitRemote(first);
  const data = mkdtempSync(join(tmpdir(), 'sluice-property-'));
  let nowMs = 0;
  // Every plan reads a second later, so that it fetches for itself.
  const clock = {
    now: () => {
      nowMs += 2_000;
      return nowMs;
    },
  };
  const gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    clock,
    log: silent,
  });
  const catalog = createCatalog({
    redis,
    clock,
    log: silent,
    policy: { repository: 'gitops', file: 'sluice.yaml', trustedSigners: [], lane: aLane },
    gitops,
    healthy: async () => [],
    rolledBackFrom: async () => [],
    lastWrites: async () => ({ service: null, environment: null }),
    membersOf: async () => [],
  });
  let since = remote.head();
  return {
    snapshot: (fresh) => catalog.toDecideBy(fresh),
    plan: catalog.plan,
    gitops,
    reset: async () => {
      since = remote.commit(first, 'Begin anew');
      for (const service of ['web', 'api'])
        for (const [index, version] of versions.entries())
          await catalog.addArtifact(
            anArtifact({
              service,
              version,
              digest: digestOf(version),
              commit: sha(`c${index}`),
              builtAt: at(index * 60_000 - 3_600_000),
            }),
          );
      await catalog.refresh();
    },
    setPolicy: (text) => void remote.commit({ 'sluice.yaml': text }, 'Change the policies'),
    commitOutside: (service, version) => void remote.commit({ [path(service)]: place(service, version) }),
    landed: () =>
      remote
        .git('log', '--reverse', '--format=%(trailers:key=Sluice-Release,valueonly)', `${since}..main`)
        .split('\n')
        .filter((line) => line !== ''),
    close: () => {
      gitops.close();
      remote.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
