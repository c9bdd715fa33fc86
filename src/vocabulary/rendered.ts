import { createHash } from 'node:crypto';
import { z } from 'zod';
import { repositoryPathSchema } from './change.ts';

/** Manifests by their path in the folder that they are for. */
export type RenderedFiles = Readonly<Record<string, string>>;

const mostFiles = 200;
const longestFile = 300_000;

/** Bounded, plain files of text; none of them is in the way of another. */
export const renderedFilesSchema = z
  .record(
    repositoryPathSchema,
    z
      .string()
      .max(longestFile)
      .refine((text) => text.isWellFormed() && !text.includes('\0'), 'expected text'),
  )
  .superRefine((files, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', message });
    const paths = Object.keys(files);
    if (paths.length === 0 || paths.length > mostFiles) say(`expected 1 to ${mostFiles} files, found ${paths.length}`);
    const folders = new Set(paths.flatMap(foldersOf));
    const both = paths.find((path) => folders.has(path));
    if (both !== undefined) say(`${JSON.stringify(both)} is a file and a folder`);
  })
  .meta({ examples: [{ 'deployment.yaml': 'apiVersion: apps/v1' }] });

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** What approvals are bound to: another file, name or letter is another hash. */
export function renderedHash(files: RenderedFiles): string {
  const sorted = Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `sha256:${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`;
}
