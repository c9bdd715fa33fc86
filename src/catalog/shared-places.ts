import { canonical } from '../doors/canonical.ts';
import type { Service } from './sluice-file.ts';

export interface SharedPlace {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly besides: readonly PropertyKey[];
}

/** Two services whose version would stand in one and the same place: a release of either would be one of both. */
export function sharedPlaces(services: Readonly<Record<string, Service>>): readonly SharedPlace[] {
  const owners = new Map<string, readonly PropertyKey[]>();
  return Object.entries(services).flatMap(([name, service]) =>
    placesOf(name, service).flatMap(({ place, member }) => {
      const path = ['services', name, ...member];
      const besides = owners.get(place);
      if (besides === undefined) owners.set(place, path);
      return besides === undefined
        ? []
        : [{ path, message: `is the place of ${String(besides[1])} already; each has a place of its own`, besides }];
    }),
  );
}

function placesOf(name: string, { repository, folder, image, place }: Service) {
  const named = (value: unknown) => canonical({ repository, value }).replaceAll('{service}', name);
  // A folder may hold the images of several services; only one image has one owner.
  if (folder !== undefined) return image === undefined ? [] : [{ place: named({ folder, image }), member: ['folder'] }];
  return [place ?? []]
    .flat()
    .map((each, index) => ({ place: named(each), member: Array.isArray(place) ? ['place', index] : ['place'] }));
}
