import { epochMsOf } from '../../doors/time.ts';
import { type Sink, sendJson } from './sink.ts';
import { shortHash } from './webhook.ts';

export interface GrafanaSettings {
  /** Where Grafana answers: `https://grafana.example.com`. */
  readonly url: string;
  /** Of a service account that may write annotations. */
  readonly token: string;
}

/** Releases as annotations of the organisation, to be shown on any dashboard by their tags (HTTP API, POST /api/annotations). */
export function grafanaSink({ url, token }: GrafanaSettings): Sink {
  return {
    name: `grafana-${shortHash(url)}`,
    wants: ({ release }) => release !== undefined,
    deliver: async ({ event, at, service = '', environment, release }) => {
      if (release === undefined) return { kind: 'delivered' };
      const { version, from, intent, requestedBy } = release;
      const said = event.replace('release.', '');
      const sent = await sendJson(
        `${url.replace(/\/+$/, '')}/api/annotations`,
        JSON.stringify({
          time: epochMsOf(at),
          tags: ['sluice', said, `service:${service}`, `environment:${environment}`, `version:${version}`],
          text: `${service} ${from ?? 'nothing'} → ${version} in ${environment} (${intent} by ${requestedBy}): ${said}`.slice(
            0,
            500,
          ),
        }),
        { authorization: `Bearer ${token}` },
      );
      return sent.kind === 'answered' ? { kind: 'delivered' } : sent;
    },
  };
}
