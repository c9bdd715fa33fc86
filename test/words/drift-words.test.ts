import { expect, test } from 'vitest';
import type { Drift } from '../../src/vocabulary/drift.ts';
import { fluxCommand, whatDrifts } from '../../src/words/drift-words.ts';
import { at } from '../support/builders.ts';

const aDrift = (over: Partial<Drift>): Drift => ({
  ...{ kind: 'drift', id: 'd', revision: 1, cluster: 'dev', environment: 'dev', object: 'Deployment/shop/web' },
  ...{ field: 'spec.suspend', live: 'true', wanted: '', manager: 'kubectl', since: at(), state: { kind: 'open' } },
  ...over,
});

test.each<[Partial<Drift>, string]>([
  [
    { signal: 'opt-out', object: 'Kustomization/flux-system/web', field: 'spec.prune', live: 'false' },
    'Flux was told by hand to keep what Git takes out of *Kustomization/flux-system/web* on dev: `spec.prune` is `false`',
  ],
  [
    { signal: 'opt-out', object: 'Kustomization/flux-system/web', field: 'spec.ignore', live: '/spec/replicas' },
    'Flux was told by hand to leave fields of what *Kustomization/flux-system/web* on dev applies alone: `spec.ignore` is `/spec/replicas`',
  ],
  [
    { signal: 'opt-out', object: 'HelmRelease/shop/web', field: 'spec.driftDetection.mode', live: 'disabled' },
    'Flux was told by hand not to look for drift of *HelmRelease/shop/web* on dev: `spec.driftDetection.mode` is `disabled`',
  ],
  [
    { signal: 'opt-out', field: 'metadata.annotations[x]', live: 'disabled', note: 'spec.replicas is 4, Git says 2' },
    'Flux was told by hand to leave *Deployment/shop/web* on dev alone: `metadata.annotations[x]` is `disabled`. Changed meanwhile: `spec.replicas is 4, Git says 2`',
  ],
  [
    { signal: 'opt-out', field: 'spec.replicas', live: '4', wanted: '2', note: 'spec.ignore: /spec/replicas' },
    '*Deployment/shop/web* on dev does not match Git, and Flux leaves it alone (`spec.ignore: /spec/replicas`): `spec.replicas` is `4`, Git says `2`',
  ],
  [
    { signal: 'orphan', appliedBy: 'Kustomization/flux-system/web', note: 'spec.prune is false' },
    '*Deployment/shop/web* on dev carries the mark of `Kustomization/flux-system/web`, which does not apply it any more: spec.prune is false',
  ],
  [
    { signal: 'suspended', object: 'Receiver/a/b' },
    '*Receiver/a/b* on dev is suspended: Flux hears of a push only when it looks by itself',
  ],
  [{ signal: 'suspended', object: 'Alert/a/b' }, '*Alert/a/b* on dev is suspended: it tells nobody anything'],
  [
    { signal: 'suspended', object: 'ImageUpdateAutomation/a/b' },
    '*ImageUpdateAutomation/a/b* on dev is suspended: it writes no new versions to Git',
  ],
  [
    { signal: 'suspended', object: 'ArtifactGenerator/a/b' },
    '*ArtifactGenerator/a/b* on dev is suspended: its artifacts stay as they are',
  ],
  [
    { signal: 'suspended', object: 'Kustomization/a/b' },
    '*Kustomization/a/b* on dev is suspended: nothing that is written to Git gets there',
  ],
])('a drift in words: %#', (over, words) => {
  expect(whatDrifts(aDrift(over))).toBe(words);
});

test.each([
  ['resume', 'Receiver/flux-system/web', 'flux resume receiver web -n flux-system'],
  ['resume', 'Alert/flux-system/web', 'flux resume alert web -n flux-system'],
  ['resume', 'ImageUpdateAutomation/flux-system/web', 'flux resume image update web -n flux-system'],
  ['reconcile', 'Alert/flux-system/web', null],
  ['reconcile', 'Receiver/flux-system/web', 'flux reconcile receiver web -n flux-system'],
  ['reconcile', 'Kustomization/flux-system/web', 'flux reconcile kustomization web -n flux-system --with-source'],
  ['resume', 'ArtifactGenerator/flux-system/web', null],
  ['resume', undefined, null],
] as const)('flux %s %s', (verb, object, command) => {
  expect(fluxCommand(verb, object)).toBe(command);
});
