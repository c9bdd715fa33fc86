import { unit, workload } from './repository.ts';
import { failed, healthy, push, type Scenario, stays, suspend, verdict, waits } from './scenario.ts';

const wait = { wait: true };
/** The controller never waits for less. */
const hasty = { wait: true, timeout: '30s' };
const one = { web: '1.0.0' };
const shop = (over = {}) => unit('shop', { flux: hasty, workloads: [workload('web'), workload('api', over)] });
const both = { web: '1.0.0', api: '1.0.0' };
const otherSelector = {
  spec: {
    selector: { matchLabels: { app: 'other' } },
    template: {
      metadata: { labels: { app: 'other' } },
      spec: { containers: [{ name: 'api', image: 'registry.example.com/api:1' }] },
    },
  },
};

/** What stands between a commit and its objects: other Kustomizations, neighbours, and the run before. */
export const kustomizations: readonly Scenario[] = [
  {
    name: 'commit-elsewhere',
    story: 'a commit that changes nothing of the service moves the revision and says nothing',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [push({}, { files: { 'docs/README.md': 'More.\n' } }), stays('web 1.0.0', 'healthy', 15)],
  },
  {
    name: 'commit-during-health-check',
    story: 'Flux finishes the health check of the commit before; the release says what it waits for',
    units: [unit('web', { flux: hasty })],
    versions: one,
    steps: [
      push({ web: '1.1.0-unready' }),
      waits('web 1.1.0-unready', 'rollout', /pods/),
      push({ web: '1.1.1' }),
      verdict('web 1.1.0-unready', 'superseded'),
      waits('web 1.1.1', 'apply', /Flux waits for web's health check until \d\d:\d\d UTC/),
      healthy('web 1.1.1', { notBeforeS: 10 }),
    ],
  },
  {
    name: 'superseded-while-waiting',
    story: 'a newer commit takes the place of one that is still on its way',
    units: [unit('web')],
    versions: one,
    steps: [
      push({ web: '1.1.0-slow' }),
      waits('web 1.1.0-slow', 'rollout', /pods/),
      push({ web: '1.2.0' }),
      verdict('web 1.1.0-slow', 'superseded'),
      healthy('web 1.2.0'),
    ],
  },
  {
    name: 'build-failure',
    story: 'a commit that cannot be built fails; the one that mends it brings the version',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [
      push({ web: '1.1.0' }, { units: [unit('web', { flux: wait, missing: ['nowhere.yaml'] })] }),
      failed('web 1.1.0', 'BuildFailed', { running: '1.0.0' }),
      push({}, { units: [unit('web', { flux: wait })] }),
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'folder-is-gone',
    story: 'a Kustomization whose folder has left Git fails at that commit',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [
      push({ web: '1.1.0' }, { units: [unit('web', { flux: wait, folder: 'moved', path: 'web' })] }),
      failed('web 1.1.0', 'ArtifactFailed', { running: '1.0.0' }),
      push({}, { units: [unit('web', { flux: wait, folder: 'moved' })] }),
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'api-server-refuses',
    story: 'a change that the API server refuses fails the release that made it',
    units: [shop()],
    versions: both,
    steps: [
      push({ api: '1.1.0' }, { units: [shop(otherSelector)] }),
      failed('api 1.1.0', 'ReconciliationFailed', { says: /immutable/, running: '1.0.0' }),
    ],
  },
  {
    name: 'neighbour-is-refused',
    story: "a neighbour's change that the API server refuses is what an innocent release waits for",
    units: [shop()],
    versions: both,
    steps: [
      push({ web: '1.1.0' }, { units: [shop(otherSelector)] }),
      waits('web 1.1.0', 'apply', /because of api/, { running: '1.0.0' }),
      push({}, { units: [shop()] }),
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'neighbour-crash',
    story: 'a neighbour that fails the shared Kustomization never fails the innocent one',
    units: [shop()],
    versions: both,
    steps: [
      push({ api: '1.1.0-crash' }),
      failed('api 1.1.0-crash', 'CrashLoopBackOff', { running: '1.0.0' }),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'apply', /Flux waits for api's health check until/, { running: '1.0.0' }),
      healthy('web 1.1.0'),
      stays('web 1.1.0', 'healthy', 40),
      stays('api 1.1.0-crash', 'failed', 1),
    ],
  },
  {
    name: 'depends-on',
    story: 'a Kustomization waits for the one it depends on, by name',
    units: [unit('db', { flux: hasty }), unit('web', { flux: { ...hasty, dependsOn: [{ name: 'db' }] } })],
    versions: { db: '1.0.0', web: '1.0.0' },
    steps: [
      push({ db: '1.1.0-crash', web: '1.1.0' }),
      failed('db 1.1.0-crash', 'CrashLoopBackOff'),
      waits('web 1.1.0', 'apply', /waits for Kustomization db, which web depends on/, { running: '1.0.0' }),
      push({ db: '1.1.1' }),
      healthy('db 1.1.1'),
      healthy('web 1.1.0'),
    ],
  },
  {
    name: 'parent-and-child',
    story: 'a folder that moves together with its Kustomization is no failure',
    units: [unit('web', { flux: wait })],
    versions: one,
    steps: [
      push({ web: '1.1.0' }, { units: [unit('web', { flux: wait, folder: 'moved' })] }),
      healthy('web 1.1.0'),
      stays('web 1.1.0', 'healthy', 10),
    ],
  },
  {
    name: 'parent-chain',
    story: 'a version in the spec of a grandchild arrives by way of its parents',
    units: [unit('apps', { workloads: [] }), unit('web', { flux: wait, under: 'apps', versionIn: 'substitute' })],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { running: '1.1.0' })],
  },
  {
    name: 'parent-is-suspended',
    story: 'a version in the spec of a child waits for the parent that is suspended',
    units: [unit('apps', { workloads: [] }), unit('web', { flux: wait, under: 'apps', versionIn: 'flux-images' })],
    versions: one,
    steps: [
      suspend('Kustomization/apps', true),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'parent', /Kustomization apps/, { running: '1.0.0' }),
      suspend('Kustomization/apps', false),
      healthy('web 1.1.0', { running: '1.1.0' }),
    ],
  },
  {
    name: 'version-in-flux-images',
    story: 'a version in spec.images of the Kustomization itself',
    units: [unit('web', { flux: wait, versionIn: 'flux-images' })],
    versions: one,
    steps: [push({ web: '1.1.0' }), healthy('web 1.1.0', { running: '1.1.0' })],
  },
  {
    name: 'several-kustomizations-for-one-service',
    story: 'a service that two Kustomizations bring is healthy when both are',
    units: ['eu', 'us'].map((name) =>
      unit(name, { flux: wait, workloads: [workload('web', { name: `web-${name}` })] }),
    ),
    versions: one,
    steps: [
      suspend('Kustomization/us', true),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'apply', /Kustomization us is suspended/),
      suspend('Kustomization/us', false),
      healthy('web 1.1.0', { running: '1.1.0' }),
    ],
  },
  {
    name: 'prune',
    story: 'what leaves Git leaves the cluster; its neighbour is not touched',
    units: [shop()],
    versions: both,
    steps: [
      push({ web: '1.1.0' }, { units: [unit('shop', { flux: wait, workloads: [workload('web')] })] }),
      { expect: 'object', object: 'Deployment/api', is: 'gone' },
      healthy('web 1.1.0'),
    ],
  },
];
