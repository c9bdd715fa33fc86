import { messageOf } from '../../doors/errors.ts';
import type { Log } from '../../doors/telemetry.ts';
import type { Clock } from '../../doors/time.ts';
import type { RegistryAccess } from '../../registry-settings.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import type { Added, ArtifactRow } from '../artifacts.ts';
import { foundArtifact } from './found-artifact.ts';
import { readImage } from './image-facts.ts';
import { type TagWatch, watchTags } from './moved-tags.ts';
import { createRegistryClient, type RegistryClient } from './registry-client.ts';
import type { RegistryForm } from './registry-form.ts';
import { listTags, versionTags } from './tags.ts';

export interface ReaderPorts {
  /** By the host that images begin with. */
  readonly registries: Readonly<Record<string, RegistryAccess>>;
  /** The services that name a registry, as `sluice.yaml` stands. */
  readonly forms: () => readonly { readonly service: string; readonly registry: RegistryForm }[];
  readonly rows: (service: string) => Promise<readonly ArtifactRow[]>;
  readonly get: (service: string, version: string) => Promise<Artifact | null>;
  readonly add: (artifact: Artifact) => Promise<Added>;
  readonly clock: Clock;
  readonly log: Log;
}

/** So many images are read in one go, so that a new service does not hold up the others. */
const imagesAtOnce = 50;
const everyMs = 60_000;
const goMs = 45_000;

/**
 * Looks into registries for versions that nobody posted, each service once a minute. A version is immutable: of a tag
 * that is known only its digest is looked at again, and that it was moved is said. Trouble with one service is logged
 * when it begins and when it ends, and keeps no other from being read. Never rejects.
 */
export function createRegistryReader(ports: ReaderPorts): () => Promise<void> {
  const { clock, log } = ports;
  const clients = new Map<string, RegistryClient>();
  const kept = new Map<string, Reading>();

  const clientOf = (host: string): RegistryClient => {
    const access = Object.hasOwn(ports.registries, host) ? ports.registries[host] : undefined;
    if (access === undefined) throw new Error(`registries in the configuration of Sluice does not name ${host}`);
    const client = clients.get(host) ?? createRegistryClient(access, clock);
    clients.set(host, client);
    return client;
  };

  const readOne = async (reading: Reading, signal: AbortSignal): Promise<void> => {
    const { service, registry, settled } = reading;
    const [host = '', ...path] = registry.image.split('/');
    const repository = path.join('/');
    const whole = clientOf(host);
    const client: RegistryClient = {
      get: (name, what, accept) => whole.get(name, what, accept, signal),
      head: (name, what, accept) => whole.head(name, what, accept, signal),
    };
    const known = new Set((await ports.rows(service)).map(({ version }) => version));
    const tags = versionTags(await listTags(client, repository), registry.tags);
    for (const tag of settled) if (!tags.includes(tag)) settled.delete(tag);
    const artifacts: Artifact[] = [];
    try {
      for (const tag of tags.filter((each) => !known.has(each) && !settled.has(each)).slice(0, imagesAtOnce)) {
        const found = foundArtifact(service, tag, registry, await readImage(client, repository, tag), clock.now());
        if (found.kind === 'artifact') {
          artifacts.push(found.artifact);
          continue;
        }
        settled.add(tag);
        log.warn({ service, version: tag, because: found.because }, 'an image of the registry is no artifact');
      }
    } finally {
      // The newest first: what goes by itself is the newest of its branch, and nothing that it has overtaken.
      for (const artifact of artifacts.toSorted((a, b) => b.builtAt.localeCompare(a.builtAt)))
        await ports.add(artifact);
    }
    await watchTags(
      ports,
      client,
      { ...reading, repository },
      tags.filter((tag) => known.has(tag)),
    );
  };

  return async () => {
    const readings = ports.forms().map((form): readonly [string, Reading] => {
      const name = JSON.stringify(form);
      return [name, kept.get(name) ?? begun(form.service, form.registry)];
    });
    kept.clear();
    for (const [name, reading] of readings) kept.set(name, reading);
    const due = [...kept.values()]
      .filter(({ atMs }) => clock.now() - atMs >= everyMs)
      .toSorted((a, b) => a.atMs - b.atMs);
    const signal = AbortSignal.timeout(goMs);
    for (const reading of due) {
      if (signal.aborted) return;
      reading.atMs = clock.now();
      const { service, registry, trouble } = reading;
      try {
        await readOne(reading, signal);
        reading.trouble = null;
        if (trouble !== null) log.info({ service }, 'its registry can be read again');
      } catch (error) {
        reading.trouble = messageOf(error);
        if (reading.trouble !== trouble)
          log.warn({ service, image: registry.image, err: reading.trouble }, 'its registry cannot be read');
      }
    }
  };
}

/** What is remembered of one service from one look to the next. */
interface Reading {
  readonly service: string;
  readonly registry: RegistryForm;
  /** Tags that are kept, that are no artifacts, or that were forgotten as too old: read again they would say the same. */
  readonly settled: Set<string>;
  readonly watch: TagWatch;
  atMs: number;
  trouble: string | null;
}

function begun(service: string, registry: RegistryForm): Reading {
  return {
    service,
    registry,
    settled: new Set(),
    watch: { next: 0, moved: new Map() },
    atMs: Number.NEGATIVE_INFINITY,
    trouble: null,
  };
}
