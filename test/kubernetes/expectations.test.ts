import { describe, expect, test } from 'vitest';
import { type Deployed, expectations } from '../../src/kubernetes/expectations.ts';
import type { Release } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { anArtifact, aPlan, aRelease, at, releaseId, sha } from '../support/builders.ts';

const [older, newer, head] = [sha('a1'), sha('a2'), sha('a3')];
const commits: readonly string[] = [older, newer, head];
const isAncestor = async (_repository: string, a: string, b: string) =>
  commits.includes(a) && commits.indexOf(a) <= commits.indexOf(b);
const waiting: Verdict = { kind: 'waiting', stage: 'source', because: 'it is fetched', since: at() };

const aPlace = (over: Partial<Deployed> = {}): Deployed => ({
  ...{
    service: 'web',
    environment: 'production',
    clusters: ['prod-eu', 'prod-us'],
    repository: 'gitops',
    branch: 'main',
  },
  ...{ commit: head, image: 'registry.acme.test/web', version: '1.4.2', paths: ['apps/production/web.yaml'] },
  ...over,
});
const written = (
  number: number,
  commit = newer,
  version = '1.4.2',
  clusters: Record<string, Verdict> = { 'prod-eu': waiting, 'prod-us': waiting },
) =>
  aRelease({
    id: releaseId(number),
    request: { service: 'web', environment: 'production' },
    state: { kind: 'written', commit },
    plan: aPlan({ artifact: anArtifact({ version }) }),
    arrival: { clusters },
  });

async function expecting(arriving: readonly Release[], places: readonly Deployed[] = [aPlace()], isTakenOut = false) {
  const left: string[] = [];
  const expected = await expectations({
    deployed: async () => places,
    isTakenOut: () => isTakenOut,
    arriving: async () => arriving,
    isAncestor,
    leave: async ({ id }, verdict, clusters) => {
      for (const cluster of clusters) {
        const said = verdict(cluster);
        left.push(`${id.at(-1)} ${cluster}: ${said.kind}${said.kind === 'superseded' ? ` by ${said.by}` : ''}`);
      }
    },
    now: () => at(60_000),
  });
  return {
    left,
    expected: expected.map(
      ({ cluster, commit, version, release }) =>
        `${cluster} ${version} ${commit.slice(0, 2)} ${release?.at(-1) ?? '-'}`,
    ),
  };
}

const superseded: Verdict = { kind: 'superseded', by: '1.4.2', since: at() };
const gone: Verdict = { kind: 'gone', because: 'it was taken out of production', since: at() };

describe('what clusters should run', () => {
  test.each<[string, Parameters<typeof expecting>, Awaited<ReturnType<typeof expecting>>]>([
    ['is what Git holds', [[]], { expected: ['prod-eu 1.4.2 a3 -', 'prod-us 1.4.2 a3 -'], left: [] }],
    [
      'is told to the release that wrote it',
      [[written(1)]],
      { expected: ['prod-eu 1.4.2 a2 1', 'prod-us 1.4.2 a2 1'], left: [] },
    ],
    [
      'ends the watch over an older one',
      [[written(1, older, '1.4.1'), written(2)]],
      {
        expected: ['prod-eu 1.4.2 a2 2', 'prod-us 1.4.2 a2 2'],
        left: ['1 prod-eu: superseded by 1.4.2', '1 prod-us: superseded by 1.4.2'],
      },
    ],
    [
      'ends it once: the record does not grow with time',
      [[written(1, older, '1.4.1', { 'prod-eu': superseded, 'prod-us': superseded })]],
      { expected: ['prod-eu 1.4.2 a3 -', 'prod-us 1.4.2 a3 -'], left: [] },
    ],
    [
      'ends the watch over a commit that has left the branch',
      [[written(1, sha('ff'))]],
      { expected: ['prod-eu 1.4.2 a3 -', 'prod-us 1.4.2 a3 -'], left: ['1 prod-eu: gone', '1 prod-us: gone'] },
    ],
    [
      'ends it for a service that was taken out of Git',
      [[written(1)], [], true],
      { expected: [], left: ['1 prod-eu: gone', '1 prod-us: gone'] },
    ],
    [
      'ends that once',
      [[written(1, newer, '1.4.2', { 'prod-eu': gone, 'prod-us': gone })], [], true],
      { expected: [], left: [] },
    ],
    ['ends nothing where Git cannot be read', [[written(1)], [], false], { expected: [], left: [] }],
    [
      'goes on with a service that came back',
      [[written(1, newer, '1.4.2', { 'prod-eu': gone, 'prod-us': gone })]],
      { expected: ['prod-eu 1.4.2 a2 1', 'prod-us 1.4.2 a2 1'], left: [] },
    ],
  ])('%s', async (_what, given, told) => {
    expect(await expecting(...given)).toEqual(told);
  });
});
