import type { Artifact } from '../vocabulary/artifact.ts';
import type { CommitSha, Lane, LineChange, Place, RenderedFolder } from '../vocabulary/change.ts';
import type { RenderedFiles } from '../vocabulary/rendered.ts';
import { changedLines } from './changed-lines.ts';
import type { PlacePorts } from './services.ts';

export interface PreviewPorts extends Pick<PlacePorts, 'folder' | 'readRendered'> {
  readonly rendered: (service: string, version: string, content: string) => Promise<RenderedFiles | null>;
}

export type Preview =
  | { readonly kind: 'changed'; readonly lines: readonly LineChange[] }
  | { readonly kind: 'refused'; readonly because: string };

/** A folder with the hash of what the artifact brings for it, so that a vote is for just that. */
export function withContent(place: Place, artifact: Artifact, environment: string): Place {
  if (place.kind !== 'rendered-folder') return place;
  const { rendered = {} } = artifact;
  const content = Object.hasOwn(rendered, environment) ? rendered[environment] : undefined;
  return content === undefined ? place : { ...place, content };
}

/** What a release would change in a folder; refused where the manifests are not there, or are not of this version. */
export async function previewFolder(
  ports: PreviewPorts,
  at: { readonly lane: Lane; readonly head: CommitSha },
  place: RenderedFolder,
  { service, version, image, digest }: Artifact,
): Promise<Preview> {
  if (place.content === undefined)
    return refused(`${service} ${version} came without manifests for ${place.path}; its CI sends them with it`);
  const files = await ports.rendered(service, version, place.content);
  if (files === null)
    return refused(`the manifests of ${service} ${version} for ${place.path} were forgotten; build it again`);
  const now = Object.fromEntries(Object.entries(files).map(([path, text]) => [`${place.path}/${path}`, text]));
  const read = ports.readRendered({ ...place, image }, now);
  if (read.kind !== 'found') return refused(read.because);
  const { placed } = read;
  if (placed.version !== version || (placed.digest ?? digest) !== digest)
    return refused(
      `the manifests of ${service} ${version} for ${place.path} hold ${placed.version}${placed.digest === undefined ? '' : ` (${placed.digest})`}`,
    );
  return { kind: 'changed', lines: changes(await ports.folder(at.lane.repository, at.head, place.path), now) };
}

function refused(because: string): Preview {
  return { kind: 'refused', because };
}

/** A message holds some lines; the rest is a look at the commit. */
const mostLines = 40;

/** File by file: those that come or go as a whole, and the lines that differ. */
export function changes(before: RenderedFiles, after: RenderedFiles): readonly LineChange[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const all = paths.flatMap((path): LineChange[] => {
    const [old, now] = [own(before, path), own(after, path)];
    if (old === now) return [];
    if (old === undefined || now === undefined) return [{ path, line: 1, before: summary(old), after: summary(now) }];
    const lines = changedLines(old.split('\n'), now.split('\n')).map((line) => ({ path, ...line }));
    return lines.length > 0 ? lines : [{ path, line: 1, before: '', after: 'other white space' }];
  });
  if (all.length <= mostLines) return all;
  const more = all.length - mostLines + 1;
  const [last] = all.slice(mostLines - 1);
  const rest = { path: last?.path ?? '', line: last?.line ?? 1, before: '', after: `… and ${more} more changes` };
  return [...all.slice(0, mostLines - 1), rest];
}

function own(files: RenderedFiles, path: string): string | undefined {
  return Object.hasOwn(files, path) ? files[path] : undefined;
}

function summary(text: string | undefined): string {
  return text === undefined ? '' : `a file of ${text.split('\n').length} lines`;
}
