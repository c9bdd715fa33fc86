import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import { messageOf, Refusal, Retryable } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import { type CommitSha, commitShaSchema, type Lane } from '../vocabulary/change.ts';
import { createAncestry } from './ancestry.ts';
import { isBranchName } from './branch-name.ts';
import { namesDamage, namesLock, prepareClone, removeStaleLocks } from './clone.ts';
import { refuseWithoutHandles, runGit, spoken } from './git-process.ts';
import { gitEnvironment, type RepositorySettings, refuseAddress } from './isolation.ts';
import { createObjectReader } from './object-reader.ts';
import { createPrefetch } from './prefetch.ts';

export type Fetched =
  | { readonly kind: 'fetched'; readonly head: CommitSha; readonly rewound?: CommitSha }
  | { readonly kind: 'unreachable'; readonly because: string };

export interface RepositoryPorts {
  readonly name: string;
  readonly settings: RepositorySettings;
  readonly data: string;
  readonly log: Log;
  /** Called once for each reset of a branch, whoever's fetch saw it. */
  readonly onRewound?: ((lane: Lane, lost: CommitSha) => void) | undefined;
}

/** Silence for so long ends a fetch; a first clone may take longer as long as something arrives. */
const silenceLimitMs = 20_000;
/** Nobody waits longer than this for an answer; a first clone goes on meanwhile. */
const answerWithinMs = 30_000;

/** One bare partial clone: all commits and trees, blobs when they are needed. */
export function createRepository({ name, settings, data, log, onRewound }: RepositoryPorts) {
  if (!isBranchName(settings.branch))
    throw new Refusal(`repositories.${name}.branch is not a branch name: ${JSON.stringify(settings.branch)}`);
  refuseAddress(name, settings.url);
  const folder = join(data, `${name}.git`);
  const environment = gitEnvironment(settings);
  const clone = { folder, url: settings.url, environment };
  const objects = createObjectReader(folder, environment);
  const heads = new Map<string, CommitSha>();
  /** How often the local head was moved by a push of ours, by branch. */
  const moves = new Map<string, number>();
  const git = (args: readonly string[], more: { readonly input?: Buffer | string; readonly timeoutMs?: number } = {}) =>
    runGit(args, { folder, environment, ...more });
  /** Runs git for an answer that must be true: a failure is Retryable, never an empty answer. */
  const ask = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr, timedOut } = await git(args);
    if (code === 0) return stdout.toString();
    const why = timedOut ? 'it took too long' : spoken(stderr);
    throw new Retryable(`git ${args[0] ?? ''} in ${name} failed: ${why || `exit ${code}`}`);
  };

  const { isAncestor } = createAncestry(name, git);

  /** The only use of simple-git: making the clone and fetching into it. */
  const remote = (baseDir: string) => {
    refuseWithoutHandles();
    return simpleGit({
      baseDir,
      allowEnvironment: Object.keys(environment),
      timeout: { block: silenceLimitMs },
      unsafe: {
        allowUnsafeConfigPaths: true,
        allowUnsafeHooksPath: true,
        allowUnsafeConfigEnvCount: true,
        allowUnsafeSshCommand: true,
      },
    } as Parameters<typeof simpleGit>[0]).env(environment);
  };

  /** Once for all branches; tried again only where it failed. */
  let prepared: Promise<void> | null = null;
  const prepare = (): Promise<void> => {
    prepared ??= prepareClone(clone, async (fresh) => remote(fresh).init(true)).catch((error) => {
      prepared = null;
      throw error;
    });
    return prepared;
  };
  const discard = () => {
    objects.close({ forget: true });
    rmSync(folder, { recursive: true, force: true });
    prepared = null;
  };

  const trackingRef = (branch: string) => `refs/remotes/origin/${branch}`;
  /** Null where the clone has never seen the branch. */
  const trackedHead = async (branch: string): Promise<CommitSha | null> => {
    const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', trackingRef(branch)]);
    return code === 0 ? commitShaSchema.parse(stdout.toString().trim()) : null;
  };

  const bring = async (branch: string) =>
    // A silent git would be taken for one that hangs, and costs 50 ms more in simple-git: hence verbose with progress.
    remote(folder).raw(
      'fetch',
      '--verbose',
      '--progress',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--filter=blob:none',
      'origin',
      `+refs/heads/${branch}:${trackingRef(branch)}`,
    );
  /** A clone that was left locked or damaged mends itself; what the remote does wrong is not mended here. */
  const bringOrMend = async (branch: string) => {
    try {
      await bring(branch);
    } catch (error) {
      const words = messageOf(error);
      if (namesLock(words)) removeStaleLocks(clone);
      else if (namesDamage(words)) {
        log.warn({ repository: name, err: spoken(words) }, 'the clone is damaged and is made anew');
        discard();
        await prepare();
      } else throw error;
      await bring(branch);
    }
  };

  const fetchOnce = async (lane: Lane): Promise<Fetched> => {
    let before: CommitSha | null;
    try {
      await prepare();
      before = heads.get(lane.branch) ?? (await trackedHead(lane.branch));
      await bringOrMend(lane.branch);
    } catch (error) {
      const because = spoken(messageOf(error)) || 'git fetch failed';
      log.debug({ repository: name, err: because }, 'fetch failed');
      return { kind: 'unreachable', because };
    }
    const head = commitShaSchema.parse((await ask(['rev-parse', '--verify', trackingRef(lane.branch)])).trim());
    if (before === null || before === head || (await isAncestor(before, head))) return { kind: 'fetched', head };
    return { kind: 'fetched', head, rewound: before };
  };

  const fetchNow = async (lane: Lane): Promise<Fetched> => {
    for (;;) {
      const moved = moves.get(lane.branch);
      const fetched = await fetchOnce(lane);
      // A push of ours that went through meanwhile is newer than what was fetched, which would look like a reset.
      if (moves.get(lane.branch) !== moved) continue;
      if (fetched.kind === 'fetched') heads.set(lane.branch, fetched.head);
      if (fetched.kind === 'fetched' && fetched.rewound !== undefined) onRewound?.(lane, fetched.rewound);
      return fetched;
    }
  };

  const fetching = new Map<string, Promise<Fetched>>();
  const following = new Map<string, Promise<Fetched>>();
  const startFetch = (lane: Lane): Promise<Fetched> => {
    const started = fetchNow(lane)
      .catch((error): Fetched => ({ kind: 'unreachable', because: spoken(messageOf(error)) }))
      .finally(() => fetching.delete(lane.branch));
    fetching.set(lane.branch, started);
    return started;
  };
  /** Callers at the same time share a fetch, but only one that begins after they asked: they decide by what it brings. */
  const fetchShared = (lane: Lane): Promise<Fetched> => {
    const running = fetching.get(lane.branch);
    if (running === undefined) return startFetch(lane);
    const waiting = following.get(lane.branch);
    if (waiting !== undefined) return waiting;
    const next = running.then((result) => {
      following.delete(lane.branch);
      return result.kind === 'unreachable' ? result : startFetch(lane);
    });
    following.set(lane.branch, next);
    return next;
  };

  return {
    objects,
    git,
    ask,
    isAncestor,
    head: (branch: string): CommitSha | null => heads.get(branch) ?? null,
    /** After a push of ours that was accepted. */
    moveHead: async (branch: string, from: CommitSha, head: CommitSha) => {
      moves.set(branch, (moves.get(branch) ?? 0) + 1);
      heads.set(branch, head);
      // Not where a fetch has brought something newer meanwhile.
      await git(['update-ref', trackingRef(branch), head, from]);
    },
    /** Brings all commits of the branch. */
    fetch: (lane: Lane): Promise<Fetched> => {
      if (!isBranchName(lane.branch))
        throw new Refusal(`${JSON.stringify(lane.branch)} of ${name} is not a branch name`);
      return within(fetchShared(lane), answerWithinMs);
    },
    prefetch: createPrefetch(name, objects, git, log),
    close: () => objects.close(),
  };
}
export type Repository = ReturnType<typeof createRepository>;

/** An answer in time; what is under way goes on, and the next caller joins it. */
async function within(fetch: Promise<Fetched>, ms: number): Promise<Fetched> {
  const late = Promise.withResolvers<Fetched>();
  const because = `the remote has not answered for ${ms / 1_000} s, or a first clone is under way`;
  const timer = setTimeout(() => late.resolve({ kind: 'unreachable', because }), ms);
  try {
    return await Promise.race([fetch, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
