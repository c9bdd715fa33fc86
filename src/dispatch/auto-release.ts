import type { Log } from '../doors/telemetry.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { Person } from '../vocabulary/person.ts';
import type { Release, Request } from '../vocabulary/release.ts';

export interface AutoReleasePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly artifact: (service: string, version: string) => Promise<Artifact | null>;
  /** The version of a branch that was built last. */
  readonly newestOf: (service: string, branch: string) => Promise<string | null>;
  /** Where `sluice.yaml` lets it go by itself, and as whom; rejects (Retryable) while nobody can tell. */
  readonly autoReleases: (artifact: Artifact) => Promise<{
    readonly requester: Person;
    readonly targets: readonly { readonly environment: string; readonly channel: string }[];
  }>;
  readonly nudge: (work: string) => void;
  readonly accept: (request: Request, payload: string) => Promise<{ readonly release: Release }>;
}

/** The artifact of `artifact/<service>/<version>`. */
export function artifactOf(work: string): { readonly service: string; readonly version: string } | null {
  const [, service, version] = /^artifact\/([^/]+)\/([^/]+)$/.exec(work) ?? [];
  return service === undefined || version === undefined ? null : { service, version };
}

/**
 * Asks for the releases of a new artifact that no person has to ask for. One for each environment: done twice, as after
 * a crash, it finds what it has asked for.
 */
export async function releaseArtifact(
  ports: AutoReleasePorts,
  named: { readonly service: string; readonly version: string },
): Promise<void> {
  const { service, version } = named;
  const artifact = await ports.artifact(service, version);
  if (artifact === null) return;
  const { requester, targets } = await ports.autoReleases(artifact);
  if (targets.length === 0) return;
  const newest = await ports.newestOf(service, artifact.branch);
  if (newest !== version) {
    // A slow build of an older commit: going there would take away what is newer.
    ports.log.info({ service, version, newest }, 'an artifact came late and does not go by itself');
    return;
  }
  for (const { environment, channel } of targets) {
    const request: Request = {
      intent: 'release',
      service,
      environment,
      wanted: { kind: 'named', name: version },
      requester,
      at: instantOf(ports.clock.now()),
      asked: { channel },
    };
    const { release } = await ports.accept(request, `artifact:${service}:${version}:${environment}`);
    ports.nudge(`release/${release.id}`);
  }
}
