import { Retryable } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { type GitResult, spoken } from './git-process.ts';
import type { ObjectReader } from './object-reader.ts';

type RunGit = (args: readonly string[], more: { readonly input: string }) => Promise<GitResult>;

/**
 * Brings those of the blobs that this process has not seen in one go: one at a time costs a round trip and a pack each.
 * Calls of the same moment become one; a remote that is away rejects as Retryable.
 */
export function createPrefetch(
  name: string,
  objects: ObjectReader,
  git: RunGit,
  log: Log,
): (ids: readonly string[]) => Promise<void> {
  let gathered: { readonly ids: Set<string>; readonly done: Promise<void> } | null = null;
  const bring = async (ids: ReadonlySet<string>) => {
    // The call that git itself makes for missing blobs (promisor-remote.c), with all of them at once.
    const negotiation = ['-c', 'fetch.negotiationAlgorithm=noop'];
    const options = ['--no-tags', '--no-write-fetch-head', '--recurse-submodules=no', '--filter=blob:none', '--stdin'];
    const input = `${[...ids].join('\n')}\n`;
    const { code, stderr } = await git([...negotiation, 'fetch', ...options, 'origin'], { input });
    if (code === 0) return objects.seen([...ids]);
    // A server that hands out branches only has sent all blobs with them: they are here already.
    if (!/unadvertised object|not our ref/.test(stderr))
      throw new Retryable(`the remote of ${name} did not give its files: ${spoken(stderr) || `exit ${code}`}`);
    log.debug({ repository: name, err: spoken(stderr) }, 'the remote gives no single objects');
    objects.seen([...ids]);
  };
  return async (ids) => {
    const missing = ids.filter((id) => !objects.has(id));
    if (missing.length === 0) return;
    if (gathered === null) {
      const wanted = new Set<string>();
      const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        gathered = null;
        return bring(wanted);
      });
      gathered = { ids: wanted, done };
    }
    for (const id of missing) gathered.ids.add(id);
    return gathered.done;
  };
}
