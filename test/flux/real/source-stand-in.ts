import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { objectAt, objectsAt, textAt, toJsonObject } from '../../../src/playground/cluster/json.ts';
import { type Api, mergePatch, pathOf } from '../api.ts';
import type { GitHistory } from '../git-history.ts';
import type { Place } from '../scenarios/repository.ts';

export interface SourceFetcher {
  /** What a GitRepository says where the repository is. */
  readonly urlOf: (place: Place, git: GitHistory) => string;
  /** Sees to it that Flux has what main holds, or why it cannot. */
  readonly fetch: (place: Place, git: GitHistory) => Promise<void>;
  readonly close: () => Promise<void>;
}

type Condition = { readonly type: string; readonly status: string; readonly reason: string; readonly message: string };

/** source-controller cannot be built from modules: this serves the same artifacts and moves conditions as the recordings show. */
export async function startSourceStandIn(api: Api): Promise<SourceFetcher> {
  const artifacts = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const found = artifacts.get(request.url ?? '');
    response.writeHead(found === undefined ? 404 : 200);
    response.end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

  const fetchOnce = async (place: Place, git: GitHistory): Promise<void> => {
    const path = pathOf('GitRepository', place.flux, 'flux-system');
    const live = toJsonObject(await api.get(path));
    if (objectAt(live, 'spec')['suspend'] === true) return;
    const generation = Number(objectAt(live, 'metadata')['generation'] ?? 1);
    const write = async (conditions: readonly Condition[], more: object = {}) => {
      const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
      const all = conditions.map((each) => ({ ...each, observedGeneration: generation, lastTransitionTime }));
      const text = JSON.stringify({ status: { conditions: all, ...more } });
      const by = `${path}/status?fieldManager=source-controller`;
      await api.must('PATCH', by, { type: mergePatch, text });
    };
    const stored = objectsAt(live, 'status', 'conditions').flatMap((each): Condition[] => {
      const { type, status, reason, message } = each;
      return type === 'ArtifactInStorage'
        ? [{ type, status: `${status}`, reason: `${reason}`, message: `${message}` }]
        : [];
    });
    if (!git.answers()) {
      const message = `failed to checkout and determine revision: unable to list remote for '${textAt(live, 'spec', 'url')}': unexpected client error: 503`;
      const failed = { status: 'False', reason: 'GitOperationFailed', message };
      return await write([
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'reconciliation in progress' },
        { type: 'Ready', ...failed },
        { type: 'FetchFailed', ...failed, status: 'True' },
        ...stored,
      ]);
    }
    const head = git.head();
    const revision = `main@sha1:${head}`;
    const is = `stored artifact for revision '${revision}'`;
    const good = (type: string): Condition => ({ type, status: 'True', reason: 'Succeeded', message: is });
    const ready = [good('Ready'), good('ArtifactInStorage')];
    if (textAt(live, 'status', 'artifact', 'revision') === revision) return await write(ready);
    const news = `building artifact: new upstream revision '${revision}'`;
    await write([
      { type: 'Reconciling', status: 'True', reason: 'Progressing', message: news },
      { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: news },
      ...stored,
    ]);
    const packed = await git.archive(head);
    const where = `/gitrepository/${place.flux}/flux-system/${head}.tar.gz`;
    artifacts.set(where, packed);
    const artifact = {
      digest: `sha256:${createHash('sha256').update(packed).digest('hex')}`,
      lastUpdateTime: `${new Date().toISOString().slice(0, 19)}Z`,
      path: where.slice(1),
      revision,
      size: packed.length,
      url: `${url}${where}`,
    };
    // The condition speaks of the new revision a moment before the artifact is it.
    await write(ready);
    await write(ready, { artifact, observedGeneration: generation });
  };
  return {
    urlOf: () => 'https://git.example.com/gitops.git',
    fetch: fetchOnce,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
