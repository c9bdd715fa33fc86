import { expect, test } from 'vitest';
import { createAncestry } from '../../src/kubernetes/gather-ancestry.ts';
import { anExpected, aWorld, commits, isAncestor, revision } from '../support/cluster-world.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A clone that learns of the later commit only by a fetch. */
function aClone(fetchable: boolean) {
  const seen = { asked: 0, fetched: 0, told: 0, knows: false };
  const ancestry = createAncestry({
    clock: { now: () => 0 },
    log: silent,
    isAncestor: async (_repository, a, b) => {
      seen.asked += 1;
      return (seen.knows || ![a, b].includes(commits.later)) && isAncestor(a, b);
    },
    onUnknownCommit: async () => {
      seen.fetched += 1;
      seen.knows = fetchable;
    },
    onFetched: () => {
      seen.told += 1;
    },
  });
  const world = aWorld()
    .source({ revision: revision(commits.later) })
    .kustomization({ attempted: revision(commits.later) });
  return { seen, gather: () => ancestry.gather(world.view, [anExpected()]) };
}

test('a commit that Flux has and the clone has not is fetched, and then known', async () => {
  const { seen, gather } = aClone(true);
  expect((await gather())(commits.wanted, commits.later)).toBe(false);
  await Promise.resolve();
  expect(seen).toMatchObject({ fetched: 1, told: 1 });
  expect((await gather())(commits.wanted, commits.later)).toBe(true);
});

test('a commit of another repository is neither fetched for ever nor asked for at every event', async () => {
  const { seen, gather } = aClone(false);
  for (let round = 0; round < 20; round += 1) {
    await gather();
    await Promise.resolve();
  }
  expect(seen.fetched).toBeLessThanOrEqual(3);
  expect(seen.asked).toBeLessThanOrEqual(10);
});
