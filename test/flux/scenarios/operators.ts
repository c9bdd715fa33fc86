import { unit, workload } from './repository.ts';
import { failed, healthy, operator, push, type Scenario, waits } from './scenario.ts';

/** Services that are objects of a kind which only an operator knows. */
export const operators: readonly Scenario[] = [
  {
    name: 'operator-makes-it',
    story: 'what only an operator knows is judged by its own status, at its own generation',
    units: [unit('web', { workloads: [workload('web', { kind: 'Site' })] })],
    versions: { web: '1.0.0' },
    steps: [
      operator('Site/web', ['Ready', 'True', 'Available']),
      push({ web: '1.1.0' }),
      waits('web 1.1.0', 'rollout', /Site web: its operator has not taken it up yet/),
      operator('Site/web', ['Ready', 'Unknown', 'Progressing'], ['Reconciling', 'True', 'Progressing', 'making pods']),
      waits('web 1.1.0', 'rollout', /Site web: Progressing: making pods/),
      operator('Site/web', ['Ready', 'True', 'Available']),
      healthy('web 1.1.0', { says: /Site web is ready by its own status/ }),
      push({ web: '1.2.0' }),
      waits('web 1.2.0', 'rollout', /has not taken it up yet/),
      operator('Site/web', ['Ready', 'False', 'BadImage'], ['Stalled', 'True', 'BadImage', 'no such image']),
      failed('web 1.2.0', 'BadImage', { says: /Site web is stalled: BadImage: no such image/ }),
      operator('Site/web', ['Ready', 'True', 'Available']),
      healthy('web 1.2.0'),
    ],
  },
];

/** The kind as the API server has to know it. */
export const siteDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'sites.apps.example.com' },
  spec: {
    group: 'apps.example.com',
    names: { kind: 'Site', plural: 'sites', singular: 'site', listKind: 'SiteList' },
    scope: 'Namespaced',
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
} as const;
