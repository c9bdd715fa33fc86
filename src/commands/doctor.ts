import { checkIssuers, checkRegistries } from '../catalog/check-artifacts.ts';
import { createSlackCheck } from '../chat/check-slack.ts';
import { type Config, loadConfig } from '../config.ts';
import { adviceOn } from '../decision/offline/advice.ts';
import { skewLimitMs, worstSkew } from '../doors/clock-skew.ts';
import { messageOf, Refusal } from '../doors/errors.ts';
import { openRedis, serverTimeMs, whenReady } from '../doors/redis.ts';
import { createMask, type Log } from '../doors/telemetry.ts';
import { spokenDuration, systemClock } from '../doors/time.ts';
import { type CheckedRepository, checkRepository } from '../gitops/check-repository.ts';
import { checkSigning } from '../gitops/check-signing.ts';
import { checkCluster } from '../kubernetes/check-cluster.ts';
import { createParts, type Environment } from '../settle.ts';
import { checkSluiceFile, type SluiceFile } from '../sluice-yaml.ts';
import { type Finding, plainFinding } from '../vocabulary/finding.ts';
import { examineServers } from './check-redis.ts';

/** Looks at everything that a deployment rests on, as `serve` with the same configuration would find it; changes nothing. */
export async function examine(path: string, environment: Environment): Promise<Finding[]> {
  let config: Config;
  let parts: ReturnType<typeof createParts>;
  try {
    config = loadConfig(path, environment);
    parts = createParts(config, environment);
    parts.connection();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first = '', ...rest] = error.message.split('\n');
    const problems = rest.length === 0 ? [first] : rest;
    return problems.map((seen) => plainFinding({ about: 'configuration', level: 'fail', seen }));
  }
  const findings = await examineParts(config, parts);
  const mask = createMask(parts.secrets);
  return findings.map(plainFinding).map((finding) => ({
    ...finding,
    seen: mask(finding.seen),
    ...(finding.mend === undefined ? {} : { mend: mask(finding.mend) }),
  }));
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function examineParts(config: Config, parts: ReturnType<typeof createParts>): Promise<Finding[]> {
  const { file } = config;
  const slack = createSlackCheck({ ...config.slack, connection: parts.connection(), team: file.slack.team }, silent);
  const [repositories, { tokens, redis }] = await Promise.all([
    examineRepositories(config, parts),
    // The clock of Slack is known from its answer.
    slack.tokens().then(async (tokens) => ({ tokens, redis: await examineRedis(config.redisUrl, slack.serverTime) })),
  ]);
  const { findings: policyFindings, sluice } = readPolicy(config, repositories.text);
  const environments = Object.entries(sluice?.environments ?? {});
  const squadChannels = Object.values(sluice?.squads ?? {}).map(({ channel }) => channel);
  const logsOf = (cluster: string) =>
    environments.some(([, { clusters, logs }]) => logs === 'thread' && clusters.includes(cluster));
  const [artifacts, channels, groups, clusters] = await Promise.all([
    examineArtifacts(config, parts, sluice),
    slack.channels([...new Set([...environments.map(([, { channel }]) => channel), ...squadChannels])]),
    slack.groups(sluice === null ? [] : groupsIn(sluice)),
    Promise.all(
      Object.entries(file.clusters).map(([name, cluster]) =>
        checkCluster(name, parts.cluster(cluster), { logs: logsOf(name), reconcile: cluster.reconcile === true }),
      ),
    ),
  ]);
  return [
    { about: 'configuration', level: 'ok', seen: countWords(config) },
    ...secretFindings(parts),
    checkSigning(parts.signing()),
    ...redis,
    ...tokens,
    ...channels,
    ...groups,
    ...repositories.findings,
    ...policyFindings,
    ...artifacts,
    ...clusters.flat(),
  ];
}

function countWords({ file }: Config): string {
  const [repositories, clusters] = [Object.keys(file.repositories), Object.keys(file.clusters)];
  return `is valid: repositories ${repositories.join(', ')}; clusters ${clusters.join(', ') || 'none'}`;
}

/** Of secrets that nothing else here tries. */
function secretFindings(parts: ReturnType<typeof createParts>): Finding[] {
  const about = 'configuration';
  const found: Finding[] = [];
  for (const read of [parts.artifactCallers, parts.registries, parts.receivers, parts.providers, parts.announce]) {
    try {
      read();
    } catch (error) {
      found.push({ about, level: 'fail', seen: messageOf(error), mend: 'set it where the service starts' });
    }
  }
  return found;
}

async function examineArtifacts(
  { file }: Config,
  parts: ReturnType<typeof createParts>,
  sluice: SluiceFile | null,
): Promise<Finding[]> {
  const services = Object.entries(sluice?.services.named ?? {}).flatMap(([service, { registry }]) =>
    registry === undefined ? [] : [{ service, registry }],
  );
  // A login whose secret is missing is told with the other secrets.
  const registries = readable(parts.registries);
  const found = await Promise.all([
    checkIssuers(file.artifacts?.oidc ?? [], systemClock),
    registries === null ? [] : checkRegistries(registries, services, systemClock),
  ]);
  return found.flat();
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

async function examineRepositories(config: Config, parts: ReturnType<typeof createParts>) {
  const { policy, repositories } = config.file;
  const checked = await Promise.all(
    Object.entries(repositories).map(async ([name, repository]): Promise<CheckedRepository & { name: string }> => {
      try {
        const wanted = name === policy.repository ? policy.file : null;
        return { name, ...(await checkRepository(name, parts.repository(repository), wanted)) };
      } catch (error) {
        const mend = 'set it where the service starts';
        return { name, findings: [{ about: `git ${name}`, level: 'fail', seen: messageOf(error), mend }], text: null };
      }
    }),
  );
  const isRead = checked.some(({ name, findings }) => name === policy.repository && findings[0]?.level === 'ok');
  const text = checked.find(({ name }) => name === policy.repository)?.text ?? null;
  return { findings: checked.flatMap(({ findings }) => findings), text: isRead ? { text } : null };
}

/** `sluice.yaml` at the head: what is wrong in it, and what it names that the configuration does not. */
function readPolicy({ file }: Config, read: { readonly text: string | null } | null) {
  const about = file.policy.file;
  const nothing = (findings: Finding[]) => ({ findings, sluice: null });
  if (read === null) return nothing([]);
  if (read.text === null)
    return nothing([{ about, level: 'fail', seen: `is not in ${file.policy.repository}`, mend: 'commit it there' }]);
  const parsed = checkSluiceFile(read.text, about);
  if (parsed.kind === 'invalid')
    return nothing(
      parsed.problems.map(({ line, column, message }) => ({
        about,
        level: 'fail',
        seen: `line ${line}, column ${column}: ${message}`,
        mend: 'mend it there: until then every release is held',
      })),
    );
  const sluice = parsed.value;
  const advice = adviceOn({ file: sluice, lineOf: parsed.lineOf }, systemClock.now()).map(
    ({ line, message }): Finding => ({ about, level: 'warn', seen: `line ${line}: ${message}` }),
  );
  const counted = `${Object.keys(sluice.environments).length} environments, ${sluice.policies.length} policies`;
  const valid: Finding = { about, level: 'ok', seen: `is valid: ${counted}` };
  return { findings: [valid, ...advice, ...unconfigured(sluice, file, about)], sluice };
}

function unconfigured(sluice: SluiceFile, file: Config['file'], about: string): Finding[] {
  const clusters = Object.values(sluice.environments).flatMap((environment) => environment.clusters);
  const repositories = Object.values(sluice.services.named).flatMap(({ repository }) => repository ?? []);
  const missing = (what: 'clusters' | 'repositories', names: readonly string[]) =>
    [...new Set(names)]
      .filter((name) => !Object.hasOwn(file[what], name))
      .map((name): Finding => {
        const seen = `names ${name}, which is not one of the ${what} of the configuration`;
        return { about, level: 'fail', seen, mend: `add ${what}.${name}` };
      });
  return [...missing('clusters', clusters), ...missing('repositories', repositories)];
}

/** Every user group that the file names. */
function groupsIn({ roles, policies, services, 'policy-owners': owners = [] }: SluiceFile): string[] {
  const named = [
    ...roles.flatMap(({ of }) => of),
    ...policies.flatMap((line) => (line.kind === 'approvals' ? (line.from ?? []) : [])),
    ...Object.values(services.named).flatMap((service) => service.owners),
    ...owners,
  ];
  return [...new Set(named.filter((name) => name.startsWith('@')))];
}

/** Redis, and the clocks that it and Slack show. */
async function examineRedis(url: string, slackTime: () => Promise<number | null>): Promise<Finding[]> {
  const client = openRedis({ url }, 'commands', () => {});
  try {
    await whenReady(client, 3_000);
    const findings = await examineServers(client);
    const skew = await worstSkew(systemClock, [
      { name: 'Redis', now: () => serverTimeMs(client) },
      { name: 'Slack', now: slackTime },
    ]);
    const by = Math.abs(skew?.aheadMs ?? 0);
    const seen = `differs from ${skew?.than ?? 'Redis'} by ${spokenDuration(by)}`;
    const clock: Finding =
      by > skewLimitMs
        ? { about: 'clock', level: 'fail', seen, mend: 'turn on time synchronisation: releases are held until then' }
        : { about: 'clock', level: 'ok', seen };
    return [...findings, clock];
  } catch (error) {
    return [{ about: 'redis', level: 'fail', seen: messageOf(error), mend: 'look at REDIS_URL and the network' }];
  } finally {
    client.disconnect();
  }
}
