import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { artifactSettingsSchema } from './artifact-settings.ts';
import { Refusal } from './doors/errors.ts';
import { redisUrlExamples, redisUrlProblem } from './doors/redis-url.ts';
import { type SecretSource, secretSchema } from './doors/secret.ts';
import { parseYaml, problemLines } from './doors/yaml.ts';
import { registriesSchema } from './registry-settings.ts';
import { announcedEvents } from './vocabulary/announced-events.ts';
import { nameSchema } from './vocabulary/name.ts';
import { publicKeySchema } from './vocabulary/person.ts';

const repositorySchema = z.strictObject({
  url: z.string().min(1).describe('https://, ssh://, git@host:path, or file:// of the GitOps repository'),
  branch: z.string().min(1).default('main').describe('The branch that Flux applies and Sluice writes to'),
  username: z.string().optional().describe('User name for https; most forges take any'),
  password: secretSchema.optional().describe('Token or password for https'),
  sshKey: z.string().optional().describe('Path of the private key for ssh'),
  knownHosts: z.string().optional().describe('Path of the known_hosts file for ssh; host keys are always checked'),
  commitUrl: z
    .string()
    .includes('{commit}')
    .optional()
    .describe('Link to a commit: https://git.example.com/acme/gitops/commit/{commit}'),
});

const clusterSchema = z.strictObject({
  kubeconfig: z.string().optional().describe('Path of a kubeconfig; without it, the service account of the pod'),
  context: z.string().optional().describe('Context in that kubeconfig; without it, its current one'),
  receiver: z
    .strictObject({
      url: z.url().describe('Its address, with the path that the Receiver shows in its status'),
      token: secretSchema.describe('The token that the Receiver holds'),
    })
    .optional()
    .describe('A Flux Receiver (generic-hmac) to call after a push'),
  provider: z
    .strictObject({ token: secretSchema.describe('The token that its secret holds') })
    .optional()
    .describe(
      'The token of a Flux Provider (generic-hmac) that tells events to https://HOST/flux/CLUSTER: seen sooner',
    ),
  reconcile: z
    .boolean()
    .optional()
    .describe('true: Sluice may ask Flux for a run, which patches Kustomizations, HelmReleases and their sources'),
});

export const configSchema = z.strictObject({
  slack: z
    .strictObject({
      mode: z
        .enum(['socket', 'http'])
        .default('socket')
        .describe('How Slack reaches Sluice: by Socket Mode, or at https://HOST/slack/events'),
      signingSecret: secretSchema.optional().describe('For http: the signing secret of the app'),
      team: z
        .string()
        .regex(/^[TE][A-Z0-9]+$/)
        .optional()
        .describe('Only payloads of this team are taken; default: the team of the bot token'),
    })
    .prefault({})
    .describe('How Sluice speaks with Slack'),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('The address to listen on; in a container, 0.0.0.0'),
      port: z.int().min(0).max(65_535).optional().describe('The port to listen on; PORT goes before it; default: 8080'),
      drainSeconds: z
        .int()
        .min(0)
        .max(50)
        .default(5)
        .describe(
          'After SIGTERM, how long requests are still taken while /readyz says no, so that a load balancer turns to others',
        ),
      url: z.url().optional().describe('The address that people and CI use; commands from a terminal are meant for it'),
    })
    .prefault({})
    .describe('The one server for Slack, artifacts, commands, health and metrics'),
  data: z.string().default('.sluice/data').describe('Folder for clones of the repositories; may be lost'),
  policy: z
    .strictObject({
      repository: nameSchema.describe('One of repositories'),
      file: z.string().default('sluice.yaml').describe('Its path there'),
      trustedSigners: z
        .array(publicKeySchema)
        .default([])
        .describe(
          'Public keys whose signature on a version of sluice.yaml counts besides those of its policy-owners: a forge that merges reviewed changes',
        )
        .meta({ examples: [['ssh-ed25519 AAAA…']] }),
    })
    .describe('Where sluice.yaml lives'),
  repositories: z
    .record(nameSchema, repositorySchema)
    .describe('GitOps repositories, by the names that sluice.yaml uses'),
  clusters: z
    .record(nameSchema, clusterSchema)
    .describe('Clusters that Flux runs in, by the names that sluice.yaml uses'),
  author: z
    .strictObject({ name: z.string().describe('Its name'), email: z.string().describe('Its address') })
    .default({ name: 'Sluice', email: 'sluice@localhost' })
    .describe('Who the commits are by'),
  signing: z
    .strictObject({
      key: z.string().describe('ed25519 private key file, OpenSSH or PKCS8, unencrypted'),
      trusted: z
        .array(z.string())
        .default([])
        .describe('Public keys that Sluice signed with before: releases under them count as its own'),
    })
    .optional()
    .describe('The key that commits are signed with'),
  unsigned: z.boolean().default(false).describe('Say true to write commits without a signature'),
  artifacts: artifactSettingsSchema.optional(),
  registries: registriesSchema,
  announce: z
    .strictObject({
      webhooks: z
        .array(
          z.strictObject({
            url: z.url().describe('Where announcements are posted'),
            secret: secretSchema.describe('Signs each announcement (Standard Webhooks, HMAC-SHA256)'),
            events: z.array(z.enum(announcedEvents)).optional().describe('Default: all'),
            environments: z.array(nameSchema).optional().describe('Default: all'),
          }),
        )
        .max(20)
        .default([])
        .describe('Who is told by HTTP'),
      grafana: z
        .strictObject({
          url: z.url().describe('The address of Grafana'),
          token: secretSchema.describe('The token of a service account'),
        })
        .optional()
        .describe('Releases as annotations, with a token that may write them'),
      github: z
        .strictObject({
          api: z.url().default('https://api.github.com').describe('For GitHub Enterprise: https://HOST/api/v3'),
          token: secretSchema.describe('May write deployments of these repositories'),
          repository: z
            .string()
            .regex(/^[\w.-]+\/[\w.{}-]+$/, 'owner/name, where {service} stands for the service')
            .describe("The repository of a service's source: acme/{service}"),
        })
        .optional()
        .describe('Deployments and their states on the commit that a release was built from'),
      tags: z
        .strictObject({
          pattern: z
            .string()
            .max(200)
            .regex(
              /^(?=.*\{environment\})(?=.*\{service\})([A-Za-z0-9_./-]|\{(environment|service|version)\})+$/,
              'a tag name with {environment} and {service}, and {version} where each is to have its own',
            )
            .default('{environment}/{service}')
            .describe('The name of a tag')
            .meta({ examples: ['{environment}/{service}', '{environment}/{service}/{version}'] }),
        })
        .optional()
        .describe(
          'Tags in the GitOps repository of what was proven healthy: one for each environment and service that moves forward, or one for each version that stays',
        ),
      traces: z
        .strictObject({
          url: z.url().describe('Its address for OTLP over HTTP'),
          token: secretSchema.optional().describe('Sent as a bearer token'),
        })
        .optional()
        .describe('A trace of each release to an OpenTelemetry collector: http://otel-collector:4318'),
    })
    .optional()
    .describe('Who is told outside of Slack; retried for a day, never in the way of a release'),
  log: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least of what is logged'),
});
export type ConfigFile = z.infer<typeof configSchema>;
export type RepositoryConfig = z.infer<typeof repositorySchema>;
export type ClusterConfig = z.infer<typeof clusterSchema>;

/** One that is missing and one that is wrong are told in the same words, as in the reference. */
const variable = (pattern: RegExp, words: string) => z.string(words).regex(pattern, words).describe(words);

const environmentSchema = z.object({
  SLACK_BOT_TOKEN: variable(/^xoxb-/, 'a bot token, xoxb-…'),
  SLACK_API_URL: z.url().default('https://slack.com/api/').describe('Where Slack answers'),
  REDIS_URL: z
    .string(redisUrlExamples)
    .superRefine((url, context) => {
      const expected = redisUrlProblem(url);
      if (expected !== null) context.addIssue({ code: 'custom', message: expected });
    })
    .describe(redisUrlExamples),
  PORT: z.coerce.number().int().min(0).max(65_535).optional().describe('The port to listen on; default: http.port'),
});

/** With Socket Mode. */
export const socketSchema = environmentSchema.extend({
  SLACK_APP_TOKEN: variable(/^xapp-/, 'an app-level token with connections:write, xapp-…').describe(
    'With Socket Mode: an app-level token with connections:write, xapp-…',
  ),
});

export interface Config {
  readonly file: ConfigFile;
  /** Folder of the configuration file: relative paths in it start there. */
  readonly folder: string;
  readonly slack: {
    readonly botToken: string;
    readonly apiUrl: string;
    readonly connection:
      | { readonly mode: 'socket'; readonly appToken: string }
      | { readonly mode: 'http'; readonly signingSecret: SecretSource };
  };
  readonly redisUrl: string;
  readonly port: number;
}

/** Reads the deployment's own file; a Refusal names every problem with line and column. */
export function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(
      `Cannot read the configuration ${path}. Set SLUICE_CONFIG or --config to the path of a readable file.`,
      { cause: error },
    );
  }
  const parsed = parseYaml(text, path, configSchema);
  if (parsed.kind === 'invalid') throw new Refusal(`The configuration is not valid:\n${problemLines(parsed.problems)}`);
  if (!Object.hasOwn(parsed.value.repositories, parsed.value.policy.repository)) {
    throw new Refusal(
      `${path}: policy.repository names "${parsed.value.policy.repository}", which is not one of the repositories: ${Object.keys(parsed.value.repositories).join(', ')}`,
    );
  }
  if (parsed.value.slack.mode === 'http' && parsed.value.slack.signingSecret === undefined)
    throw new Refusal(
      `${path}: slack.signingSecret is missing, by which requests of Slack are told from others. Example: signingSecret: { env: SLACK_SIGNING_SECRET }`,
    );
  if (parsed.value.signing === undefined && !parsed.value.unsigned) {
    throw new Refusal(
      `${path}: signing.key is missing. Name an ed25519 private key (ssh-keygen -t ed25519), or say unsigned: true to write commits that prove nothing.`,
    );
  }
  return parsed.value;
}

/** The whole configuration of `serve`: the file and the environment; a Refusal names everything that is missing. */
export function loadConfig(path: string, environment: Readonly<Record<string, string | undefined>>): Config {
  const file = readConfigFile(path);
  const { signingSecret } = file.slack;
  const overHttp = file.slack.mode === 'http' && signingSecret !== undefined;
  const configOf = (values: z.infer<typeof environmentSchema>, connection: Config['slack']['connection']): Config => ({
    file,
    folder: dirname(resolve(path)),
    slack: { botToken: values.SLACK_BOT_TOKEN, apiUrl: values.SLACK_API_URL, connection },
    redisUrl: values.REDIS_URL,
    port: values.PORT ?? file.http.port ?? 8080,
  });
  if (overHttp) return configOf(complete(environmentSchema, environment), { mode: 'http', signingSecret });
  const values = complete(socketSchema, environment);
  return configOf(values, { mode: 'socket', appToken: values.SLACK_APP_TOKEN });
}

function complete<S extends z.ZodType>(schema: S, environment: Readonly<Record<string, string | undefined>>) {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: expected ${issue.message}`);
  throw new Refusal(`The environment is not complete:\n${lines.join('\n')}`);
}
