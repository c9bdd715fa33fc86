import { messageOf } from '../doors/errors.ts';
import { instantOf } from '../doors/time.ts';
import type { Delivery } from '../vocabulary/delivery.ts';
import { createClusterDesk } from './cluster-desk.ts';
import { openCluster } from './clusters.ts';
import { createFleet } from './fleet.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { ClusterOverview, ClusterStatus, Kubernetes, KubernetesPorts } from './ports.ts';

const pollMs = 5_000;
const tickMs = 1_000;
/** Git and Redis are given up on before; what takes longer does not end by itself. */
const pollWithinMs = 45_000;

/** Watches all clusters; one replica of all says what became of what Git wants of them. */
export function createKubernetes(ports: KubernetesPorts): Kubernetes {
  const { clock, log, pulse } = ports;
  const open = ports.openCluster ?? openCluster;
  let desks: ReturnType<typeof createClusterDesk>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let polledMs = 0;
  let fleet: ReturnType<typeof createFleet> | null = null;
  const onDrift: typeof ports.onDrift = (seen) => {
    fleet?.note(seen);
    return ports.onDrift(seen);
  };
  const onDriftEnded: typeof ports.onDriftEnded = (id, how) => {
    fleet?.forget(id);
    return ports.onDriftEnded(id, how);
  };

  const term = ports.term ?? (() => 0);
  let leading: number | null = null;
  /** Whoever begins to lead goes on from what is on record. */
  const changeLead = oneAtATime(async () => {
    const now = term();
    if (now === leading) return;
    leading = null;
    fleet = null;
    for (const desk of desks) desk.follow();
    if (now === null) return;
    const drifts = await (ports.openDrifts?.() ?? Promise.resolve([])).catch((error: unknown) => {
      log.warn({ err: messageOf(error) }, 'open drifts cannot be read; those that ended meanwhile stay open');
      return [];
    });
    // What was read before may be older than what the one before it wrote last.
    await polling.idle();
    leading = now;
    fleet = createFleet(ports, drifts);
    for (const desk of desks) desk.lead(drifts.filter(({ cluster }) => cluster === desk.name));
    refresh();
  });
  let rings = '';
  const listen = oneAtATime(async () => {
    const now = await (ports.pushes?.() ?? Promise.resolve('')).catch(() => rings);
    if (now !== rings) refresh();
    rings = now;
  });

  const polling = oneAtATime(async () => {
    polledMs = clock.now();
    try {
      const byCluster = Map.groupBy(await ports.expected(), ({ cluster }) => cluster);
      for (const desk of desks) desk.expect(byCluster.get(desk.name) ?? []);
      if (ports.outside !== undefined) fleet?.lookOutside(await ports.outside());
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'what clusters should run cannot be told at the moment');
    }
    pulse.beat('arrivals', pollMs + pollWithinMs);
  });
  const refresh = () => void polling.ask();
  const tick = () => {
    pulse.beat('kubernetes', 30_000);
    void changeLead.ask();
    void listen.ask();
    if (clock.now() - polledMs >= pollMs || clock.now() < polledMs) refresh();
    for (const desk of desks) desk.tick();
    fleet?.compare(desks.map((desk) => ({ cluster: desk.name, ...desk.judged() })));
  };

  return {
    start: async () => {
      desks = Object.entries(ports.clusters).map(([name, config]) =>
        createClusterDesk({
          ...ports,
          onDrift,
          onDriftEnded,
          name,
          api: open(config),
          random: ports.random ?? Math.random,
        }),
      );
      pulse.beat('arrivals', pollMs + pollWithinMs);
      await changeLead.ask();
      timer = setInterval(tick, tickMs);
      tick();
    },
    stop: async () => {
      clearInterval(timer);
      pulse.stop('kubernetes');
      await Promise.all(desks.map((desk) => desk.stop()));
      await Promise.all([polling.idle(), changeLead.idle(), listen.idle()]);
      pulse.stop('arrivals');
    },
    status: () =>
      desks.map((desk): ClusterStatus => {
        const { staleSince, because, ...rest } = desk.state();
        return {
          cluster: desk.name,
          ...rest,
          ...(staleSince === null ? {} : { staleSince: instantOf(staleSince) }),
          ...(because === null ? {} : { because }),
        };
      }),
    overviews: () =>
      desks.map((desk): ClusterOverview => {
        const { staleSince, because, reachable, flux, services } = desk.state();
        const { heardAt, ...rest } = desk.overview();
        return {
          ...{ cluster: desk.name, reachable, flux, services: services.length, ...rest },
          ...(heardAt === null ? {} : { heardAt: instantOf(heardAt) }),
          ...(staleSince === null ? {} : { staleSince: instantOf(staleSince) }),
          ...(because === null ? {} : { because }),
        };
      }),
    deliveries: (service, environment) =>
      desks.flatMap((desk): Delivery[] => {
        const delivery = desk.delivery(service, environment);
        const { staleSince } = desk.state();
        if (delivery === null) return [];
        return [
          { cluster: desk.name, ...delivery, ...(staleSince === null ? {} : { staleSince: instantOf(staleSince) }) },
        ];
      }),
    reconcile: async (cluster, object) => {
      const desk = desks.find(({ name }) => name === cluster);
      if (desk === undefined || ports.clusters[cluster]?.reconcile !== true) return { kind: 'not-granted' };
      return desk.reconcile(object);
    },
    hint: (cluster, object) => desks.find(({ name }) => name === cluster)?.hint(object),
    refresh,
  };
}
