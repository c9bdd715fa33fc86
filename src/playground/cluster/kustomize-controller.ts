import { applyAll, dryRun, parseId, prepare, prune } from './apply.ts';
import { BuildError, build, hasFolder } from './build.ts';
import { checkHealth } from './check-health.ts';
import type { GitClone } from './git-clone.ts';
import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { createStatusWrites, type StatusWrites } from './kustomization-status.ts';
import { postBuild } from './post-build.ts';
import { requestedAt } from './source-controller.ts';
import { nameOf, namespaceOf } from './store.ts';
import { conditionOf, durationMs, goDuration, recordEvent, sha256, type World } from './world.ts';

const component = 'kustomize-controller';
type Built =
  | { readonly kind: 'built'; readonly built: readonly JsonObject[] }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };
type Next = 'interval' | 'retry' | 'soon' | 'never';

/** Applies every Kustomization: when its source moves, its object changes, it is asked, and at its interval. */
export function createKustomizeController(world: World, clone: GitClone): void {
  const { store } = world;
  const runs = new Map<string, { again: boolean; serial: number; busy: boolean }>();

  const marks = new Map<string, string>();

  const wake = (key: string) => {
    const run = runs.get(key) ?? { again: false, serial: 0, busy: false };
    runs.set(key, run);
    run.serial += 1;
    if (run.busy) run.again = true;
    else void work(key, run);
  };

  const work = async (key: string, run: { again: boolean; serial: number; busy: boolean }) => {
    run.busy = true;
    let next: Next = 'never';
    do {
      run.again = false;
      next = await reconcile(key).catch((error: unknown): Next => {
        world.log(`${key}: ${error instanceof Error ? error.message : 'failed'}`);
        return 'retry';
      });
    } while (run.again && !world.closed());
    run.busy = false;
    const [namespace = '', name = ''] = key.split('/');
    const object = store.get('Kustomization', namespace, name);
    if (object === null || next === 'never' || world.closed()) return;
    const interval = durationMs(textAt(object, 'spec', 'interval'), 600_000);
    const retry = durationMs(textAt(object, 'spec', 'retryInterval'), interval);
    const mine = run.serial;
    const go = () => {
      if (run.serial === mine && !world.closed()) wake(key);
    };
    if (next === 'soon') void world.pause(1_000).then(go);
    else world.later(Math.max(next === 'retry' ? retry : interval, 500), go);
  };

  const reconcile = async (key: string): Promise<Next> => {
    const [namespace = '', name = ''] = key.split('/');
    const object = store.get('Kustomization', namespace, name);
    if (object === null || world.closed()) return 'never';
    const source = sourceOf(object);
    const revision = textAt(source ?? {}, 'status', 'artifact', 'revision');
    const interval = durationMs(textAt(object, 'spec', 'interval'), 600_000);
    const timeout = Math.max(durationMs(textAt(object, 'spec', 'timeout'), interval - 30_000), 30_000);
    const writes = createStatusWrites(world, object, revision ?? '', timeout);
    if (objectAt(object, 'spec')['suspend'] === true) {
      writes.handled();
      return 'never';
    }
    if (revision === undefined) {
      writes.wait('ArtifactFailed', 'Source artifact not found, retrying in 5s');
      return 'soon';
    }
    const blocked = waitsFor(object, revision);
    if (blocked !== null) {
      writes.wait('DependencyNotReady', blocked);
      return 'soon';
    }
    return await run(object, revision, timeout, writes);
  };

  const sourceOf = (object: JsonObject): JsonObject | null => {
    const ref = objectAt(object, 'spec', 'sourceRef');
    return store.get('GitRepository', textAt(ref, 'namespace') ?? namespaceOf(object), textAt(ref, 'name') ?? '');
  };

  const waitsFor = (object: JsonObject, revision: string): string | null => {
    for (const dependency of objectsAt(object, 'spec', 'dependsOn')) {
      const namespace = textAt(dependency, 'namespace') ?? namespaceOf(object);
      const name = textAt(dependency, 'name') ?? '';
      const other = store.get('Kustomization', namespace, name);
      if (other === null) return `dependency '${namespace}/${name}' not found`;
      const current = numberAt(other, 'metadata', 'generation') === numberAt(other, 'status', 'observedGeneration');
      if (!current || conditionOf(other, 'Ready')?.['status'] !== 'True')
        return `dependency '${namespace}/${name}' is not ready`;
      const same = sourceOf(other) === sourceOf(object);
      if (same && textAt(other, 'status', 'lastAppliedRevision') !== revision)
        return `dependency '${namespace}/${name}' revision is not up to date`;
    }
    return null;
  };

  /** One run; ends early, without a further word, when the cluster is closed. */
  const run = async (object: JsonObject, revision: string, timeout: number, writes: StatusWrites): Promise<Next> => {
    const begun = world.elapsed();
    const pause = (ms: number) => (world.quick() ? Promise.resolve(world.closed()) : world.pause(ms));
    const fail = (reason: string, message: string, unhealthy?: string): Next => {
      writes.fail(reason, message, unhealthy);
      const annotations = { 'kustomize.toolkit.fluxcd.io/revision': revision };
      recordEvent(world, object, component, 'Warning', reason, message, annotations);
      world.log(`${nameOf(object)}: ${reason} ${message}`);
      return 'retry';
    };
    const made = await buildAt(object, revision, writes, pause);
    if (made === null) return 'never';
    if (made.kind === 'failed') return fail(made.reason, made.message);
    const { built } = made;
    if (await pause(150)) return 'never';
    const digest = `sha256:${sha256(JSON.stringify(built))}`;
    writes.step('Detecting drift');
    if (await pause(60)) return 'never';
    const prepared = prepare(built, object);
    if (typeof prepared === 'string') return fail('ReconciliationFailed', prepared);
    const refused = dryRun(store, prepared);
    if (refused !== null) return fail('ReconciliationFailed', refused);
    const live = store.get('Kustomization', namespaceOf(object), nameOf(object));
    if (live === null) return 'never';
    const { entries, changed } = applyAll(store, prepared, live);
    if (changed.length > 0) {
      const message = changed.join('\n');
      recordEvent(world, object, component, 'Normal', 'Progressing', message, {
        'kustomize.toolkit.fluxcd.io/revision': revision,
      });
    }
    const checks = checksOf(object, entries);
    if (checks.length > 0) {
      writes.checking();
      writes.applied(entries);
      const verdict = await checkHealth(world, checks, timeout);
      if (verdict === null) return 'never';
      const took = world.elapsed() - begun;
      if (verdict.kind === 'failed') {
        const next = fail(
          'HealthCheckFailed',
          `health check failed after ${goDuration(verdict.ms)}: ${verdict.why}`,
          verdict.why,
        );
        writes.history(digest, 'HealthCheckFailed', took);
        return next;
      }
      writes.healthy(verdict.ms);
      if (await pause(20)) return 'never';
    }
    writes.ready(checks.length > 0);
    if (await pause(10)) return 'never';
    const took = world.elapsed() - begun;
    writes.finish(digest, took, entries);
    const message = `Reconciliation finished in ${goDuration(took)}, next run in ${textAt(object, 'spec', 'interval') ?? '10m0s'}`;
    const annotations = {
      'kustomize.toolkit.fluxcd.io/commit_status': 'update',
      'kustomize.toolkit.fluxcd.io/revision': revision,
    };
    recordEvent(world, object, component, 'Normal', 'ReconciliationSucceeded', message, annotations);
    world.log(`${nameOf(object)}: applied ${revision}`);
    return 'interval';
  };

  const buildAt = async (
    object: JsonObject,
    revision: string,
    writes: StatusWrites,
    pause: (ms: number) => Promise<boolean>,
  ): Promise<Built | null> => {
    writes.step('Fetching manifests');
    if (await pause(90)) return null;
    const sha = revision.split(':').at(-1) ?? '';
    const path = textAt(object, 'spec', 'path') ?? './';
    try {
      const files = await clone.files(sha);
      if (hasFolder(files, path)) {
        writes.step('Building manifests');
        if (await pause(20)) return null;
        writes.attempted();
      }
      const objects = await build({ files, read: (file) => clone.show(sha, file) }, path);
      return { kind: 'built', built: postBuild(objects, object) };
    } catch (error) {
      if (world.closed()) return null;
      if (error instanceof BuildError) return { kind: 'failed', reason: error.reason, message: error.message };
      const said = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
      return { kind: 'failed', reason: 'BuildFailed', message: `kustomize build failed: ${said}` };
    }
  };

  const checksOf = (object: JsonObject, entries: readonly JsonObject[]) => {
    if (objectAt(object, 'spec')['wait'] === true)
      return entries.map((entry) => {
        const { kind, namespace, name } = parseId(String(entry['id']));
        return { kind: kind?.kind ?? '', namespace, name };
      });
    return objectsAt(object, 'spec', 'healthChecks').map((each) => ({
      kind: textAt(each, 'kind') ?? '',
      namespace: textAt(each, 'namespace') ?? namespaceOf(object),
      name: textAt(each, 'name') ?? '',
    }));
  };

  store.subscribe(({ kind, type, object }) => {
    const key = `${namespaceOf(object)}/${nameOf(object)}`;
    if (kind === 'GitRepository' && type === 'MODIFIED')
      for (const each of store.list('Kustomization')) {
        const source = sourceOf(each) ?? {};
        const revision = textAt(source, 'status', 'artifact', 'revision');
        const old = textAt(each, 'status', 'lastAttemptedRevision');
        const mine = namespaceOf(source) === namespaceOf(object) && nameOf(source) === nameOf(object);
        if (mine && revision !== undefined && revision !== old) wake(`${namespaceOf(each)}/${nameOf(each)}`);
      }
    if (kind !== 'Kustomization') return;
    if (type === 'DELETED') {
      runs.delete(key);
      marks.delete(key);
      if (objectAt(object, 'spec')['prune'] === true)
        for (const entry of objectsAt(object, 'status', 'inventory', 'entries')) prune(store, String(entry['id']));
      return;
    }
    const asked = textAt(object, 'metadata', 'annotations', requestedAt);
    const mark = `${numberAt(object, 'metadata', 'generation')} ${asked}`;
    if (marks.get(key) === mark) return;
    marks.set(key, mark);
    wake(key);
  });
}
