import type { Expected } from '../expected.ts';
import { conditionOf, fluxStateOf } from '../flux/state.ts';
import type { HelmRelease } from '../objects.ts';
import { type Finding, failing, oneLine, waiting } from './finding.ts';

/**
 * What a HelmRelease says of the wanted version; null when it has nothing against it. `applied`: Flux has applied the commit, so that
 * the release as it stands is the one of the commit even where its values do not name the version.
 */
export function helmFinding(release: HelmRelease, expected: Expected, applied: boolean): Finding | null {
  const { name } = release;
  if (!applied && !release.values.includes(expected.version))
    return waiting('apply', `Flux has not updated HelmRelease ${name} yet`);
  const ready = conditionOf(release, 'Ready');
  switch (fluxStateOf(release)) {
    case 'suspended':
      return waiting('helm', `HelmRelease ${name} is suspended`);
    case 'terminating':
      return waiting('helm', `HelmRelease ${name} is being deleted`);
    case 'stalled':
    case 'failing':
      return failure(release);
    case 'waiting':
      return waiting('helm', `HelmRelease ${name} waits: ${oneLine(ready?.message ?? '')}`);
    case 'unknown':
    case 'progressing': {
      const action = conditionOf(release, 'Reconciling')?.message ?? '';
      return waiting('helm', `Helm is at work on ${name}${action === '' ? '' : `: ${oneLine(action)}`}`);
    }
    case 'ready':
      return release.newest === 'failed' ? waiting('helm', `the newest Helm release of ${name} is failed`) : null;
  }
}

/** After a remediation the old version runs, whatever Ready says: the reason names it. */
function failure(release: HelmRelease): Finding {
  const ready = conditionOf(release, 'Ready');
  const released = conditionOf(release, 'Released');
  const stalled = conditionOf(release, 'Stalled');
  const reason = ready?.status === 'False' ? ready.reason : (stalled?.reason ?? 'HelmFailed');
  const cause = released?.status === 'False' ? released : (ready ?? stalled);
  const action = cause?.reason === 'InstallFailed' ? 'install' : cause?.reason === 'TestFailed' ? 'test' : 'upgrade';
  const undone = reason.startsWith('Rollback') || reason.startsWith('Uninstall') ? `, then ${reason}` : '';
  const what = cause === released && released !== undefined ? `Helm ${action} failed` : reason;
  return failing('helm', reason, `${what} for ${release.name}${undone}: ${oneLine(cause?.message ?? '')}`);
}
