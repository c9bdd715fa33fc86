import { spokenDuration } from '../../doors/time.ts';
import type { Expected } from '../expected.ts';
import { conditionOf, fluxStateOf, isCurrent } from '../flux/state.ts';
import type { Condition } from '../named.ts';
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
      if (isEarlier(release, ready, expected)) return pendingFinding([release], expected);
      return ready !== undefined && isPassing(ready)
        ? waiting('helm', `Helm cannot load the chart of ${name} now: ${oneLine(ready.message)}`)
        : failure(release);
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

/** Values and charts from elsewhere change no generation, so that only the time tells a failure of the version before. */
function isEarlier({ values }: HelmRelease, ready: Condition | undefined, { version, writtenAt }: Expected): boolean {
  if (values.includes(version) || writtenAt === undefined) return false;
  return Date.parse(ready?.at ?? '') < Math.floor(Date.parse(writtenAt) / 1000) * 1000;
}

/** A chart that cannot be loaded at the moment, as against one that is broken. */
function isPassing({ status, reason, message }: Condition): boolean {
  return (
    status === 'False' && reason === 'ArtifactFailed' && /download|fetch|connect|refused|time|EOF|GET /i.test(message)
  );
}

/** A release whose values or chart come from elsewhere, and that has not looked at them since the commit was applied. */
export function pendingFinding(releases: readonly HelmRelease[], { version }: Expected): Finding | null {
  const pending = releases.find(({ values }) => !values.includes(version));
  if (pending === undefined) return null;
  const every = spokenDuration(pending.intervalMs);
  return waiting(
    'helm',
    `HelmRelease ${pending.name} has not taken up ${version}: it looks for changes every ${every}`,
  );
}

/** After a remediation the old version runs, whatever Ready says: the reason names it, and what came before names the cause. */
function failure(release: HelmRelease): Finding {
  const ready = conditionOf(release, 'Ready');
  const stalled = conditionOf(release, 'Stalled');
  const reason = ready?.status === 'False' ? ready.reason : (stalled?.reason ?? 'HelmFailed');
  const cause = ['TestSuccess', 'Released']
    .map((type) => conditionOf(release, type))
    .find((condition) => condition?.status === 'False' && isCurrent(condition, release.generation));
  const undone = reason.startsWith('Rollback') || reason.startsWith('Uninstall') ? `, then ${reason}` : '';
  const what = cause === undefined ? reason : `Helm ${actionOf(cause.reason)} failed`;
  const message = (cause ?? ready ?? stalled)?.message ?? '';
  return failing('helm', reason, `${what} for ${release.name}${undone}: ${oneLine(message)}`);
}

function actionOf(reason: string): string {
  if (reason === 'InstallFailed') return 'install';
  return reason === 'TestFailed' ? 'test' : 'upgrade';
}
