import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/doors/telemetry.ts';
import { toYaml } from '../../src/doors/yaml.ts';
import type { Cluster } from '../../src/playground/cluster/cluster.ts';
import { artifactToken, type Company, startCompany } from '../../src/playground/company.ts';
import { gitSync } from '../../src/playground/git-command.ts';
import { commitFromOutside, type OutsideCommit } from '../../src/playground/outside.ts';
import { company as people } from '../../src/playground/seed/company.ts';
import { artifactOf } from '../../src/playground/seed/versions.ts';
import { channelEveryMs } from './pace.ts';
import { startRedis, type TestRedis } from './redis.ts';

const waitMs = 40_000;

interface ShownMessage {
  readonly ts: string;
  readonly text: string;
  readonly thread_ts?: string | undefined;
  readonly blocks?: readonly unknown[] | undefined;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A whole company with Sluice in it, all over the wire: Slack, Git, Redis and four clusters, eight times as fast as life. */
export async function startWorld(
  options: {
    readonly redis?: TestRedis;
    readonly speed?: number;
    /** Without Sluice in it. */
    readonly idle?: boolean;
    readonly slackMode?: 'socket' | 'http';
    /** Divides Slack's waits; default: 0.1, which gives the app 30 s to acknowledge on a machine of any speed; 1 where it is idle. */
    readonly slackSpeed?: number;
    /** Who is told outside of Slack, as the configuration says it; the environment has `SECRET`. */
    readonly announce?: object;
  } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-world-'));
  const redis = options.redis ?? (await startRedis());
  const company = await startCompany({
    folder,
    redisUrl: redis.url,
    fresh: true,
    speed: options.speed ?? 8,
    rateLimits: false,
    ...(options.slackMode === undefined ? {} : { slackMode: options.slackMode }),
    slackSpeed: options.slackSpeed ?? (options.idle === true ? 1 : 0.1),
  });
  if (options.announce !== undefined) appendFileSync(company.configPath, toYaml({ announce: options.announce }));
  const lines: string[] = [];
  const begin = () => startSluice(company, lines);
  let app: App | null = options.idle === true ? null : await begin();
  return {
    ...speaker(company, lines),
    ...historian(company),
    redis,
    configuration: { ...company.environment, PORT: '0' } as Readonly<Record<string, string>>,
    git: company.git,
    workspace: company.workspace,
    lines,
    cluster: (name: string) => clusterOf(company, name),
    running: (cluster: string, service: string) => clusterOf(company, cluster).running(service),
    appPort: () => app?.port ?? 0,
    /** What CI does when it has built something: the answer is waited for, and is one of success. */
    build: async (
      service: string,
      version: string,
      over: { branch?: string; author?: string; manifests?: Record<string, Record<string, string>> } = {},
      port = app?.port ?? 0,
    ) => {
      const answer = await fetch(`http://127.0.0.1:${port}/artifacts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${artifactToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...artifactOf(service, { version, daysAgo: 0, commits: [['Change something', 'Ana Andersen']] }, Date.now()),
          ...over,
        }),
      });
      if (!answer.ok) throw new Error(`POST /artifacts answered ${answer.status}: ${await answer.text()}`);
    },
    stopApp: async () => {
      await app?.stop();
      app = null;
    },
    startApp: async () => {
      app = await begin();
    },
    close: async () => {
      await app?.stop();
      await company.close();
      await redis.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function startSluice(company: Company, lines: string[]): Promise<App> {
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') };
  const environment: Record<string, string> = { ...company.environment, PORT: '0', SECRET: 'a secret' };
  const app = await startApp(loadConfig(company.configPath, environment), environment, { log, channelEveryMs });
  if (environment['SLACK_SIGNING_SECRET'] !== undefined)
    await company.workspace.control.deliverTo(`http://127.0.0.1:${app.port}`);
  return app;
}

function clusterOf(company: Company, name: string): Cluster {
  const cluster = company.clusters.get(name);
  if (cluster === undefined) throw new Error(`there is no cluster ${name}`);
  return cluster;
}

/** The words of a message as a person reads them: its sentence and everything in its blocks. */
export function wordsOf(message: ShownMessage): string {
  const texts: string[] = [message.text];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') texts.push(inner);
        else if (key !== 'confirm') collect(inner);
      }
  };
  collect(message.blocks ?? []);
  return texts.join('\n').replace(/[*`\u200b]/g, '');
}

function buttonsIn(message: ShownMessage): string[] {
  const found: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      if ('action_id' in value && typeof value.action_id === 'string') found.push(value.action_id);
      Object.values(value).forEach(collect);
    }
  };
  collect(message.blocks ?? []);
  return found;
}

/** What people do in Slack, and what they see. */
function speaker(company: Company, lines: readonly string[]) {
  const { control } = company.workspace;
  /** What each person had been told privately before they last did something. */
  const seen = new Map<string, ReadonlySet<string>>();
  const lookAway = (user: string) => void seen.set(user, new Set(control.ephemeral(user).map(({ ts }) => ts)));
  const wait = async <T>(
    what: string,
    find: () => T | null | undefined | false | '',
    withinMs = waitMs,
  ): Promise<T> => {
    try {
      return (await control.waitFor(find, withinMs)) as T;
    } catch (error) {
      const shown = people.channels.flatMap(({ name }) =>
        control
          .messages(name)
          .map(
            (message) =>
              `#${name} ${message.ts}${message.thread_ts === undefined ? '' : ' in thread'}: ${wordsOf(message)}`,
          ),
      );
      throw new Error(
        `${what} did not come.\nSlack shows:\n${shown.slice(-25).join('\n')}\nPrivately:\n${people.users
          .flatMap(({ name }) => control.ephemeral(name).map((message) => `${name}: ${wordsOf(message)}`))
          .slice(-10)
          .join('\n')}\nLog:\n${lines.slice(-15).join('\n')}`,
        { cause: error },
      );
    }
  };
  const messagesOf = (channel: string, pattern: RegExp): ShownMessage[] =>
    control.messages(channel).filter((message) => pattern.test(wordsOf(message)));
  const roots = (channel: string, pattern: RegExp) =>
    messagesOf(channel, pattern).filter(
      (message) => message.thread_ts === undefined || message.thread_ts === message.ts,
    );
  const message = async (channel: string, pattern: RegExp, withinMs = waitMs) =>
    wordsOf(await wait(`A message like ${pattern} in #${channel}`, () => roots(channel, pattern).at(-1), withinMs));
  const say = async (user: string, channel: string, text: string, thread?: string): Promise<string> => {
    lookAway(user);
    const said = await control.say(user, channel, text, thread);
    return said.message?.ts ?? '';
  };
  return {
    messagesOf,
    message,
    say,
    /** The first private answer since this person last did something that matches. */
    whispered: async (user: string, channel: string, pattern: RegExp) =>
      wordsOf(
        await wait(`A private answer like ${pattern} to ${user} in #${channel}`, () =>
          control.ephemeral(user).find((answer) => !seen.get(user)?.has(answer.ts) && pattern.test(wordsOf(answer))),
        ),
      ),
    click: async (user: string, channel: string, pattern: RegExp, action: string) => {
      lookAway(user);
      const target = await wait(`A message like ${pattern} with the button ${action} in #${channel}`, () =>
        roots(channel, pattern)
          .filter((each) => buttonsIn(each).includes(action))
          .at(-1),
      );
      await control.click(user, channel, target.ts, action);
    },
    /** On a message that is known already, such as one in a thread. */
    clickIn: async (user: string, channel: string, ts: string, action: string) => {
      lookAway(user);
      await control.click(user, channel, ts, action);
    },
    /** On a private answer. */
    clickWhispered: async (user: string, channel: string, pattern: RegExp, action: string) => {
      const target = await wait(`A private answer like ${pattern} with the button ${action}`, () =>
        control
          .ephemeral(user)
          .findLast((answer) => pattern.test(wordsOf(answer)) && buttonsIn(answer).includes(action)),
      );
      lookAway(user);
      await control.click(user, channel, target.ts, action);
    },
    buttonsOf: (channel: string, pattern: RegExp) => roots(channel, pattern).flatMap(buttonsIn),
    mentionOf: (name: string) => `<@${people.users.find((user) => user.name === name)?.id}>`,
    /** Releases and waits until it is healthy. */
    release: async (user: string, service: string, environment: string, version: string) => {
      const channel = environment === 'production' ? 'releases' : `releases-${environment}`;
      await say(user, 'general', `/release ${service} ${environment} ${version}`);
      await message(channel, new RegExp(`${service} ${version.replaceAll('.', '\\.')} is running in ${environment}`));
    },
    wait,
  };
}

/** What stands in Git. */
function historian(company: Company) {
  const { git } = company;
  const run = (...args: string[]) => gitSync(git.path, args);
  return {
    head: async () => git.head(),
    headMessage: async () => run('log', '-1', '--format=%B', 'main'),
    /** Of all commits, newest first. */
    messages: async () =>
      run('log', '--format=%B%x00', 'main')
        .split('\0')
        .map((message) => message.trim()),
    /** Subject of the commit that a tag stands at; empty where there is none. */
    taggedAt: (tag: string) => run('for-each-ref', '--format=%(subject)', `refs/tags/${tag}`).trim(),
    headDiff: async () =>
      run('show', '--format=', '--unified=0', 'main')
        .split('\n')
        .filter((line) => /^[-+] /.test(line)),
    history: async () => run('rev-list', 'main').trim().split('\n'),
    commitFromOutside: async (kind: OutsideCommit, environment = 'production') =>
      commitFromOutside(git, kind, 'web', environment),
  };
}
