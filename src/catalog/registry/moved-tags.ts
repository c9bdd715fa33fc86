import type { Log } from '../../doors/telemetry.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import { manifestTypes } from './image-facts.ts';
import type { RegistryClient } from './registry-client.ts';
import type { RegistryForm } from './registry-form.ts';

/** What is remembered of one service: whose turn it is, and which tags were said to have moved. */
export interface TagWatch {
  next: number;
  readonly moved: Map<string, string>;
}

interface WatchedTags {
  readonly service: string;
  readonly registry: RegistryForm;
  /** Its name within the registry. */
  readonly repository: string;
  readonly watch: TagWatch;
}

export interface TagWatchPorts {
  readonly get: (service: string, version: string) => Promise<Artifact | null>;
  readonly log: Log;
}

/** So many of the newest are looked at in turn, so many at each look: within a quarter of an hour, each. */
const watched = 60;
const atOnce = 5;

/**
 * Notices a version whose tag names another image by now. What was released stays what it was, as the digest says; a place
 * without a digest may run the other one, which is then no proof of the version. Said once for each image.
 */
export async function watchTags(
  ports: TagWatchPorts,
  client: RegistryClient,
  { service, registry, repository, watch }: WatchedTags,
  versions: readonly string[],
): Promise<void> {
  const newest = versions.slice(0, watched);
  if (watch.next >= newest.length) watch.next = 0;
  const turn = newest.slice(watch.next, watch.next + atOnce);
  watch.next += turn.length;
  for (const version of turn) {
    const artifact = await ports.get(service, version);
    if (artifact?.digest === undefined || artifact.image !== registry.image) continue;
    const { headers } = await client.head(repository, `manifests/${version}`, manifestTypes);
    const digest = headers.get('docker-content-digest');
    if (digest === null || digest === artifact.digest) watch.moved.delete(version);
    else if (watch.moved.get(version) !== digest) {
      watch.moved.set(version, digest);
      ports.log.warn(
        { service, version, known: artifact.digest, now: digest },
        'a tag was moved to another image: releases of this version stay what they were, where their place holds the digest; give the new image a version of its own',
      );
    }
  }
}
