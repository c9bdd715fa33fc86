import { releaseName, releaseNamespace, render, writeRelease } from './helm-status.ts';
import { type JsonObject, numberAt, objectsAt, same } from './json.ts';
import { strategicMerge } from './merge.ts';
import { recordEvent, type World } from './world.ts';

const component = 'helm-controller';
const visibleMs = 50;

/** Puts back what somebody changed of a chart's Deployment, as `driftDetection: {mode: enabled}` does at every interval. */
export async function correctDrift(world: World, release: JsonObject, values: JsonObject): Promise<void> {
  const [namespace, name] = [releaseNamespace(release), releaseName(release)];
  const wanted = render(release, values);
  const live = world.store.get('Deployment', namespace, name);
  if (live === null || !same(strategicMerge(live, wanted), live)) {
    const version = numberAt(objectsAt(release, 'status', 'history')[0], 'version') ?? 1;
    const state = `Cluster state of release ${namespace}/${name}.v${version} has`;
    const object = `Deployment/${namespace}/${name}`;
    const what = live === null ? 'removed' : 'changed (0 additions, 1 changes, 0 removals)';
    const message = `${state} drifted from the desired state:\n${object} ${what}`;
    writeRelease(world, release, [{ type: 'Drifted', status: 'True', reason: 'DriftDetected', message }], []);
    recordEvent(world, release, component, 'Warning', 'DriftDetected', message);
    if (await world.pause(visibleMs)) return;
    world.store.apply('Deployment', wanted, component);
    const corrected = `${state} been corrected:\n${object} ${live === null ? 'created' : 'configured'}`;
    recordEvent(world, release, component, 'Normal', 'DriftCorrected', corrected);
  }
  const message = 'No drift detected against the cluster state';
  writeRelease(world, release, [{ type: 'Drifted', status: 'False', reason: 'NoDriftDetected', message }], []);
}
