import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileTrouble, Refusal } from '../../doors/errors.ts';
import type { RepositoryFile } from './sightings.ts';

const mostFiles = 20_000;
const largestBytes = 1_000_000;

/** The manifests below a folder, by their path in it; neither links nor hidden folders are followed. */
export function readRepository(folder: string): readonly RepositoryFile[] {
  const files: RepositoryFile[] = [];
  const enter = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') enter(path);
      if (!entry.isFile() || !isManifest(entry.name)) continue;
      const whole = join(folder, path);
      if (statSync(whole).size > largestBytes) continue;
      if (files.length === mostFiles)
        throw new Refusal(`${folder} holds more than ${mostFiles} manifests; name a part.`);
      files.push({ path, text: readFileSync(whole, 'utf8') });
    }
  };
  try {
    enter('');
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`Cannot read ${folder}: ${fileTrouble(error)}.`, { cause: error });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Flux's own manifests hold images that Flux itself is upgraded by. */
function isManifest(name: string): boolean {
  return (/\.ya?ml$/.test(name) && !name.startsWith('gotk-')) || name === 'Kustomization';
}
