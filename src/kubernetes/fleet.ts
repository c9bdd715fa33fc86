import type { Drift, SeenDrift } from '../vocabulary/drift.ts';
import { type ClusterJudgement, clustersApart } from './drift/apart.ts';
import type { DriftStep } from './drift/drift-tracker.ts';
import { createFleetDrifts } from './drift/fleet-drifts.ts';
import { createOutbox } from './outbox.ts';
import type { KubernetesPorts } from './ports.ts';

type Ports = Pick<KubernetesPorts, 'clock' | 'log' | 'onDrift' | 'onDriftEnded'>;

/** What no cluster shows alone: that clusters of one environment differ, and that Git was changed past Sluice. */
export function createFleet({ clock, log, onDrift, onDriftEnded }: Ports, drifts: readonly Drift[]) {
  const outbox = createOutbox(log);
  const apart = createFleetDrifts('apart', drifts);
  const outside = createFleetDrifts('outside', drifts);
  /** What is open in the clusters themselves: it explains why they differ. */
  const open = new Map<string, SeenDrift>(drifts.map((drift) => [drift.id, drift]));
  const tell = ({ seen, ended }: DriftStep): void => {
    for (const drift of seen) outbox.put(`drift/${drift.id}`, async () => void (await onDrift(drift)));
    for (const { id, how } of ended) outbox.put(`drift/${id}`, async () => void (await onDriftEnded(id, how)));
    void outbox.flush();
  };
  return {
    note: (drift: SeenDrift) => void open.set(drift.id, drift),
    forget: (id: string) => void open.delete(id),
    compare: (clusters: readonly ClusterJudgement[]) =>
      tell(apart.step(clustersApart(clusters, open.values(), clock.now()), clock.now())),
    lookOutside: (found: readonly SeenDrift[]) => tell(outside.step(found, clock.now())),
  };
}
