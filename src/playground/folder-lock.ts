import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../doors/errors.ts';
import { commandOf } from './processes.ts';

/** One playground for each folder, until the answer is called; a lock whose process is gone belongs to nobody. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  const mine = String(process.pid);
  if (!take(path, mine)) {
    const holder = Number(read(path));
    if (holder > 0 && commandOf(holder) !== '')
      throw new Refusal(`A playground runs already (process ${holder}). Stop it with Ctrl-C first.`);
    rmSync(path, { force: true });
    if (!take(path, mine)) throw new Refusal('Another playground is starting in this folder. Try again.');
  }
  return () => {
    if (read(path) === mine) rmSync(path, { force: true });
  };
}

function take(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
