import type { ArtifactCallers } from '../artifact-settings.ts';
import type { Route } from '../doors/http.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import { type ArtifactRoutePorts, artifactRoutes, type Manifests } from './artifact-route.ts';
import type { Added, Artifacts } from './artifacts.ts';
import { createCallers } from './callers/callers.ts';
import { createRegistryReader, type ReaderPorts } from './registry/reader.ts';
import type { RenderedStore } from './rendered-store.ts';
import type { Service } from './sluice-file.ts';

export interface IncomingPorts {
  readonly artifacts: Artifacts;
  readonly rendered: Pick<RenderedStore, 'keep'>;
  readonly callers: ArtifactCallers | undefined;
  readonly registries: ReaderPorts['registries'];
  readonly servicesWith: ArtifactRoutePorts['servicesWith'];
  /** What `sluice.yaml` says of services, as it stands. */
  readonly named: () => Readonly<Record<string, Service>>;
  readonly onAdded: (artifact: Artifact) => void;
  /** A known artifact has newer checks. */
  readonly onRenewed: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Incoming {
  /** `manifests`: what CI rendered for it, by environment. */
  readonly addArtifact: (artifact: Artifact, manifests?: Manifests) => Promise<Added>;
  readonly artifactRoutes: readonly Route[];
  /** Looks into the registries that services name for versions that nobody posted; those whose turn it is. Never rejects. */
  readonly readRegistries: () => Promise<void>;
}

/** The ways on which artifacts come: posted by CI, or found in a registry. */
export function createIncoming(ports: IncomingPorts): Incoming {
  const { artifacts, named } = ports;
  const addArtifact: Incoming['addArtifact'] = async (artifact, manifests = {}) => {
    await ports.rendered.keep(artifact, manifests);
    const added = await artifacts.add(artifact);
    if (added.kind === 'added') ports.onAdded(artifact);
    if (added.kind === 'renewed') ports.onRenewed();
    return added;
  };
  const kept = { ...ports, add: addArtifact, rows: artifacts.rows, get: artifacts.get };
  return {
    addArtifact,
    artifactRoutes: artifactRoutes({ ...kept, admit: createCallers(ports.callers, ports.clock) }),
    readRegistries: createRegistryReader({
      ...kept,
      forms: () =>
        Object.entries(named()).flatMap(([service, { registry }]) =>
          registry === undefined ? [] : [{ service, registry }],
        ),
    }),
  };
}
