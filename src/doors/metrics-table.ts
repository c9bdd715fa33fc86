interface Row {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** What the number is. */
  readonly says: string;
  /** What it tells those who run Sluice, and when to look. */
  readonly look: string;
  /** Upper ends, in seconds. */
  readonly buckets?: readonly number[];
}

const callBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const releaseBuckets = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400];
/** What is in Redis is the same for every replica: take the largest, not the sum. */
const shared = 'Every replica tells the same: take max, not sum.';

/** Every metric of Sluice: registered from here, and told to people from here. Labels hold closed lists or names of the configuration. */
export const metricsTable = {
  sluice_build_info: {
    type: 'gauge',
    labels: ['version', 'node'],
    says: 'Always 1; which version of Sluice and of Node answers.',
    look: 'Which version runs, and whether a rollout is through.',
  },
  sluice_decisions_total: {
    type: 'counter',
    labels: ['kind', 'reason'],
    says: 'Decisions in the queue and right before a push: allowed, held or denied, once for each reason (none: no reason).',
    look: 'What stops people most. policy-file-invalid, directory-unreadable, clock-skewed and record-not-confirmed want an operator.',
  },
  sluice_releases_total: {
    type: 'counter',
    labels: ['environment', 'end'],
    says: 'Releases by how they ended before the clusters: written, denied, unchanged, rejected, expired, cancelled, superseded.',
    look: 'How often each environment is released to.',
  },
  sluice_release_failures_total: {
    type: 'counter',
    labels: ['environment'],
    says: 'Written releases that failed in a cluster, each once.',
    look: 'Over sluice_releases_total{end="written"} it is the change failure rate.',
  },
  sluice_release_written_seconds: {
    type: 'histogram',
    labels: ['environment'],
    buckets: releaseBuckets,
    says: 'From the request to the commit in the GitOps repository, waiting for votes and windows included.',
    look: 'Where nothing is held, some seconds; more says that Git is slow, or the lane stands.',
  },
  sluice_release_healthy_seconds: {
    type: 'histogram',
    labels: ['environment'],
    buckets: releaseBuckets,
    says: 'From the commit to ready pods of the wanted image in every cluster of the environment.',
    look: 'Grows with slow Flux, slow pulls and slow pods.',
  },
  sluice_releases_open: {
    type: 'gauge',
    labels: ['state'],
    says: 'Releases that are not written yet: requested, held, queued, writing.',
    look: `The depth of the queue. requested, queued or writing above 0 for minutes: look at the lane. ${shared}`,
  },
  sluice_lane_oldest_seconds: {
    type: 'gauge',
    labels: ['repository', 'branch'],
    says: 'How long the oldest release of a branch has been queued; 0 when none is.',
    look: `Above 60: the remote does not answer or refuses; the channel and the log say why. ${shared}`,
  },
  sluice_messages_waiting: {
    type: 'gauge',
    labels: [],
    says: 'Messages that do not show yet what is on record.',
    look: `Above 0 for minutes: Slack is away, limits the rate, or refuses. ${shared}`,
  },
  sluice_git_pushes_total: {
    type: 'counter',
    labels: ['repository', 'outcome'],
    says: 'Pushes: pushed; behind (somebody else was first, and all is tried again); refused; unreachable.',
    look: 'refused stops the lane until somebody mends it. Much behind: others write to the branch all the time.',
  },
  sluice_slack_calls_total: {
    type: 'counter',
    labels: ['method', 'outcome'],
    says: 'Calls to Slack: answered, ratelimited (429), failed (another status, or no answer in time).',
    look: 'ratelimited: too many channels or changes at once; failed: Slack is away, or the network.',
  },
  sluice_slack_call_seconds: {
    type: 'histogram',
    labels: [],
    buckets: callBuckets,
    says: 'How long Slack takes to answer a call.',
    look: 'Messages are late by this much.',
  },
  sluice_slack_connected: {
    type: 'gauge',
    labels: [],
    says: '1 while Slack is heard: the socket is open, or requests are taken.',
    look: '0 for a minute: nobody can ask for anything.',
  },
  sluice_redis_up: {
    type: 'gauge',
    labels: [],
    says: '1 where Redis takes a small write; 0 where it is away, or its memory or disk is full.',
    look: '0: nothing is accepted and nothing is pushed.',
  },
  sluice_redis_ping_seconds: {
    type: 'gauge',
    labels: [],
    says: 'How long Redis took to write a little down for this scrape.',
    look: 'Each acknowledgement to Slack waits for one or two such writes; above 0.1 look at the disk of Redis.',
  },
  sluice_cluster_stale_seconds: {
    type: 'gauge',
    labels: ['cluster'],
    says: 'Since when what Sluice knows of a cluster may be out of date; 0 while its watches are fresh.',
    look: 'Above 60: the API server or the way to it is away, or a right is missing; verdicts wait.',
  },
  sluice_drifts_open: {
    type: 'gauge',
    labels: ['cluster', 'signal'],
    says: 'Places where a cluster does not hold what Git says.',
    look: `The channels tell each of them. ${shared}`,
  },
  sluice_loops_late: {
    type: 'gauge',
    labels: [],
    says: 'Loops of this process that have not gone round in time; /healthz names them.',
    look: 'Above 0: /healthz fails, and Kubernetes starts the process again.',
  },
  sluice_loop_age_seconds: {
    type: 'gauge',
    labels: ['loop'],
    says: 'How long ago each loop of this process went round last.',
    look: 'Which loop stands still, and since when.',
  },
} as const satisfies Record<string, Row>;

export type MetricName = keyof typeof metricsTable;
type OfType<T extends Row['type']> = {
  [N in MetricName]: (typeof metricsTable)[N]['type'] extends T ? N : never;
}[MetricName];
export type CounterName = OfType<'counter'>;
export type GaugeName = OfType<'gauge'>;
export type HistogramName = OfType<'histogram'>;
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof metricsTable)[N]['labels'][number], string>>;
