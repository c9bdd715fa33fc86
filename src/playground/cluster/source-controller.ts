import type { GitClone } from './git-clone.ts';
import { type JsonObject, numberAt, objectAt, textAt } from './json.ts';
import { nameOf, namespaceOf } from './store.ts';
import { type Condition, conditionOf, durationMs, recordEvent, sha256, type World, withConditions } from './world.ts';

const component = 'source-controller';
const writer = { manager: component, operation: 'Update', subresource: 'status' } as const;
export const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** Fetches every GitRepository at its interval, when poked, and when asked by annotation. */
export function createSourceController(world: World, clone: GitClone): { readonly poke: () => Promise<void> } {
  const { store } = world;
  const running = new Map<string, { again: boolean }>();
  const timers = new Map<string, number>();
  let serial = 0;

  const write = (object: JsonObject, set: readonly Condition[], drop: readonly string[], more: JsonObject = {}) =>
    store.update('GitRepository', namespaceOf(object), nameOf(object), writer, (draft) => {
      const conditions = withConditions(draft, set, drop, world.time());
      draft['status'] = { ...objectAt(draft, 'status'), ...more, conditions };
    });

  const reconcile = async (key: string): Promise<void> => {
    const current = running.get(key);
    if (current !== undefined) {
      current.again = true;
      return;
    }
    const state = { again: false };
    running.set(key, state);
    try {
      do {
        state.again = false;
        await once(key).catch((error: unknown) => world.log(error instanceof Error ? error.message : 'fetch failed'));
      } while (state.again && !world.closed());
    } finally {
      running.delete(key);
    }
    schedule(key);
  };

  const schedule = (key: string) => {
    const [namespace = '', name = ''] = key.split('/');
    const object = store.get('GitRepository', namespace, name);
    if (object === null || world.closed()) return;
    serial += 1;
    const mine = serial;
    timers.set(key, mine);
    const wait = durationMs(textAt(object, 'spec', 'interval'), 60_000);
    world.later(Math.max(wait, 1_000), () => {
      if (timers.get(key) === mine) void reconcile(key);
    });
  };

  const once = async (key: string): Promise<void> => {
    const [namespace = '', name = ''] = key.split('/');
    const object = store.get('GitRepository', namespace, name);
    if (object === null || object['spec'] === undefined || objectAt(object, 'spec')['suspend'] === true) return;
    const generation = numberAt(object, 'metadata', 'generation') ?? 1;
    const asked = textAt(object, 'metadata', 'annotations', requestedAt);
    const handled: JsonObject = asked === undefined ? {} : { lastHandledReconcileAt: asked };
    const observed = numberAt(object, 'status', 'observedGeneration') ?? -1;
    if (observed !== generation) {
      const message = `processing object: new generation ${observed} -> ${generation}`;
      write(object, [progressing('Reconciling', 'True', message), progressing('Ready', 'Unknown', message)], []);
    }
    const branch = textAt(object, 'spec', 'ref', 'branch') ?? 'master';
    let sha: string;
    try {
      if (!/^[\w./-]+$/.test(branch) || branch.startsWith('-')) throw new Error(`couldn't find remote ref ${branch}`);
      sha = await clone.fetch(branch);
    } catch (error) {
      if (!world.closed()) fail(object, error, handled);
      return;
    }
    if (world.closed()) return;
    const revision = `${branch}@sha1:${sha}`;
    if (textAt(object, 'status', 'artifact', 'revision') === revision) {
      settle(object, revision, { observedGeneration: generation, ...handled });
      return;
    }
    await keepArtifact(object, sha, revision, { observedGeneration: generation, ...handled });
  };

  const keepArtifact = async (object: JsonObject, sha: string, revision: string, more: JsonObject): Promise<void> => {
    const news = `new upstream revision '${revision}'`;
    const outdated: Condition = { type: 'ArtifactOutdated', status: 'True', reason: 'NewRevision', message: news };
    const had = objectAt(object, 'status')['artifact'] !== undefined;
    const building = `building artifact: ${news}`;
    const begun = [progressing('Reconciling', 'True', building), progressing('Ready', 'Unknown', building)];
    write(object, had ? [...begun, outdated] : begun, ['FetchFailed']);
    if (!world.quick() && (await world.pause(60))) return;
    const tree = (await clone.files(sha)).join('\n');
    const title = await clone.title(sha);
    // The condition speaks of the new revision a moment before the artifact is it.
    settle(object, revision);
    if (!world.quick() && (await world.pause(20))) return;
    if (world.closed()) return;
    const path = `gitrepository/${namespaceOf(object)}/${nameOf(object)}/${sha}.tar.gz`;
    const artifact: JsonObject = {
      digest: `sha256:${sha256(`${sha}\n${tree}`)}`,
      lastUpdateTime: world.time(),
      path,
      revision,
      size: tree.length,
      url: `http://source-controller.flux-system.svc.cluster.local./${path}`,
    };
    settle(object, revision, { artifact, ...more });
    recordEvent(world, object, component, 'Normal', 'NewArtifact', `stored artifact for commit '${title}'`, {
      'source.toolkit.fluxcd.io/digest': artifact['digest'] ?? '',
      'source.toolkit.fluxcd.io/revision': revision,
    });
    world.log(`${nameOf(object)}: fetched ${revision}`);
  };

  const settle = (object: JsonObject, revision: string, more: JsonObject = {}) => {
    const message = `stored artifact for revision '${revision}'`;
    write(
      object,
      [
        { type: 'Ready', status: 'True', reason: 'Succeeded', message },
        { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
      ],
      ['Reconciling', 'FetchFailed', 'ArtifactOutdated'],
      more,
    );
  };

  const fail = (object: JsonObject, error: unknown, more: JsonObject) => {
    const lines = (error instanceof Error ? error.message : 'failed').split('\n');
    const said = (lines.find((line) => line.startsWith('fatal: ')) ?? lines.at(-1) ?? '').replace('fatal: ', '').trim();
    const url = textAt(object, 'spec', 'url') ?? '';
    const message = `failed to checkout and determine revision: unable to list remote for '${url}': ${said.slice(0, 200)}`;
    const reason = 'GitOperationFailed';
    const first = conditionOf(object, 'FetchFailed') === undefined;
    const retrying = textAt(conditionOf(object, 'Reconciling') ?? {}, 'message') ?? 'reconciliation in progress';
    write(
      object,
      [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: retrying },
        { type: 'Ready', status: 'False', reason, message },
        { type: 'FetchFailed', status: 'True', reason, message },
      ],
      [],
      more,
    );
    if (first) recordEvent(world, object, component, 'Warning', reason, message);
  };

  store.subscribe(({ kind, type, object }) => {
    if (kind !== 'GitRepository' || type === 'DELETED') return;
    const asked = textAt(object, 'metadata', 'annotations', requestedAt);
    const observed = numberAt(object, 'status', 'observedGeneration');
    const fresh =
      observed !== numberAt(object, 'metadata', 'generation') && conditionOf(object, 'FetchFailed') === undefined;
    const due =
      type === 'ADDED' ||
      fresh ||
      (asked !== undefined && asked !== textAt(object, 'status', 'lastHandledReconcileAt'));
    const key = `${namespaceOf(object)}/${nameOf(object)}`;
    if (due && !running.has(key)) void reconcile(key);
  });
  return {
    poke: async () => {
      await Promise.all(store.list('GitRepository').map((each) => reconcile(`${namespaceOf(each)}/${nameOf(each)}`)));
    },
  };
}

function progressing(type: string, status: 'True' | 'Unknown', message: string): Condition {
  return { type, status, reason: 'Progressing', message };
}
