import type { Clock } from '../../doors/time.ts';
import { type GithubSettings, githubSink } from './github.ts';
import { type GrafanaSettings, grafanaSink } from './grafana.ts';
import type { Sink } from './sink.ts';
import { type PutTag, type TagSettings, tagsSink } from './tags.ts';
import { type TraceSettings, tracesSink } from './traces.ts';
import { type WebhookSettings, webhookSink } from './webhook.ts';

export interface AnnounceSettings {
  readonly webhooks: readonly WebhookSettings[];
  readonly grafana?: GrafanaSettings | undefined;
  readonly github?: GithubSettings | undefined;
  readonly traces?: TraceSettings | undefined;
  readonly tags?: TagSettings | undefined;
}

export interface SinkPorts {
  readonly clock: Clock;
  readonly feedTold: (name: string, subject: string) => Promise<string | null>;
  readonly putTag: PutTag;
  readonly setFeedTold: (name: string, subject: string, told: string) => Promise<void>;
}

/** Everybody whom the configuration names. */
export function createSinks(
  { webhooks, grafana, github, traces, tags }: AnnounceSettings,
  ports: SinkPorts,
): readonly Sink[] {
  const memory = {
    read: (release: string) => ports.feedTold('github-deployment', release),
    write: (release: string, deployment: string) => ports.setFeedTold('github-deployment', release, deployment),
  };
  return [
    ...webhooks.map((settings) => webhookSink(settings, ports.clock)),
    ...(grafana === undefined ? [] : [grafanaSink(grafana)]),
    ...(github === undefined ? [] : [githubSink(github, memory)]),
    ...(tags === undefined ? [] : [tagsSink(tags, ports.putTag)]),
    ...(traces === undefined ? [] : [tracesSink(traces)]),
  ];
}
