import type { SluiceFile } from '../../sluice-yaml.ts';
import { blobIdSchema, commitShaSchema, type FilePlace } from '../../vocabulary/change.ts';
import { isImageOf } from '../../vocabulary/image.ts';
import { findPlaces, type PlacePorts } from '../services.ts';
import type { RepositoryFile } from './sightings.ts';

export interface PlaceReaders {
  readonly placesIn: (path: string, text: string) => readonly FilePlace[];
  readonly readPlace: PlacePorts['readPlace'];
}

const commit = commitShaSchema.parse('0'.repeat(40));
const blob = blobIdSchema.parse('0'.repeat(40));

/** The paths of the places of a service, or why there are none. */
export type Resolve = (file: SluiceFile, service: string, environment: string) => Promise<readonly string[] | string>;

/** What files say under a `sluice.yaml`, as a release would find it. */
export function createResolve(files: readonly RepositoryFile[], { placesIn, readPlace }: PlaceReaders): Resolve {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const ports: PlacePorts = {
    readPlace,
    // No proposal has a folder that is filled by releases.
    folder: async () => ({}),
    readRendered: ({ path }) => ({ kind: 'empty', because: path }),
    read: async (_, __, path) => {
      const text = texts.get(path);
      return text === undefined ? null : { blob, text };
    },
    places: async (_, __, folder, image) =>
      files
        .filter(({ path }) => path.startsWith(`${folder.replace(/\/+$/, '')}/`))
        .flatMap(({ path, text }) => placesIn(path, text).map((place) => ({ place, text })))
        .flatMap(({ place, text }) => {
          if (image !== undefined && 'image' in place && !isImageOf(place.image, image)) return [];
          const read = readPlace(place, text);
          return read.kind === 'found' ? [{ place, placed: read.placed, line: read.line }] : [];
        }),
  };
  return async (file, service, environment) => {
    const found = await findPlaces(ports, { file, service, environment, repository: '', commit });
    if (found.kind === 'found') return found.places.map(({ place }) => place.path);
    return found.kind === 'empty' ? found.places.map(({ path }) => path) : found.because;
  };
}
