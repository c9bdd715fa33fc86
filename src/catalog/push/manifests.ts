import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, Refusal } from '../../doors/errors.ts';
import type { RenderedFiles } from '../../vocabulary/rendered.ts';

/** As JSON, for all environments together: beside the longest lists of commits and files, what one request may hold (1 MB). */
const mostBytes = 650_000;

/** The files of `DIR/dev`, `DIR/production`, … by their path there; a Refusal where there are none, or too much. */
export function readManifests(folder: string): Readonly<Record<string, RenderedFiles>> {
  let bytes = 0;
  const filesOf = (below: string): Record<string, string> => {
    const files: Record<string, string> = {};
    const enter = (path: string): void => {
      for (const entry of readdirSync(join(below, path), { withFileTypes: true })) {
        const name = path === '' ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) enter(name);
        else if (entry.isFile()) {
          const text = readFileSync(join(below, name), 'utf8');
          bytes += Buffer.byteLength(JSON.stringify(text));
          if (bytes > mostBytes)
            throw new Refusal(
              `The manifests in ${folder} have more than ${mostBytes} bytes, which one artifact may carry.`,
            );
          files[name] = text;
        } else throw new Refusal(`${join(below, name)} is no plain file; only such can be released.`);
      }
    };
    enter('');
    return files;
  };
  try {
    const environments = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    if (environments.length === 0)
      throw new Refusal(`${folder} holds no folder of an environment, such as ${join(folder, 'dev')}.`);
    return Object.fromEntries(environments.map(({ name }) => [name, filesOf(join(folder, name))]));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`The manifests of --manifests cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
