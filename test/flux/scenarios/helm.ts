import { unit, workload } from './repository.ts';
import { failed, healthy, push, type Scenario } from './scenario.ts';

/** HelmReleases under Kustomizations that know nothing of them. */
export const helm: readonly Scenario[] = [
  {
    name: 'helm-under-ready-kustomization',
    story: 'an upgrade that is rolled back fails the release, while the Kustomization is Ready throughout',
    units: [unit('web', { workloads: [workload('web', { kind: 'HelmRelease' })] })],
    versions: { web: '1.0.0' },
    needs: 'helm-controller',
    steps: [
      push({ web: '1.1.0' }),
      healthy('web 1.1.0', { running: '1.1.0' }),
      push({ web: '1.2.0-crash' }),
      failed('web 1.2.0-crash', 'RollbackSucceeded', { running: '1.1.0' }),
    ],
  },
];
