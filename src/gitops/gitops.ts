import { Refusal, Retryable } from '../doors/errors.ts';
import { readSigner } from '../doors/ssh-signature.ts';
import type { Log } from '../doors/telemetry.ts';
import type { Clock } from '../doors/time.ts';
import {
  type BlobId,
  blobIdSchema,
  type CommitSha,
  commitShaSchema,
  type Lane,
  type Place,
  type Placed,
  repositoryPathSchema,
} from '../vocabulary/change.ts';
import { isImageOf } from '../vocabulary/image.ts';
import { releaseIdSchema } from '../vocabulary/release.ts';
import { type Batch, type BatchPorts, createBatch } from './batch.ts';
import { isBranchName } from './branch-name.ts';
import { readTrailers } from './commit-message.ts';
import type { RepositorySettings } from './isolation.ts';
import { editPlace, placesIn, readPlace } from './places/places.ts';
import { readRendered } from './places/rendered-folder.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import type { Pushed } from './push.ts';
import { createRepository, type Fetched, type Repository } from './repository.ts';
import { signedByOneOf } from './signature.ts';
import { type Tagged, tagCommit } from './tag.ts';

export interface GitopsPorts {
  readonly repositories: Readonly<Record<string, RepositorySettings>>;
  /** Folder for the clones; may be lost. */
  readonly data: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly signing?: { readonly key: string; readonly trusted: readonly string[] } | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once of each reset of a branch, whichever caller's fetch saw it; `lost` is the head that is gone. */
  readonly onRewound?: (lane: Lane, lost: CommitSha) => void;
  /** What CI rendered for an artifact, by its hash; null where it was forgotten. */
  readonly rendered?: BatchPorts['rendered'];
  /** Told of each push, whatever became of it. */
  readonly onPush?: (repository: string, outcome: Pushed['kind']) => void;
}

interface ListedFile {
  readonly id: string;
  readonly path: string;
}

const listLimit = 20_000;
const folderLimit = 500;
const byTrailer = '--grep=^Sluice-Release: ';

/** The GitOps repositories: what they hold, and commits on top of it. */
export function createGitops(ports: GitopsPorts) {
  const signer = ports.signing === undefined ? null : readSigner(ports.signing.key);
  const trusted = signer === null ? [] : [signer.publicKey, ...(ports.signing?.trusted ?? [])];
  const repositories = new Map<string, Repository>();
  for (const [name, settings] of Object.entries(ports.repositories)) {
    repositories.set(name, createRepository({ ...ports, name, settings }));
  }
  const named = (name: string): Repository => {
    const repository = repositories.get(name);
    if (repository === undefined)
      throw new Refusal(`No repository "${name}" is configured; there are ${[...repositories.keys()].join(', ')}.`);
    return repository;
  };

  const read = async (
    repository: string,
    commit: CommitSha,
    path: string,
  ): Promise<{ blob: BlobId; text: string } | null> => {
    const object = await named(repository).objects.read(`${commit}:${path}`);
    return object?.type === 'blob' ? { blob: blobIdSchema.parse(object.id), text: object.content.toString() } : null;
  };

  /** The files below a folder with their blobs; none where the folder is no path inside a repository. */
  const filesBelow = async (repository: string, commit: CommitSha, folder: string): Promise<ListedFile[]> => {
    const path = folder.replace(/\/+$/, '');
    if (path !== '' && !repositoryPathSchema.safeParse(path).success) return [];
    const below = path === '' ? [] : [`${path}/`];
    const listing = await named(repository).ask(['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...below]);
    return listing.split('\0').flatMap((line) => {
      // git-ls-tree, OUTPUT FORMAT: links and submodules hold no version.
      const [, id, name] = /^100[0-7]{3} blob ([0-9a-f]{40})\t([\s\S]+)$/.exec(line) ?? [];
      return id === undefined || name === undefined ? [] : [{ id, path: name }];
    });
  };

  const list = async (repository: string, commit: CommitSha, folder: string): Promise<string[]> =>
    (await filesBelow(repository, commit, folder)).slice(0, listLimit).map(({ path }) => path);

  return {
    fetch: (lane: Lane): Promise<Fetched> => named(lane.repository).fetch(lane),
    head: (lane: Lane): CommitSha | null => named(lane.repository).head(lane.branch),
    read,
    list,
    isAncestor: (repository: string, ancestor: string, descendant: string): Promise<boolean> =>
      named(repository).isAncestor(ancestor, descendant),
    readPlace,
    editPlace,
    readRendered,

    /** The files of a folder, by their path in the repository; of very many the first. */
    folder: async (repository: string, commit: CommitSha, path: string): Promise<Record<string, string>> => {
      const files = (await filesBelow(repository, commit, path)).slice(0, folderLimit);
      await named(repository).prefetch(files.map(({ id }) => id));
      const texts = await Promise.all(
        files.map(
          async (file) =>
            [file.path, (await named(repository).objects.read(file.id))?.content.toString() ?? ''] as const,
        ),
      );
      return Object.fromEntries(texts);
    },
    /** Whether commits of Sluice prove who made them. */
    signs: signer !== null,

    /** Files that differ between two commits. */
    changedPaths: async (repository: string, from: CommitSha, to: CommitSha): Promise<string[]> => {
      const listing = await named(repository).ask(['diff-tree', '-r', '-z', '--name-only', from, to]);
      return listing.split('\0').filter((path) => path !== '');
    },

    /** The last commit up to `head`, and not reachable from `since`, that changed a file: on the first-parent way, where a merge stands for all it brings. */
    changedBy: async (
      repository: string,
      head: CommitSha,
      path: string,
      since?: CommitSha,
    ): Promise<CommitSha | null> => {
      const range = since === undefined ? head : `${since}..${head}`;
      const log = ['log', '-1', '--first-parent', '--format=%H', '--end-of-options', range, '--', path];
      const found = (await named(repository).ask(log)).trim();
      return found === '' ? null : commitShaSchema.parse(found);
    },

    /** The last commit in `since..head` that changed a file and does not say that it is of Sluice; whoever lies about that is not found here. */
    changedOutside: async (
      repository: string,
      since: CommitSha,
      head: CommitSha,
      path: string,
    ): Promise<{ commit: CommitSha; author: string; atMs: number; title: string } | null> => {
      const format = '--format=%H%x00%an <%ae>%x00%ct%x00%s';
      const log = ['log', '-1', '--first-parent', '--invert-grep', byTrailer, format, '--end-of-options'];
      const found = await named(repository).ask([...log, `${since}..${head}`, '--', path]);
      const [commit, author = '', seconds = '', title = ''] = found.trim().split('\0');
      if (commit === undefined || commit === '') return null;
      return { commit: commitShaSchema.parse(commit), author, atMs: Number(seconds) * 1000, title };
    },

    /** Under whose signature a commit stands: one of these keys, or Sluice's own as it changed policies for somebody. */
    provenance: async (repository: string, commit: CommitSha, keys: readonly string[]): Promise<Provenance> => {
      const raw = (await named(repository).objects.read(commit))?.content;
      if (raw === undefined) throw new Retryable(`commit ${commit.slice(0, 7)} is not to be had from ${repository}`);
      return provenanceOf(raw, keys, trusted);
    },

    /** The versions below a folder (kustomize images, HelmRelease values), or those of one image. */
    places: async (
      repository: string,
      commit: CommitSha,
      folder: string,
      image?: string,
    ): Promise<{ place: Place; placed: Placed; line: number }[]> => {
      const files = (await filesBelow(repository, commit, folder))
        .filter(({ path }) => /\.ya?ml$|(^|\/)Kustomization$/.test(path))
        .slice(0, 200);
      await named(repository).prefetch(files.map(({ id }) => id));
      const found = await Promise.all(
        files.map(async ({ id, path }) => {
          const blob = await named(repository).objects.read(id);
          const text = blob?.type === 'blob' ? blob.content.toString() : '';
          return placesIn(path, text).map((place) => ({ place, text }));
        }),
      );
      return found.flat().flatMap(({ place, text }) => {
        if (image !== undefined && 'image' in place && !isImageOf(place.image, image)) return [];
        const located = readPlace(place, text);
        return located.kind === 'found' ? [{ place, placed: located.placed, line: located.line }] : [];
      });
    },

    /** What Sluice wrote in `since..head`, by the ids in its trailers; where a key is configured, only what stands under a trusted signature. */
    written: async (
      lane: Lane,
      since: CommitSha,
      head: CommitSha,
      trailer: 'Sluice-Release' | 'Sluice-Policy-Change' = 'Sluice-Release',
    ): Promise<Map<string, CommitSha>> => {
      const repository = named(lane.repository);
      const range = (await repository.isAncestor(since, head)) ? `${since}..${head}` : head;
      // A failure must not read as "nothing is written": what was written would be written again.
      const found = await repository.ask([
        'log',
        '--reverse',
        `--grep=^${trailer}: `,
        '--format=%H',
        '--end-of-options',
        range,
      ]);
      const written = new Map<string, CommitSha>();
      for (const commit of found.split('\n').filter((line) => line !== '')) {
        const raw = (await repository.objects.read(commit))?.content ?? Buffer.alloc(0);
        if (trusted.length > 0 && !signedByOneOf(raw, trusted)) continue;
        const message = raw.subarray(raw.indexOf('\n\n') + 2).toString();
        for (const id of readTrailers(message).get(trailer) ?? [])
          if (releaseIdSchema.safeParse(id).success && !written.has(id)) written.set(id, commitShaSchema.parse(commit));
      }
      return written;
    },

    /** Whether the branch has ever been written by Sluice; a forged trailer counts too, as it only makes it ask. */
    hasReleases: async (lane: Lane): Promise<boolean> => {
      const head = named(lane.repository).head(lane.branch);
      if (head === null) throw new Refusal(`${lane.repository}/${lane.branch} has not been fetched yet`);
      const found = await named(lane.repository).ask(['log', '-1', byTrailer, '--format=%H', '--end-of-options', head]);
      return found !== '';
    },

    /** Tags a commit of the remote; never throws for what the remote says. */
    putTag: async (
      repository: string,
      tag: string,
      commit: string,
      options: { readonly moves: boolean },
    ): Promise<Tagged> => {
      const known = repositories.get(repository);
      return known === undefined
        ? { kind: 'refused', because: `no repository "${repository}" is configured any more` }
        : tagCommit(known, tag, commitShaSchema.parse(commit), options);
    },

    begin: (lane: Lane, head: CommitSha): Batch => {
      if (!isBranchName(lane.branch)) throw new Refusal(`${JSON.stringify(lane.branch)} is not a branch name`);
      const { author, clock } = ports;
      const batch = createBatch({
        repository: named(lane.repository),
        branch: lane.branch,
        head,
        author,
        signer,
        clock,
        rendered: ports.rendered ?? (async () => null),
      });
      const push = async (): Promise<Pushed> => {
        const pushed = await batch.push();
        ports.onPush?.(lane.repository, pushed.kind);
        return pushed;
      };
      return { ...batch, push };
    },

    close: () => {
      for (const repository of repositories.values()) repository.close();
    },
  };
}
export type Gitops = ReturnType<typeof createGitops>;
