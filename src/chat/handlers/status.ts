import type { Instant } from '../../doors/time.ts';
import { signalOf } from '../../vocabulary/drift.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import type { MessageBody } from '../../words/blocks.ts';
import type { ChatPorts, ClusterStatus } from '../ports.ts';
import { deliveryReply } from '../views/delivery.ts';
import { type SeenOn, type Standing, statusReply, urgencyOf } from '../views/status.ts';

interface Scope {
  readonly service?: string;
  readonly environment?: string;
}

/** How far each is behind is read for these alone, as a message holds no more. */
const servicesShown = 40;

/** `status`: what runs where, of a scope; those that need somebody first. */
export async function whatRuns(ports: ChatPorts, scope: Scope): Promise<MessageBody> {
  const [deployed, holds, drifts] = await Promise.all([ports.catalog.deployed(), ports.holds(), ports.drifts()]);
  const clusters = ports.clusters();
  const known = deployed.filter((each) => isWithin(scope, each));
  const standings = known.map(
    (place): Standing => ({
      ...place,
      clusters: (ports.catalog.environment(place.environment)?.clusters ?? []).map((cluster) =>
        seenOn(cluster, clusters, place),
      ),
      lags: [],
      holds: holds.filter((hold) => isWithin(scopeOf(hold), place)),
      // What is suspended is said by name, and what is told as one is counted one by one.
      drifts: drifts.filter((drift) => !['many', 'suspended'].includes(signalOf(drift)) && isOf(drift, place)).length,
    }),
  );
  const services = [...Map.groupBy(standings, ({ service }) => service).values()].toSorted(
    (a, b) => urgencyOf(a) - urgencyOf(b) || (a[0]?.service ?? '').localeCompare(b[0]?.service ?? ''),
  );
  const shown = services.slice(0, servicesShown).flat();
  const versionIn = (service: string, environment: string) =>
    deployed.find((each) => each.service === service && each.environment === environment)?.version;
  return statusReply({
    title: titleOf(scope),
    standings: await Promise.all(shown.map((each) => completed(ports, each, versionIn))),
    more: Math.max(0, services.length - servicesShown),
    nowMs: ports.clock.now(),
  });
}

/** `status SERVICE ENV`: the way from the commit to the pods, on every cluster of the environment. */
export async function wholeWay(ports: ChatPorts, service: string, environment: string): Promise<MessageBody> {
  const deliveries = ports.deliveries(service, environment);
  const clusters = ports.catalog.environment(environment)?.clusters ?? [];
  const missing = clusters.filter((name) => !deliveries.some(({ cluster }) => cluster === name));
  return deliveryReply({ service, environment, deliveries, missing, nowMs: ports.clock.now() });
}

type Place = { readonly service: string; readonly environment: string; readonly version: string };

function seenOn(cluster: string, all: readonly ClusterStatus[], { service, environment }: Place): SeenOn {
  const status = all.find((each) => each.cluster === cluster);
  const own = status?.services.find((each) => each.service === service && each.environment === environment);
  return {
    cluster,
    verdict: own?.verdict,
    since: own?.verdict.since,
    staleSince: status?.staleSince,
    suspended: own?.suspended ?? [],
  };
}

/** With what takes reading: since when it is healthy by the record, and how far it is behind. */
async function completed(
  ports: ChatPorts,
  standing: Standing,
  versionIn: (service: string, environment: string) => string | undefined,
): Promise<Standing> {
  const { service, environment, version, clusters } = standing;
  const before = ports.catalog.environment(environment)?.after ?? [];
  const others = before.flatMap((name) => {
    const there = versionIn(service, name);
    return there === undefined ? [] : [{ than: name, version: there }];
  });
  const [times, lags] = await Promise.all([
    ports.healthyTimes(service, environment),
    others.length === 0
      ? ports.catalog.lag(service, version).then((lag) => [{ than: 'main', lag }])
      : Promise.all(
          others.map(async (other) => ({
            than: other.than,
            lag: await ports.catalog.lag(service, version, other.version),
          })),
        ),
  ]);
  const healthySince = (cluster: string): Instant | undefined =>
    times.find((each) => each.cluster === cluster && each.version === version && each.isRunning)?.since;
  return {
    ...standing,
    // Of the main branch it is no news that nothing of it is known.
    lags: lags.filter(({ than, lag }) => than !== 'main' || lag.kind !== 'unknown'),
    clusters: clusters.map((each) =>
      each.verdict?.kind === 'healthy' ? { ...each, since: healthySince(each.cluster) ?? each.since } : each,
    ),
  };
}

function titleOf({ service, environment }: Scope): string {
  if (service !== undefined) return service;
  return environment === undefined ? 'What runs' : `What runs in ${environment}`;
}

function scopeOf({ service, environment }: Hold): Scope {
  return { ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) };
}

function isWithin(scope: Scope, { service, environment }: { service: string; environment: string }): boolean {
  return (scope.service ?? service) === service && (scope.environment ?? environment) === environment;
}

/** What drifts of a service itself; a drift of several is listed by `drift`. */
function isOf(drift: { readonly service?: string | undefined; readonly environment: string }, place: Place): boolean {
  return drift.service === place.service && drift.environment === place.environment;
}
