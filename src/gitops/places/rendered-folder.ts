import type { Placed, RenderedFolder } from '../../vocabulary/change.ts';
import { isImageOf } from '../../vocabulary/image.ts';
import type { RenderedFiles } from '../../vocabulary/rendered.ts';
import { placesIn, readPlace } from './places.ts';

export type ReadFolder =
  | { readonly kind: 'found'; readonly placed: Placed; readonly line: number; readonly path: string }
  | { readonly kind: 'empty' | 'refused'; readonly because: string };

/** The version that manifests hold for an image, wherever they name it; `files` by their path in the repository. */
export function readRendered(place: RenderedFolder, files: RenderedFiles): ReadFolder {
  const found = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, text]) =>
      placesIn(path, text).flatMap((each) => {
        if (!('image' in each) || !isImageOf(each.image, place.image)) return [];
        const read = readPlace(each, text);
        return read.kind === 'found' ? [{ path, line: read.line, placed: read.placed }] : [];
      }),
    );
  const [first] = found;
  if (first === undefined) return { kind: 'empty', because: `no manifest in ${place.path} names ${place.image}` };
  const other = found.find(
    ({ placed }) => placed.version !== first.placed.version || placed.digest !== first.placed.digest,
  );
  if (other === undefined) return { kind: 'found', ...first };
  const told = ({ path, placed }: typeof first) => `${placed.version} in ${path}`;
  return {
    kind: 'refused',
    because: `the manifests in ${place.path} hold several versions of ${place.image}: ${told(first)}, ${told(other)}`,
  };
}
