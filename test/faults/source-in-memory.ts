import { createHash } from 'node:crypto';
import { checkSluiceFile, type ReadFile, type Snapshot } from '../../src/sluice-yaml.ts';
import { blobIdSchema } from '../../src/vocabulary/change.ts';
import { aRemote } from '../dispatch/fake-lane.ts';
import { anArtifact, aPlace, aPlan, digest, sha, sluiceYaml } from '../support/builders.ts';
import type { Source } from './source.ts';

const path = (service: string) => `apps/production/${service}/kustomization.yaml`;

/** `sluice.yaml` and versions in memory: for many cases in little time. */
export function sourceInMemory(): Source {
  let remote = aRemote();
  let policy: string | null = sluiceYaml;
  return {
    snapshot: async () =>
      policy === null ? { kind: 'unreadable', because: 'there is no sluice.yaml' } : snapshotOf(policy),
    plan: async ({ service, wanted, intent }) => {
      const version = wanted.kind === 'named' ? wanted.name : '1.4.2';
      const from = remote.tree.get(path(service)) ?? null;
      const places = [aPlace({ path: path(service), image: `registry.acme.test/${service}` })];
      const plan = aPlan({ artifact: anArtifact({ service, version }), from, places, head: remote.head(), intent });
      return { kind: from?.version === version ? 'unchanged' : 'planned', plan };
    },
    gitops: {
      fetch: (lane) => remote.gitops.fetch(lane),
      isAncestor: (...args) => remote.gitops.isAncestor(...args),
      written: (...args) => remote.gitops.written(...args),
      begin: (...args) => remote.gitops.begin(...args),
    },
    reset: async () => {
      remote = aRemote();
      for (const service of ['web', 'api']) remote.tree.set(path(service), { version: '1.4.1', digest: digest('d1') });
      policy = sluiceYaml;
    },
    setPolicy: (text) => {
      policy = text;
    },
    commitOutside: (service, version) => remote.commit({ [path(service)]: { version, digest: digest('d9') } }),
    landed: () => remote.releases(),
    close: () => {},
  };
}

const parsed = new Map<string, Snapshot>();

function snapshotOf(text: string): Snapshot {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const read = checkSluiceFile(text, 'sluice.yaml');
  const blob = blobIdSchema.parse(createHash('sha1').update(text).digest('hex'));
  const snapshot: Snapshot =
    read.kind === 'invalid'
      ? { kind: 'invalid', problems: read.problems }
      : ({ kind: 'valid', file: read.value, blob, commit: sha('0e'), lineOf: read.lineOf } satisfies ReadFile);
  parsed.set(text, snapshot);
  return snapshot;
}
