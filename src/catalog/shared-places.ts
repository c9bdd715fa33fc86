import { canonical } from '../canonical.ts';
import { templateOf } from './place-forms.ts';
import type { Service } from './sluice-file.ts';

interface SharedPlace {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly besides: readonly PropertyKey[];
}

/** Two services whose version would stand in one and the same place: a release of either would be one of both. */
export function sharedPlaces(services: Readonly<Record<string, Service>>): readonly SharedPlace[] {
  const owners = new Map<string, readonly PropertyKey[]>();
  const same = Object.entries(services).flatMap(([name, service]) =>
    placesOf(name, service).flatMap(({ place, member }) => {
      const path = ['services', name, ...member];
      const besides = owners.get(place);
      if (besides === undefined) owners.set(place, path);
      return besides === undefined
        ? []
        : [{ path, message: `is the place of ${String(besides[1])} already; each has a place of its own`, besides }];
    }),
  );
  return [...same, ...filledFolders(services)];
}

/** A release fills a folder of rendered manifests and takes out the rest: nothing of another service may lie in it. */
function filledFolders(services: Readonly<Record<string, Service>>): readonly SharedPlace[] {
  const all = Object.entries(services).flatMap(([name, { repository, folder, place }]) => {
    const where = (template: string) => `${repository ?? ''}:${template.replaceAll('{service}', name)}/`;
    const path = (member: readonly PropertyKey[]) => ['services', name, ...member];
    const forms = [place ?? []].flat().map((form, index) => ({
      name,
      at: where(templateOf(form)),
      isFilled: 'rendered' in form,
      path: path(Array.isArray(place) ? ['place', index] : ['place']),
    }));
    const own = folder === undefined ? [] : [{ name, at: where(folder), isFilled: false, path: path(['folder']) }];
    return [...forms, ...own];
  });
  return all.flatMap((filled) =>
    all
      .filter((other) => filled.isFilled && other !== filled && other.at.startsWith(filled.at))
      // Of two that are filled alike each is in the other; it is told once.
      .filter((other) => other.at !== filled.at || !other.isFilled || all.indexOf(other) > all.indexOf(filled))
      .map((other) => ({
        path: other.path,
        message: `lies in the folder that releases of ${filled.name} fill; each has a place of its own`,
        besides: filled.path,
      })),
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
