import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CommitSha, commitShaSchema } from '../../src/vocabulary/change.ts';

const run = promisify(execFile);
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

export interface GitHistory {
  /** Of the bare repository. */
  readonly path: string;
  /** Commits the whole tree to main; `forced` takes the place of the head. */
  readonly commit: (files: Readonly<Record<string, string>>, message: string, forced?: boolean) => Promise<CommitSha>;
  readonly head: () => CommitSha;
  readonly isAncestor: (ancestor: string, descendant: string) => boolean;
  /** Whether it can be found where it is said to be. */
  readonly answer: (answers: boolean) => Promise<void>;
  readonly answers: () => boolean;
  /** The tree of a commit as source-controller packs it. */
  readonly archive: (commit: string) => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

/** A real repository whose ancestry is remembered, written by one process for each commit. */
export async function createGitHistory(): Promise<GitHistory> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-scenario-'));
  const [path, away] = [join(folder, 'gitops.git'), join(folder, 'away.git')];
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', path], { env });
  const parents = new Map<string, CommitSha | null>();
  let head: CommitSha | null = null;
  let there = true;
  const isAncestor = (ancestor: string, descendant: string): boolean => {
    for (let at: string | null = descendant; at !== null; at = parents.get(at) ?? null)
      if (at === ancestor) return true;
    return false;
  };
  return {
    path,
    commit: async (files, message, forced = false) => {
      const parent = forced && head !== null ? (parents.get(head) ?? null) : head;
      const marks = join(folder, 'marks');
      await importCommit(there ? path : away, marks, streamOf(files, message, parent, parents.size));
      const [, sha] = (await readFile(marks, 'utf8')).trim().split(' ');
      head = commitShaSchema.parse(sha);
      parents.set(head, parent);
      return head;
    },
    head: () => commitShaSchema.parse(head),
    isAncestor,
    answer: async (answers) => {
      if (answers === there) return;
      await (answers ? rename(away, path) : rename(path, away));
      there = answers;
    },
    answers: () => there,
    archive: async (commit) => {
      const options = { env, cwd: there ? path : away, encoding: 'buffer', maxBuffer: 64_000_000 } as const;
      return (await run('git', ['archive', '--format=tar.gz', commit], options)).stdout;
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** See git-fast-import(1). */
function streamOf(
  files: Readonly<Record<string, string>>,
  message: string,
  parent: string | null,
  number: number,
): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const lines = Object.entries(files).map(([file, content]) => `M 100644 inline ${file}\n${data(content)}`);
  const from = parent === null ? '' : `from ${parent}\n`;
  const who = `committer Olu <olu@example.com> ${1_780_000_000 + number} +0000\n`;
  return `commit refs/heads/main\nmark :1\n${who}${data(message)}${from}deleteall\n${lines.join('')}done\n`;
}

async function importCommit(repository: string, marks: string, stream: string): Promise<void> {
  const args = ['fast-import', '--quiet', '--done', '--force', `--export-marks=${marks}`];
  const child = spawn('git', args, { env, cwd: repository, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(stream);
  if ((await ended) !== 0) throw new Error(`git fast-import failed: ${said}`);
}
