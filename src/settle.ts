import { isAbsolute, join } from 'node:path';
import type { ArtifactCallers } from './artifact-settings.ts';
import type { Config } from './config.ts';
import { Refusal } from './doors/errors.ts';
import { redisSecrets } from './doors/redis-url.ts';
import { readSecret, type SecretSource } from './doors/secret.ts';
import { addressOf, type RegistryAccess } from './registry-settings.ts';
import type { Lane } from './vocabulary/change.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Each part of the configuration with its secrets read and its paths made absolute; a Refusal where a secret is missing. */
export function createParts(config: Config, environment: Environment) {
  const { file } = config;
  const { connection } = config.slack;
  const secrets: string[] = [
    config.slack.botToken,
    ...(connection.mode === 'socket' ? [connection.appToken] : []),
    ...redisSecrets(config.redisUrl),
  ];
  const secret = (source: SecretSource) => {
    const value = readSecret(source, environment);
    secrets.push(value);
    return value;
  };
  /** One that may be written anew while Sluice runs; read once now, as one that is missing is to be told at the start. */
  const renewable = (source: SecretSource) => {
    let known = secret(source);
    return (): string => {
      const value = readSecret(source, environment);
      if (value !== known) secrets.splice(secrets.indexOf(known), 1);
      if (value !== known) secrets.push(value);
      known = value;
      return value;
    };
  };
  const absolute = (path: string) => (isAbsolute(path) ? path : join(config.folder, path));
  return {
    /** Every secret that was read so far, to be masked. */
    secrets,
    absolute,
    connection: () =>
      connection.mode === 'socket'
        ? connection
        : { mode: 'http' as const, signingSecret: secret(connection.signingSecret) },
    repository: (repository: Config['file']['repositories'][string]) => ({
      ...repository,
      ...(repository.password === undefined ? {} : { secret: secret(repository.password) }),
      ...(repository.sshKey === undefined ? {} : { sshKey: absolute(repository.sshKey) }),
    }),
    cluster: (cluster: Config['file']['clusters'][string]) =>
      cluster.kubeconfig === undefined ? cluster : { ...cluster, kubeconfig: absolute(cluster.kubeconfig) },
    receivers: () =>
      Object.entries(file.clusters).flatMap(([cluster, { receiver }]) =>
        receiver === undefined ? [] : [{ cluster, url: receiver.url, token: secret(receiver.token) }],
      ),
    providers: () =>
      Object.entries(file.clusters).flatMap(([cluster, { provider }]) =>
        provider === undefined ? [] : [{ cluster, token: secret(provider.token) }],
      ),
    announce: () => {
      const { webhooks = [], grafana, github, traces, tags } = file.announce ?? {};
      return {
        webhooks: webhooks.map((webhook) => ({ ...webhook, secret: secret(webhook.secret) })),
        grafana: grafana === undefined ? undefined : { ...grafana, token: secret(grafana.token) },
        tags,
        github: github === undefined ? undefined : { ...github, token: secret(github.token) },
        traces:
          traces === undefined
            ? undefined
            : { url: traces.url, token: traces.token === undefined ? undefined : secret(traces.token) },
      };
    },
    artifactCallers: (): ArtifactCallers | undefined => {
      if (file.artifacts === undefined) return undefined;
      const { token, tokens, oidc: jobs } = file.artifacts;
      const bound = tokens.map((each) => ({ ...each, token: secret(each.token) }));
      return { tokens: token === undefined ? bound : [{ token: secret(token) }, ...bound], jobs };
    },
    registries: (): Record<string, RegistryAccess> =>
      Object.fromEntries(
        Object.entries(file.registries).map(([host, { url, username, password, insecure }]) => {
          const login =
            username === undefined || password === undefined ? undefined : { username, password: renewable(password) };
          return [host, { url: addressOf(host, url), insecure, login }];
        }),
      ),
    signing: () => (file.signing === undefined ? undefined : { ...file.signing, key: absolute(file.signing.key) }),
  };
}

export type Settled = ReturnType<typeof settle>;

/** All that the configuration names. */
export function settle(config: Config, environment: Environment) {
  const { file } = config;
  const parts = createParts(config, environment);
  const repositories = mapValues(file.repositories, parts.repository);
  const lanes = Object.fromEntries(
    Object.entries(repositories).map(([repository, { branch }]): [string, Lane] => [
      repository,
      { repository, branch },
    ]),
  );
  const policyLane = lanes[file.policy.repository];
  if (policyLane === undefined)
    throw new Refusal(`policy.repository names "${file.policy.repository}", which is not configured.`);
  return {
    repositories,
    clusters: mapValues(file.clusters, parts.cluster),
    connection: parts.connection(),
    receivers: parts.receivers(),
    providers: parts.providers(),
    artifactCallers: parts.artifactCallers(),
    registries: parts.registries(),
    announce: parts.announce(),
    signing: parts.signing(),
    secrets: parts.secrets,
    lanes,
    policyLane,
    data: parts.absolute(file.data),
  };
}

function mapValues<T, U>(values: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
