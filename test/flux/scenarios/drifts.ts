import { unit, workload } from './repository.ts';
import { drift, healthy, patch, push, type Scenario, stays, verdict } from './scenario.ts';

const wait = { wait: true };
const web = [unit('web', { flux: wait })];
const one = { web: '1.0.0' };
const annotated = (value: string | null) => ({
  metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': value } },
});
const reconcile = { do: 'reconcile', object: 'Kustomization/web' } as const;

/** What people and machines do to live objects, and what Flux makes of it. */
export const drifts: readonly Scenario[] = [
  {
    name: 'drift-image-corrected',
    story: 'an edited image is a drift with the name of the client, until Flux corrects it: no deployment',
    units: web,
    versions: one,
    steps: [
      patch(
        'Deployment/web',
        { spec: { template: { spec: { containers: [{ name: 'web', image: '{image:web}:hotfix' }] } } } },
        'kubectl-edit',
      ),
      drift('Deployment/web', /containers\[web\]\.image$/, 'open', {
        live: '{image:web}:hotfix',
        wanted: '{image:web}:1.0.0',
        manager: 'kubectl-edit',
      }),
      reconcile,
      drift('Deployment/web', /containers\[web\]\.image$/, 'corrected'),
      healthy('web 1.0.0', { running: '1.0.0' }),
    ],
  },
  {
    name: 'drift-replicas-corrected',
    story: 'scaled by hand, and scaled back by Flux',
    units: web,
    versions: one,
    steps: [
      patch('Deployment/web', { spec: { replicas: 5 } }, 'kubectl', true),
      drift('Deployment/web', /^spec\.replicas$/, 'open', { live: '5', wanted: '2', manager: 'kubectl' }),
      reconcile,
      drift('Deployment/web', /^spec\.replicas$/, 'corrected'),
      healthy('web 1.0.0'),
    ],
  },
  {
    name: 'not-drift-autoscaler',
    story: 'replicas that Git does not set belong to the autoscaler',
    units: [unit('web', { flux: wait, workloads: [workload('web', { spec: { replicas: undefined } })] })],
    versions: one,
    steps: [
      patch('Deployment/web', { spec: { replicas: 4 } }, 'kube-controller-manager', true),
      reconcile,
      stays('web 1.0.0', 'healthy', 15),
    ],
  },
  {
    name: 'rollout-restart-undone',
    story: 'a rollout restart, which Flux undoes, is neither a drift nor a deployment',
    units: web,
    versions: one,
    steps: [
      patch(
        'Deployment/web',
        { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } },
        'kubectl-rollout',
      ),
      stays('web 1.0.0', 'healthy', 6),
      reconcile,
      {
        expect: 'unset',
        object: 'Deployment/web',
        path: ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'],
      },
      stays('web 1.0.0', 'healthy', 10),
    ],
  },
  {
    name: 'drift-ignored-by-annotation',
    story: 'an object that Flux only creates stays as it is: Ready at the new commit, the old image live',
    units: [
      unit('web', {
        flux: wait,
        workloads: [workload('web', { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } })],
      }),
    ],
    versions: one,
    steps: [
      push({ web: '1.1.0' }),
      verdict('web 1.1.0', 'unverified', { stage: 'image', says: /live image/, running: '1.0.0' }),
    ],
  },
  {
    name: 'reconcile-disabled',
    story: 'a live object that somebody took from Flux keeps the old image until it is given back',
    units: web,
    versions: one,
    steps: [
      patch('Deployment/web', annotated('disabled'), 'edge-tool'),
      push({ web: '1.1.0' }),
      verdict('web 1.1.0', 'unverified', { stage: 'image', running: '1.0.0' }),
      patch('Deployment/web', annotated(null), 'edge-tool'),
      reconcile,
      healthy('web 1.1.0', { running: '1.1.0' }),
    ],
  },
  {
    name: 'deleted-by-hand',
    story: 'a Deployment that somebody deleted is made again by Flux',
    units: web,
    versions: one,
    steps: [
      // During its health check Flux would wait for the object until the time-out, and make it only then.
      stays('web 1.0.0', 'healthy', 10),
      { do: 'delete', object: 'Deployment/web' },
      verdict('web 1.0.0', 'unverified', { says: /no workload/ }),
      reconcile,
      healthy('web 1.0.0', { running: '1.0.0' }),
    ],
  },
];
