import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CommitSha, commitShaSchema } from '../../src/change.ts';
import { createClusterObjects } from '../../src/kubernetes/cluster-objects.ts';
import type { SeenDrift } from '../../src/kubernetes/drift/drift-tracker.ts';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { createJudge } from '../../src/kubernetes/judge.ts';
import { watchedKinds } from '../../src/kubernetes/kinds.ts';
import type { Kept } from '../../src/kubernetes/objects.ts';
import { releaseIdSchema } from '../../src/release.ts';
import { type Instant, instantOf } from '../../src/time.ts';
import type { Verdict } from '../../src/verdict.ts';

const objectSchema = z.looseObject({
  kind: z.string(),
  // What stands in no namespace has none.
  metadata: z.looseObject({
    namespace: z.string().default(''),
    name: z.string(),
    creationTimestamp: z.string().nullish(),
  }),
});
const truthSchema = z.looseObject({
  commit: commitShaSchema.optional(),
  service: z.string().optional(),
  verdict: z.string().optional(),
  running: z.string().optional(),
  drift: z.string().optional(),
  object: z.string().optional(),
  state: z.string().optional(),
  live: z.unknown().optional(),
  wanted: z.unknown().optional(),
  manager: z.string().optional(),
});
const lineSchema = z.looseObject({
  t: z.number().optional(),
  type: z.string().optional(),
  object: objectSchema.optional(),
  do: z.string().optional(),
  commit: commitShaSchema.optional(),
  truth: truthSchema.optional(),
});
export type Line = z.infer<typeof lineSchema>;
export type Truth = z.infer<typeof truthSchema>;

export interface Recording {
  readonly lines: readonly Line[];
  /** Milliseconds since the epoch of the recording's zero. */
  readonly startMs: number;
}

/** Reads a recording: one event a line, times in milliseconds since its start. */
export function readRecording(file: string): Recording {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)));
  // Nothing is seen before it is made, so the zero is not earlier than that of any object.
  const zeros = lines.flatMap(({ t = 0, object }) => {
    const made = Date.parse(object?.metadata.creationTimestamp ?? '');
    return Number.isNaN(made) ? [] : [made - t];
  });
  if (zeros.length === 0) throw new Error(`${file} has no object with a creationTimestamp, so nothing can be dated`);
  return { lines, startMs: zeros.reduce((a, b) => Math.max(a, b)) };
}

/** The same events as other watches might bring them: each kind late by its own, changing lag, in its own order still. */
export function delayed(recording: Recording, random: () => number, longestMs = 3_000): Recording {
  const reached = new Map<string, number>();
  const lines = recording.lines.map((line) => {
    if (line.object === undefined) return line;
    const t = Math.max(reached.get(line.object.kind) ?? 0, (line.t ?? 0) + Math.floor(random() * longestMs));
    reached.set(line.object.kind, t);
    return { ...line, t };
  });
  return { ...recording, lines: lines.toSorted((a, b) => (a.t ?? 0) - (b.t ?? 0)) };
}

export interface ReleasedCommit {
  readonly commit: CommitSha;
  readonly service: string;
  readonly image: string;
  readonly version: string;
  readonly path: string;
}

/** The repository of a recording: its ancestry, and what each commit releases. */
export interface History {
  readonly isAncestor: (ancestor: string, descendant: string) => boolean;
  readonly releases: readonly ReleasedCommit[];
}

/** Clones a bundle into a folder and reads it. */
export function readHistory(bundle: string, folder: string): History {
  execFileSync('git', ['clone', '--quiet', '--mirror', bundle, folder], { stdio: 'ignore' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const parents = new Map(
    git('rev-list', '--all', '--parents', '--topo-order', '--reverse')
      .trim()
      .split('\n')
      .map((line): [string, string[]] => {
        const [commit = '', ...rest] = line.split(' ');
        return [commit, rest];
      }),
  );
  const isAncestor = (ancestor: string, descendant: string): boolean =>
    ancestor === descendant || (parents.get(descendant) ?? []).some((parent) => isAncestor(ancestor, parent));
  const held = new Map([...parents.keys()].map((commit) => [commit, versionsAt(git, commit)]));
  const releases = [...parents].flatMap(([commit, [parent]]) => {
    const before = new Map((held.get(parent ?? '') ?? []).map((each) => [each.image, each.version]));
    return (held.get(commit) ?? [])
      .filter(({ image, version }) => before.get(image) !== version)
      .map((each) => ({ ...each, commit: commitShaSchema.parse(commit), service: each.image.split('/').at(-1) ?? '' }));
  });
  return { isAncestor, releases };
}

/** Every image with its version in the files of a commit: plain images, kustomize's newTag, tags of a HelmRelease. */
function versionsAt(
  git: (...args: string[]) => string,
  commit: string,
): { image: string; version: string; path: string }[] {
  const files = git('ls-tree', '-r', '--name-only', commit)
    .trim()
    .split('\n')
    .filter((path) => /\.ya?ml$/.test(path));
  const texts = files.map((path) => ({ path, text: git('show', `${commit}:${path}`) }));
  const templated = texts.flatMap(({ text }) =>
    [...text.matchAll(/image:\s*["']?([^\s"'{]+):\{\{/g)].map((match) => match[1] ?? ''),
  );
  return texts.flatMap(({ path, text }) => {
    const plain = [...text.matchAll(/image:\s*["']?([^\s"'{}]+):([\w.-]+)/g)].map((match) => ({
      image: match[1] ?? '',
      version: match[2] ?? '',
      path,
    }));
    const kustomize = [...text.matchAll(/name:\s*["']?([^\s"']+)["']?\s+newTag:\s*["']?([\w.-]+)/g)].map((match) => ({
      image: match[1] ?? '',
      version: match[2] ?? '',
      path,
    }));
    const tag = /kind: HelmRelease/.test(text) ? /\btag:\s*["']?([\w.-]+)/.exec(text)?.[1] : undefined;
    const repository = /repository:\s*["']?([^\s"']+)/.exec(text)?.[1] ?? templated[0];
    const helm = tag === undefined || repository === undefined ? [] : [{ image: repository, version: tag, path }];
    return [...kustomize, ...plain.filter(({ image }) => !kustomize.some((each) => each.image === image)), ...helm];
  });
}

export interface Said {
  readonly t: number;
  readonly commit: CommitSha;
  readonly service: string;
  readonly verdict: Verdict;
}

export interface SaidDrift {
  readonly t: number;
  readonly drift: SeenDrift;
  readonly state: 'open' | 'corrected' | 'released' | 'gone';
}

export interface Replayed {
  readonly verdicts: readonly Said[];
  readonly drifts: readonly SaidDrift[];
}

const releaseId = releaseIdSchema.parse('01J00000000000000000000000');
const tickMs = 500;

/** Plays a recording through the pure parts as a watch would deliver it, and tells everything that would have been said. */
export function replay(recording: Recording, history: History): Replayed {
  const view = createClusterObjects();
  const keepers = new Map<string, (raw: unknown) => Kept | null>(watchedKinds.map(({ kind, keep }) => [kind, keep]));
  const held = new Map<string, Kept>();
  const judge = createJudge('recorded');
  const expected = new Map<string, Expected>();
  const verdicts: Said[] = [];
  const drifts: SaidDrift[] = [];
  const opened = new Map<string, SeenDrift>();

  const say = (t: number, commit: CommitSha, service: string, verdict: Verdict) => {
    const before = verdicts.findLast((each) => each.commit === commit && each.service === service);
    if (before === undefined || JSON.stringify(before.verdict) !== JSON.stringify(verdict))
      verdicts.push({ t, commit, service, verdict });
  };
  const judgeAt = (t: number) => {
    const { verdicts: judged, drift } = judge.judge(
      view,
      [...expected.values()],
      history.isAncestor,
      recording.startMs + t,
    );
    for (const each of judged) say(t, each.expected.commit, each.expected.service, each.verdict);
    for (const each of drift.seen) {
      opened.set(each.id, each);
      drifts.push({ t, drift: each, state: 'open' });
    }
    for (const { id, how } of drift.ended) {
      const each = opened.get(id);
      if (each !== undefined) drifts.push({ t, drift: each, state: how });
    }
  };
  const push = (t: number, head: string) =>
    pushed(expected, history, head, instantOf(recording.startMs + t), (commit, service, verdict) =>
      say(t, commit, service, verdict),
    );

  let clock = 0;
  for (const line of recording.lines) {
    const t = line.t ?? 0;
    for (clock += tickMs; clock < t; clock += tickMs) judgeAt(clock);
    clock = t;
    if (line.do === 'git push' && line.commit !== undefined) push(t, line.commit);
    if (line.object !== undefined) {
      const key = `${line.object.kind}/${line.object.metadata.namespace}/${line.object.metadata.name}`;
      const kept = line.type === 'DELETED' ? null : (keepers.get(line.object.kind)?.(line.object) ?? null);
      const before = held.get(key);
      if (kept !== null) held.set(key, kept);
      else held.delete(key);
      if (kept !== null) view.put(kept);
      else if (before !== undefined) view.drop(before);
    }
    judgeAt(t);
  }
  return { verdicts, drifts };
}

/** What a push makes every cluster expect; the commits that it replaces are told so. */
export function pushed(
  expected: Map<string, Expected>,
  history: History,
  head: string,
  at: Instant,
  say: (commit: CommitSha, service: string, verdict: Verdict) => void,
): void {
  for (const release of history.releases) {
    const before = expected.get(release.service);
    if (!history.isAncestor(release.commit, head) || before?.commit === release.commit) continue;
    if (before !== undefined && history.isAncestor(release.commit, before.commit)) continue;
    if (before !== undefined) {
      const lost = !history.isAncestor(before.commit, head);
      const because = 'its commit is no longer in main';
      say(
        before.commit,
        before.service,
        lost ? { kind: 'gone', because, since: at } : { kind: 'superseded', by: release.version, since: at },
      );
    }
    expected.set(release.service, expectedOf(release, at));
  }
}

function expectedOf(release: ReleasedCommit, writtenAt: string): Expected {
  const { service, commit, image, version, path } = release;
  const place = { environment: 'production', cluster: 'recorded', repository: 'gitops', branch: 'main' };
  return { ...place, service, commit, image, version, paths: [path], release: releaseId, writtenAt };
}
