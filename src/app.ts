import { joinArrival } from './app-arrival.ts';
import { joinPolicies } from './app-policies.ts';
import { createCatalog } from './catalog/catalog.ts';
import { createChat } from './chat/chat.ts';
import { ownVersion } from './commands/version.ts';
import type { Config } from './config.ts';
import { autoReleases } from './decision/auto-release.ts';
import { createDecision } from './decision/decision.ts';
import { policyKinds, readTypedLine } from './decision/typed-line.ts';
import { createDispatch } from './dispatch/dispatch.ts';
import { createBells } from './doors/bell.ts';
import { skewWords, worstSkew } from './doors/clock-skew.ts';
import { createErrorListener } from './doors/error-listener.ts';
import { messageOf, Refusal } from './doors/errors.ts';
import { type At, around } from './doors/fault-points.ts';
import { serveHttp } from './doors/http.ts';
import { createLease } from './doors/lease.ts';
import { createMetrics } from './doors/metrics.ts';
import { key, openRedis, refuseEviction, serverTimeMs, whenReady } from './doors/redis.ts';
import { keepDoing } from './doors/rounds.ts';
import { createLog, createMask, createPulse, type Log } from './doors/telemetry.ts';
import { pause, steadyClock, systemClock } from './doors/time.ts';
import { createGitops } from './gitops/gitops.ts';
import { healthRoutes } from './health-routes.ts';
import { eventRoutes } from './kubernetes/event-routes.ts';
import { pokeReceivers } from './kubernetes/receiver.ts';
import { createLedger } from './ledger/ledger.ts';
import { createMeasures, metricsRoute } from './measure.ts';
import { createAlerts } from './notify/alerts.ts';
import { createElsewhere } from './notify/elsewhere/elsewhere.ts';
import { createSinks } from './notify/elsewhere/sinks.ts';
import { createNotify } from './notify/notify.ts';
import { logTransitions } from './release-log.ts';
import { type Environment, settle } from './settle.ts';
import { createPreview } from './vocabulary/preview.ts';
import type { Release } from './vocabulary/release.ts';
import { watch } from './watch.ts';

export interface App {
  /** The port that was really bound. */
  readonly port: number;
  /** Takes requests for so long still, while it calls itself not ready; then finishes what is under way. */
  readonly stop: (drainMs?: number) => Promise<void>;
}

export interface AppOptions {
  readonly log?: Log;
  readonly at?: At;
  /** Between two messages in a channel; default: what Slack takes. */
  readonly channelEveryMs?: number;
}

/** Joins the rooms in the order of a release's way and starts them; rejects where Redis or Slack cannot be had. */
export async function startApp(config: Config, environment: Environment, options: AppOptions = {}): Promise<App> {
  const { file } = config;
  const { at } = options;
  const settled = settle(config, environment);
  const clock = systemClock;
  const log = options.log ?? createLog({ level: file.log, mask: createMask(settled.secrets) });
  const pulse = createPulse(clock);
  const redis = openRedis({ url: config.redisUrl }, 'commands', createErrorListener(log, 'Redis'));
  await whenReady(redis, 15_000).catch((error: unknown) => {
    throw new Refusal(`${messageOf(error)}. Look at REDIS_URL, and at the network.`, { cause: error });
  });
  await refuseEviction(redis, log);

  const note = logTransitions(log);
  const lease = createLease({ redis, name: 'speaker', steady: steadyClock, log });
  const bells = createBells(redis);
  const metrics = createMetrics();
  const measures = createMeasures({ metrics, environment: (name) => catalog.environment(name) });
  const kept = {
    redis,
    clock,
    onTransition: (before: Release | null, after: Release) => {
      measures.transition(before, after);
      note(before, after);
    },
  };
  const ledger = createLedger(kept);
  /** Takes nothing from a replica that does not lead any more. */
  const leading = createLedger({ ...kept, fence: lease.fence });
  const gitops = createGitops({
    ...settled,
    author: file.author,
    clock,
    log,
    onPush: measures.pushed,
    rendered: (...args) => catalog.rendered(...args),
  });
  const clockSkew = async () =>
    skewWords(
      await worstSkew(clock, [
        { name: 'Redis', now: () => serverTimeMs(redis) },
        { name: 'Slack', now: () => chat.serverTime() },
      ]),
    );
  const catalog = createCatalog({
    ...ledger,
    ...settled,
    redis,
    clock,
    log,
    policy: { ...file.policy, lane: settled.policyLane },
    gitops,
    onArtifact: (work) => {
      at?.('artifact.kept');
      dispatch.nudge(work);
    },
    onChecks: () => reconsider().catch((error) => log.debug({ err: messageOf(error) }, 'the sweep will find it')),
    membersOf: (handle) => chat.membersOf(handle),
  });
  const alerts = createAlerts({ ...ledger, channels: catalog.channels });
  const chat = createChat({
    ...ledger,
    accept: around(at, 'accept', ledger.accept),
    acceptSigned: around(at, 'accept', ledger.acceptSigned),
    acceptChain: around(at, 'accept', ledger.acceptChain),
    onCall: measures.called,
    directoryBell: { ring: () => bells.ring('groups'), rings: () => bells.rings('groups') },
    publicHost: file.http.url === undefined ? undefined : new URL(file.http.url).host,
    slack: { ...config.slack, connection: settled.connection, team: file.slack.team },
    clock,
    log,
    catalog,
    policies: {
      kinds: policyKinds,
      read: (text) => readTypedLine(text, catalog.names()),
      preview: (...args) => policies.desk.preview(...args),
      commit: (...args) => policies.desk.commit(...args),
      vote: (...args) => policies.desk.vote(...args),
      withdraw: (...args) => policies.desk.withdraw(...args),
      open: async () => (await ledger.openChanges()).map(({ id }) => id),
    },
    decision: {
      may: (...args) => decision.may(...args),
      mayVote: (...args) => decision.mayVote(...args),
      mayReview: (...args) => decision.mayReview(...args),
    },
    preview: createPreview({ plan: catalog.plan, decide: (...args) => decision.decide(...args) }),
    clusters: () => kubernetes.status(),
    overviews: () => kubernetes.overviews(),
    deliveries: (service, environment) => kubernetes.deliveries(service, environment),
    nudge: (work) => dispatch.nudge(work),
    reconcile: async (cluster, object) => {
      const requested = await kubernetes.reconcile(cluster, object);
      const own = settled.receivers.filter((receiver) => receiver.cluster === cluster);
      if (requested.kind !== 'not-granted' || own.length === 0) return requested;
      await pokeReceivers(own, log);
      return { kind: 'poked' };
    },
    confirmRecord: async (by) => {
      await ledger.confirm(by);
      await reconsider();
    },
    resumeLane: (lane) => dispatch.resumeLane(lane),
  });
  const decision = createDecision({
    ...ledger,
    snapshot: catalog.toDecideBy,
    artifact: catalog.artifact,
    membersOf: chat.membersOf,
    person: chat.person,
    clockSkew,
    clock,
  });
  const policies = joinPolicies({
    file,
    settled,
    clock,
    log,
    ledger,
    gitops,
    catalog,
    chat,
    nudge: (work) => dispatch.nudge(work),
  });
  const dispatch = createDispatch({
    ...ledger,
    ...alerts,
    clustersOf: (environment) => catalog.environment(environment)?.clusters ?? [],
    timeZoneOf: (environment) => catalog.environment(environment)?.timezone ?? 'UTC',
    redisUrl: config.redisUrl,
    clock,
    log,
    pulse,
    plan: catalog.plan,
    decide: async (...args) => measures.decided(await decision.decide(...args)),
    clockSkew,
    artifact: catalog.artifact,
    newestOf: async (service, branch) => (await catalog.artifacts(service, { branch, limit: 1 }))[0]?.version ?? null,
    autoReleases: async (artifact) => autoReleases(await catalog.refresh(), artifact),
    gitops,
    at,
    policyLane: policies.lane,
    afterPush: async () => {
      kubernetes.refresh();
      await Promise.all([pokeReceivers(settled.receivers, log), bells.ring('pushed')]);
    },
  });
  /** Looks again at everything that is held: a fact that it may wait for has changed. */
  const reconsider = async () => {
    const held = (await ledger.open()).filter(({ state }) => state.kind === 'held').map(({ id }) => `release/${id}`);
    await ledger.markAllDue(held);
    for (const work of held) dispatch.nudge(work);
  };
  const kubernetes = joinArrival({
    settled,
    clock,
    log,
    pulse,
    lease,
    bells,
    ledger,
    leading,
    gitops,
    catalog,
    nudge: (work) => dispatch.nudge(work),
    reconsider,
    at,
  });
  const notify = createNotify({
    ...ledger,
    ...catalog,
    ...chat,
    post: around(at, 'post', chat.post),
    update: around(at, 'update', chat.update),
    notePosted: around(at, 'note', ledger.notePosted),
    setCursor: around(at, 'cursor', ledger.setCursor),
    channelEveryMs: options.channelEveryMs,
    clock,
    log,
    pulse,
    commitUrl: (repository) => file.repositories[repository]?.commitUrl,
    term: lease.term,
  });

  const elsewhere = createElsewhere(
    { ...ledger, lines: ledger.feed, clock, log, pulse },
    createSinks(settled.announce, { ...ledger, clock, putTag: gitops.putTag }),
  );

  const ending = new AbortController();
  const watched = watch({
    ...settled,
    gitops,
    catalog,
    alerts,
    ledger,
    clockSkew,
    refreshed: kubernetes.refresh,
    leads: lease.held,
  });
  // Names are known before the first command comes; a remote that is away holds up nobody.
  await Promise.race([watched[0]?.run().catch(() => {}), pause(5_000)]);
  const rounds = watched.map((round) => keepDoing(round, { log, pulse }, ending.signal));
  let isLeaving = false;
  const http = await serveHttp({
    host: file.http.host,
    port: config.port,
    log,
    routes: [
      ...catalog.artifactRoutes,
      ...chat.routes,
      ...eventRoutes({ providers: settled.providers, hint: kubernetes.hint, log }),
      ...healthRoutes(pulse.late, () => !isLeaving && chat.connected() && redis.status === 'ready'),
      metricsRoute({
        ...ledger,
        metrics,
        clock,
        log,
        lanes: Object.values(settled.lanes),
        write: () => redis.set(key('written'), clock.now(), 'PX', 60_000),
        clusters: kubernetes.status,
        connected: chat.connected,
        late: pulse.late,
        ages: pulse.ages,
        version: ownVersion(),
      }),
    ],
  });
  await lease.start();
  // What was left undone is decided right away, and asks who people are.
  await Promise.race([chat.meet(), pause(3_000)]);
  await dispatch.start();
  notify.start();
  elsewhere.start();
  await kubernetes.start();
  await chat.start();
  log.info({ port: http.port }, 'Sluice is ready');
  return {
    port: http.port,
    stop: async (drainMs = 0) => {
      isLeaving = true;
      await pause(drainMs);
      ending.abort();
      // The door first: whoever comes now finds nobody and is sent to another replica, and whoever is inside is answered.
      await http.close();
      await chat.stop();
      await Promise.all([dispatch.stop(), kubernetes.stop(), notify.stop(), elsewhere.stop(), ...rounds]);
      await lease.stop();
      gitops.close();
      redis.disconnect();
    },
  };
}

/** For the last lines of the log. */
const lingerMs = 1_000;

/** `serve`: runs until SIGINT or SIGTERM, then ends in good order. */
export async function serveUntilStopped(
  config: Config,
  environment: Environment,
  options: AppOptions = {},
): Promise<void> {
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
  const app = await startApp(config, environment, options);
  // Whoever types Ctrl-C has no balancer before it.
  const drains = (await stopped) === 'SIGTERM';
  await app.stop(drains ? config.file.http.drainSeconds * 1_000 : 0);
  // Work that did not end in time is others' now, and must not keep this process until it is killed.
  setTimeout(() => process.exit(), lingerMs).unref();
}
