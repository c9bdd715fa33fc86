import { z } from 'zod';
import type { Announcement } from './announcement.ts';
import { type Delivered, type Sink, sendJson } from './sink.ts';
import { shortHash } from './webhook.ts';

export interface GithubSettings {
  /** `https://api.github.com`, or that of an Enterprise Server with `/api/v3`. */
  readonly api: string;
  readonly token: string;
  /** The repository of a service's source: `acme/{service}`. */
  readonly repository: string;
}

/** What GitHub's deployment of each release is called, kept so that later states go to the same one. */
export interface GithubMemory {
  readonly read: (release: string) => Promise<string | null>;
  readonly write: (release: string, deployment: string) => Promise<void>;
}

const createdSchema = z.object({ id: z.int() });
const states = { 'release.written': 'in_progress', 'release.healthy': 'success', 'release.failed': 'failure' } as const;

/** Deployments and their states on the commit that a release was built from (REST API, "Deployments", version 2022-11-28). */
export function githubSink({ api, token, repository }: GithubSettings, memory: GithubMemory): Sink {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  };
  const base = (service: string) =>
    `${api.replace(/\/+$/, '')}/repos/${repository
      .replaceAll('{service}', service)
      .split('/')
      .map(encodeURIComponent)
      .join('/')}/deployments`;

  const deploymentOf = async (
    { environment, service = '' }: Announcement,
    release: NonNullable<Announcement['release']>,
  ): Promise<string | Exclude<Delivered, { kind: 'delivered' }>> => {
    const known = await memory.read(release.id);
    if (known !== null) return known;
    const sent = await sendJson(
      base(service),
      JSON.stringify({
        ref: release.sourceCommit,
        environment,
        description: `${release.intent} ${release.version} by ${release.requestedBy}`.slice(0, 140),
        auto_merge: false,
        // Whether it may go was decided here already.
        required_contexts: [],
        payload: { sluice: release.id, version: release.version },
      }),
      headers,
    );
    if (sent.kind !== 'answered') return sent;
    const created = createdSchema.safeParse(sent.answer.body);
    if (!created.success) return { kind: 'never', because: 'GitHub gave its deployment no id' };
    await memory.write(release.id, `${created.data.id}`);
    return `${created.data.id}`;
  };

  return {
    name: `github-${shortHash(`${api} ${repository}`)}`,
    wants: ({ event }) => event in states,
    deliver: async (announcement) => {
      const { release, event, service = '' } = announcement;
      if (release === undefined || !isState(event)) return { kind: 'delivered' };
      const deployment = await deploymentOf(announcement, release);
      if (typeof deployment !== 'string') return deployment;
      const failed = Object.entries(release.clusters).find(([, { verdict }]) => verdict === 'failed');
      const description = failed === undefined ? release.version : `${failed[0]}: ${failed[1].because ?? 'failed'}`;
      const sent = await sendJson(
        `${base(service)}/${deployment}/statuses`,
        JSON.stringify({ state: states[event], description: description.slice(0, 140), auto_inactive: true }),
        headers,
      );
      return sent.kind === 'answered' ? { kind: 'delivered' } : sent;
    },
  };
}

function isState(event: string): event is keyof typeof states {
  return event in states;
}
