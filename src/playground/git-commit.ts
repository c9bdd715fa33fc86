import { git } from './git-command.ts';

export interface CommitBy {
  readonly message: string;
  /** `Name <email>` */
  readonly author: string;
  readonly at?: Date;
}

/**
 * A commit on main of a bare repository; null deletes a file. It is made by one `git fast-import`, without a work tree, and tried again
 * when somebody else was faster. Returns its id.
 */
export function commitOnMain(path: string, files: Readonly<Record<string, string | null>>, by: CommitBy): string {
  for (let round = 0; round < 5; round += 1) {
    const before = git(path, ['rev-parse', '--verify', '--quiet', 'main']);
    const parent = before.code === 0 ? before.out.trim() : null;
    const made = git(path, ['fast-import', '--quiet', '--done'], { input: streamOf(files, by, parent) });
    if (made.code === 0) return made.out.trim();
    // The only failure that another round can mend: main has moved meanwhile.
    if (!made.error.includes('refs/heads/main')) throw new Error(`git fast-import failed: ${made.error.slice(0, 300)}`);
  }
  throw new Error('main moved five times while a commit was made');
}

/** See `git help fast-import`; `get-mark` prints the id. */
function streamOf(files: Readonly<Record<string, string | null>>, by: CommitBy, parent: string | null): string {
  const { message, author, at = new Date() } = by;
  const [, name = author, email = 'someone@acme.test'] = /^(.*) <(.*)>$/.exec(author) ?? [];
  const who = `${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000`;
  const head = ['commit refs/heads/main', 'mark :1', `author ${who}`, `committer ${who}`, dataOf(message)];
  const changes = Object.entries(files).map(([file, content]) =>
    content === null ? `D ${file}` : `M 100644 inline ${file}\n${dataOf(content)}`,
  );
  return [...head, ...(parent === null ? [] : [`from ${parent}`]), ...changes, 'get-mark :1', 'done\n'].join('\n');
}

const dataOf = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
