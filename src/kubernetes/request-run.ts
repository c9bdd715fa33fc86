import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { type ClusterApi, readJson } from './clusters.ts';
import { watchedKinds } from './kinds.ts';

export type Requested =
  | { readonly kind: 'asked' }
  | { readonly kind: 'not-granted' }
  | { readonly kind: 'failed'; readonly because: string };

/** What Flux can be asked to run: the rest of what is watched is made by others. */
export const runnableKinds: readonly string[] = [
  'Kustomization',
  'HelmRelease',
  'GitRepository',
  'OCIRepository',
  'Bucket',
];

const statusSchema = z.object({ message: z.string() });

/**
 * Asks Flux for a run of these objects, in their order, as `flux reconcile` does: by the annotation `requestedAt`
 * (fluxcd/pkg/apis/meta/annotations.go). Each is `Kustomization/namespace/name`.
 */
export async function requestRun(api: ClusterApi, objects: readonly string[], at: string): Promise<Requested> {
  const body = JSON.stringify({ metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': at } } });
  for (const object of objects) {
    const [kind, namespace = '', name = ''] = object.split('/');
    const known = watchedKinds.find((each) => each.kind === kind && runnableKinds.includes(kind));
    if (known === undefined) continue;
    const path = `/apis/${known.group}/${known.version}/namespaces/${encodeURIComponent(namespace)}/${known.plural}/${encodeURIComponent(name)}`;
    try {
      const answer = await api.request(path, {
        method: 'PATCH',
        body,
        contentType: 'application/merge-patch+json',
        signal: AbortSignal.timeout(5_000),
      });
      const said = await readJson(answer).catch(() => null);
      if (answer.status === 200) continue;
      const message = statusSchema.safeParse(said).data?.message ?? `status ${answer.status}`;
      return { kind: 'failed', because: message.slice(0, 300) };
    } catch (error) {
      return { kind: 'failed', because: messageOf(error).slice(0, 300) };
    }
  }
  return { kind: 'asked' };
}
