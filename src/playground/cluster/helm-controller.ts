import { correctDrift } from './helm-drift.ts';
import {
  chartOf,
  configDigest,
  deployedBefore,
  releaseName,
  releaseNamespace,
  render,
  snapshot,
  superseded,
  writeRelease,
} from './helm-status.ts';
import { isObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { healthOf } from './kstatus.ts';
import { requestedAt } from './source-controller.ts';
import { nameOf, namespaceOf } from './store.ts';
import { type Condition, conditionOf, durationMs, goDuration, recordEvent, type World } from './world.ts';

const component = 'helm-controller';

/** Installs and upgrades HelmReleases; an upgrade that does not get healthy is rolled back where that is asked for. */
export function createHelmController(world: World): void {
  const { store } = world;
  const busy = new Map<string, { again: boolean }>();
  const timers = new Map<string, number>();
  let serial = 0;
  const marks = new Map<string, string>();
  /** Values by configDigest, as Helm keeps them in its release secrets. */
  const kept = new Map<string, JsonObject>();

  const wake = (key: string) => {
    const current = busy.get(key);
    if (current !== undefined) current.again = true;
    else void work(key);
  };

  const work = async (key: string) => {
    const state = { again: false };
    busy.set(key, state);
    do {
      state.again = false;
      await reconcile(key).catch((error: unknown) =>
        world.log(`${key}: ${error instanceof Error ? error.message : 'failed'}`),
      );
    } while (state.again && !world.closed());
    busy.delete(key);
    const release = find(key);
    if (release === null || world.closed()) return;
    serial += 1;
    const mine = serial;
    timers.set(key, mine);
    world.later(durationMs(textAt(release, 'spec', 'interval'), 600_000), () => {
      if (timers.get(key) === mine) wake(key);
    });
  };

  const find = (key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    return store.get('HelmRelease', namespace, name);
  };

  const deploy = (release: JsonObject, values: JsonObject) =>
    store.apply('Deployment', render(release, values), component);

  const reconcile = async (key: string): Promise<void> => {
    const release = find(key);
    if (release === null || world.closed()) return;
    const generation = numberAt(release, 'metadata', 'generation') ?? 1;
    const asked = textAt(release, 'metadata', 'annotations', requestedAt);
    const handled: JsonObject = asked === undefined ? {} : { lastHandledReconcileAt: asked };
    const observed = { observedGeneration: generation, ...handled };
    if (objectAt(release, 'spec')['suspend'] === true) return writeRelease(world, release, [], [], observed);
    const values = objectAt(release, 'spec', 'values');
    const digest = configDigest(values);
    const newest = objectsAt(release, 'status', 'history')[0];
    const chart = chartOf(release);
    const upToDate = newest?.['configDigest'] === digest && newest['chartVersion'] === chart.version;
    const ready = conditionOf(release, 'Ready')?.['status'] === 'True';
    if (upToDate && newest['status'] === 'deployed' && ready) {
      writeRelease(world, release, [progress('True', 'Reconciling', 'Fulfilling prerequisites')], []);
      if (textAt(release, 'spec', 'driftDetection', 'mode') === 'enabled') await correctDrift(world, release, values);
      return writeRelease(world, release, [], ['Reconciling'], observed);
    }
    const tried = objectAt(release, 'status')['lastAttemptedConfigDigest'] === digest;
    if (tried && numberAt(release, 'status', 'lastAttemptedGeneration') === generation && newest !== undefined) return;
    await act(release, values, newest === undefined ? 'install' : 'upgrade', observed);
  };

  const act = async (release: JsonObject, values: JsonObject, action: 'install' | 'upgrade', observed: JsonObject) => {
    const timeout = durationMs(textAt(release, 'spec', 'timeout'), 300_000);
    const within = `with timeout of ${goDuration(timeout)}`;
    const chart = chartOf(release);
    const title = `${releaseNamespace(release)}/${releaseName(release)}`;
    const running = (what: string): Condition => progress('True', 'Reconciling', `Running '${what}' action ${within}`);
    const helmChart = `${namespaceOf(release)}/${namespaceOf(release)}-${nameOf(release)}`;
    writeRelease(world, release, [progress('True', 'Reconciling', 'Fulfilling prerequisites')], ['Stalled'], {
      helmChart,
    });
    if (!world.quick() && (await world.pause(300))) return;
    const begun = [running(action), progress('Unknown', 'Ready', `Running '${action}' action ${within}`)];
    writeRelease(world, release, begun, ['Stalled', 'Remediated']);
    writeRelease(world, release, begun, ['Stalled', 'Remediated'], {
      lastAttemptedConfigDigest: configDigest(values),
      lastAttemptedGeneration: numberAt(release, 'metadata', 'generation') ?? 1,
      lastAttemptedRevision: chart.version,
      lastAttemptedReleaseAction: action,
      storageNamespace: textAt(release, 'spec', 'storageNamespace') ?? namespaceOf(release),
    });
    kept.set(configDigest(values), values);
    const history = objectsAt(release, 'status', 'history');
    const version = Math.max(0, ...history.map((entry) => numberAt(entry, 'version') ?? 0)) + 1;
    const first = textAt(history.at(-1) ?? {}, 'firstDeployed') ?? world.time();
    deploy(release, values);
    const why = await wait(release, timeout);
    if (world.closed()) return;
    const entry = (status: string) => snapshot(release, values, version, action, status, first, world.time());
    const reason = action === 'install' ? 'Install' : 'Upgrade';
    if (why === null) {
      const message = `Helm ${action} succeeded for release ${title}.v${version} with chart ${chart.name}@${chart.version}`;
      const good = (type: string): Condition => ({ type, status: 'True', reason: `${reason}Succeeded`, message });
      const inventory = {
        entries: [{ id: `${releaseNamespace(release)}_${releaseName(release)}_apps_Deployment`, v: 'v1' }],
      };
      const done = [good('Ready'), good('Released')];
      writeRelease(world, release, [running(action), ...done], []);
      const more = { history: [entry('deployed'), ...superseded(history)].slice(0, 5), inventory };
      writeRelease(world, release, [running(action), ...done], [], more);
      writeRelease(world, release, done, ['Reconciling']);
      writeRelease(world, release, done, ['Reconciling'], { ...observed, failures: 0 });
      return recordEvent(world, release, component, 'Normal', `${reason}Succeeded`, message);
    }
    const message = `Helm ${action} failed for release ${title} with chart ${chart.name}@${chart.version}: ${why}`;
    const bad = (type: string): Condition => ({ type, status: 'False', reason: `${reason}Failed`, message });
    const failed = { history: [entry('failed'), ...history].slice(0, 5) };
    writeRelease(world, release, [running(action), bad('Ready'), bad('Released')], []);
    writeRelease(world, release, [running(action), bad('Ready'), bad('Released')], [], { ...failed, failures: 1 });
    recordEvent(world, release, component, 'Warning', `${reason}Failed`, message);
    const stalled: Condition = {
      type: 'Stalled',
      status: 'True',
      reason: 'RetriesExceeded',
      message: `Failed to ${action} after 1 attempt(s)`,
    };
    const back = deployedBefore(release);
    const old = kept.get(textAt(back ?? {}, 'configDigest') ?? '');
    if (action === 'install' || back === null || old === undefined || !remediates(release)) {
      writeRelease(world, release, [stalled, bad('Ready'), bad('Released')], ['Reconciling'], observed);
      return;
    }
    await rollBack(release, old, back, failed.history, observed, [stalled, bad('Released')]);
  };

  const rollBack = async (
    release: JsonObject,
    old: JsonObject,
    back: JsonObject,
    history: readonly JsonObject[],
    observed: JsonObject,
    told: readonly Condition[],
  ) => {
    const timeout = durationMs(textAt(release, 'spec', 'timeout'), 300_000);
    const message = `Running 'rollback' action with timeout of ${goDuration(timeout)}`;
    writeRelease(world, release, [progress('True', 'Reconciling', message)], []);
    // What was superseded before is forgotten; the release that is gone back to stays.
    const past = history.filter((each) => each['status'] !== 'superseded');
    writeRelease(world, release, [progress('True', 'Reconciling', message)], [], { history: past });
    deploy(release, old);
    const why = await wait(release, timeout);
    if (world.closed()) return;
    const chart = chartOf(release);
    const title = `${releaseNamespace(release)}/${releaseName(release)}`;
    const to = `${title}.v${numberAt(back, 'version') ?? 0} with chart ${chart.name}@${chart.version}`;
    const reason = why === null ? 'RollbackSucceeded' : 'RollbackFailed';
    const ended = `Helm rollback to previous release ${to} ${why === null ? 'succeeded' : `failed: ${why}`}`;
    const version = Math.max(0, ...history.map((each) => numberAt(each, 'version') ?? 0)) + 1;
    const first = textAt(history.at(-1) ?? {}, 'firstDeployed') ?? world.time();
    const state = snapshot(
      release,
      old,
      version,
      'rollback',
      why === null ? 'deployed' : 'failed',
      first,
      world.time(),
    );
    const remediated: Condition[] = [
      ...told,
      { type: 'Ready', status: 'False', reason, message: ended },
      { type: 'Remediated', status: why === null ? 'True' : 'False', reason, message: ended },
    ];
    writeRelease(world, release, remediated, ['Reconciling']);
    const more = { ...observed, history: [state, ...superseded(past)].slice(0, 5) };
    writeRelease(world, release, remediated, ['Reconciling'], more);
    recordEvent(world, release, component, why === null ? 'Normal' : 'Warning', reason, ended);
  };

  /** Null when the Deployment got healthy; otherwise why not. */
  const wait = async (release: JsonObject, timeout: number): Promise<string | null> => {
    const begun = world.elapsed();
    const [namespace, name] = [releaseNamespace(release), releaseName(release)];
    if (await world.pause(world.quick() ? 20 : 2_000)) return null;
    for (;;) {
      const health = healthOf(store.get('Deployment', namespace, name));
      if (health === 'Current') return null;
      if (health === 'Failed' || world.elapsed() - begun >= timeout)
        return `${health === 'Failed' ? 'failed early due to stalled resources' : 'timeout waiting for'}: [Deployment/${namespace}/${name} status: '${health}']`;
      if (await world.pause(1_000)) return null;
    }
  };

  store.subscribe(({ kind, type, object }) => {
    if (kind !== 'HelmRelease') return;
    const key = `${namespaceOf(object)}/${nameOf(object)}`;
    if (type === 'DELETED') {
      marks.delete(key);
      store.remove('Deployment', releaseNamespace(object), releaseName(object));
      return;
    }
    const asked = textAt(object, 'metadata', 'annotations', requestedAt);
    const mark = `${numberAt(object, 'metadata', 'generation')} ${asked}`;
    if (marks.get(key) === mark) return;
    marks.set(key, mark);
    wake(key);
  });
}

function progress(status: 'True' | 'Unknown', type: string, message: string): Condition {
  return { type, status, reason: 'Progressing', message };
}

/** Whether a failed upgrade is to be rolled back: Flux does where retries are told or the last failure counts. */
function remediates(release: JsonObject): boolean {
  const remediation = objectAt(release, 'spec', 'upgrade')['remediation'];
  return isObject(remediation) && remediation['remediateLastFailure'] !== false;
}
