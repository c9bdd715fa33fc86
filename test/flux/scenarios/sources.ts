import { unit } from './repository.ts';
import { drift, healthy, push, type Scenario, suspend, verdict, waits } from './scenario.ts';

const wait = { wait: true };
const web = [unit('web', { flux: wait })];
const one = { web: '1.0.0' };

/** What Flux has fetched of the branch, and what it was told to leave alone. */
export const sources: readonly Scenario[] = [
  {
    name: 'source-unreachable',
    story: 'while the Git server does not answer, the release waits for its source and says why',
    units: web,
    versions: one,
    steps: [
      { do: 'source', answers: false },
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'source', /cannot fetch .* \(GitOperationFailed\)/, { running: '1.0.0' }),
      { do: 'source', answers: true },
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'revisions-skip-ahead',
    story: 'Flux never sees the commit of the release, only a later one: that holds it',
    units: web,
    versions: one,
    steps: [
      { do: 'source', answers: false },
      push({ web: '1.1.0' }),
      push({}, { files: { 'docs/README.md': 'More.\n' } }),
      { do: 'source', answers: true },
      healthy('web 1.1.0', { running: '1.1.0' }),
    ],
  },
  {
    name: 'skipped-by-a-newer-version',
    story: 'a version that Flux never applied is superseded by the next one',
    units: web,
    versions: one,
    steps: [
      { do: 'source', answers: false },
      push({ web: '1.1.0' }),
      push({ web: '1.2.0' }),
      verdict('web 1.1.0', 'superseded'),
      { do: 'source', answers: true },
      healthy('web 1.2.0'),
    ],
  },
  {
    name: 'force-pushed-branch',
    story: 'a commit that was taken out of the branch is gone; the one in its place counts',
    units: web,
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      healthy('web 1.1.0'),
      push({ web: '1.2.0' }, { forced: true }),
      verdict('web 1.1.0', 'gone'),
      healthy('web 1.2.0', { running: '1.2.0' }),
    ],
  },
  {
    name: 'suspended-and-resumed',
    story: 'a release waits while its Kustomization is suspended',
    units: web,
    versions: one,
    steps: [
      suspend('Kustomization/web', true),
      drift('Kustomization/web', /^spec\.suspend$/, 'open', { manager: 'flux' }),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'apply', /Kustomization web is suspended/, { running: '1.0.0' }),
      suspend('Kustomization/web', false),
      healthy('web 1.1.0'),
      drift('Kustomization/web', /^spec\.suspend$/, 'corrected'),
    ],
  },
  {
    name: 'suspended-on-the-way',
    story: 'what was applied before the suspension still arrives',
    units: web,
    versions: one,
    steps: [
      push({ web: '1.1.0-slow' }),
      waits('web 1.1.0-slow', 'rollout', /pods/),
      suspend('Kustomization/web', true),
      healthy('web 1.1.0-slow', { running: '1.1.0-slow' }),
    ],
  },
  {
    name: 'source-suspended',
    story: 'a release waits while the source is suspended',
    units: web,
    versions: one,
    steps: [
      suspend('GitRepository/flux-system', true),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'source', /GitRepository flux-system is suspended/),
      suspend('GitRepository/flux-system', false),
      healthy('web 1.1.0'),
    ],
  },
];
