import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  /** What goes before a command whose process is to have this disk. */
  readonly under: readonly string[];
  /** Until not one more byte fits. */
  readonly fill: () => void;
  readonly free: () => void;
  readonly readOnly: () => void;
  readonly writable: () => void;
  readonly close: () => void;
}

const ownNamespace = ['--user', '--map-root-user', '--mount'];
const mount = 'mount -t tmpfs -o "size=$1m" none "$2" && shift 2 && exec "$@"';

/** Why no disk can be had here without asking for rights; null where one can. */
export function whyNoSmallDisk(): string | null {
  const { status, error, stderr } = spawnSync(
    'unshare',
    [...ownNamespace, 'sh', '-c', mount, 'sh', '1', '/tmp', 'true'],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? null : `no small disk can be mounted here: ${error?.message ?? stderr.trim()}`;
}

/** A disk of a few megabytes at a folder, that only processes see which are started under it. */
export async function startSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  const keeper = ['sh', '-c', 'echo mounted && exec sleep infinity'];
  const child = spawn('unshare', [...ownNamespace, 'sh', '-c', mount, 'sh', String(megabytes), folder, ...keeper], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the small disk ended with ${code}`)));
  });
  const under = ['nsenter', '-t', String(child.pid), '--user', '--mount', '--preserve-credentials', '--wd=/'];
  const filler = join(`/proc/${child.pid}/root`, folder, 'filler');
  const remount = (how: 'ro' | 'rw') => {
    const [program = '', ...args] = [...under, 'mount', '-o', `remount,${how}`, folder];
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the small disk could not be remounted: ${stderr}`);
  };
  return {
    under,
    fill: () => {
      const file = openSync(filler, 'w');
      for (let size = 65_536; size >= 1; size = Math.floor(size / 16)) fillBy(file, Buffer.alloc(size));
      closeSync(file);
    },
    free: () => rmSync(filler),
    readOnly: () => remount('ro'),
    writable: () => remount('rw'),
    close: () => void child.kill(),
  };
}

function fillBy(file: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
