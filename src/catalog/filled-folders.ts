import { templateOf } from './place-forms.ts';
import type { SharedPlace } from './shared-places.ts';
import type { Service } from './sluice-file.ts';

interface Spot {
  readonly owner: string;
  /** Repository and path, with a slash at its end, so that what lies in it begins with it. */
  readonly at: string;
  readonly isFilled: boolean;
  readonly path: readonly PropertyKey[];
}

/** A release fills a folder of rendered manifests and takes out the rest: nothing of another service may lie in it. */
export function filledFolders({
  discover,
  named,
}: {
  readonly discover?: string | undefined;
  readonly named: Readonly<Record<string, Service>>;
}): readonly SharedPlace[] {
  const discovered: Spot[] =
    discover === undefined
      ? []
      : [{ owner: 'discover', at: `:${discover}/`, isFilled: false, path: ['services', 'discover'] }];
  const spots = [...Object.entries(named).flatMap(([name, service]) => spotsOf(name, service)), ...discovered];
  return spots.flatMap((filled, index) =>
    spots
      // Of two folders that are filled and are the same, each lies in the other; it is told once.
      .filter((other, at) => other !== filled && (other.at !== filled.at || !other.isFilled || at > index))
      .filter((other) => filled.isFilled && other.at.startsWith(filled.at))
      .map(({ path }) => ({
        path,
        message: `lies in the folder that releases of ${filled.owner} fill; each has a place of its own`,
        besides: filled.path,
      })),
  );
}

function spotsOf(owner: string, { repository, folder, place }: Service): Spot[] {
  const where = (template: string) => `${repository ?? ''}:${template.replaceAll('{service}', owner)}/`;
  const path = (...member: readonly PropertyKey[]) => ['services', owner, ...member];
  const forms = [place ?? []].flat().map((form, index) => ({
    owner,
    at: where(templateOf(form)),
    isFilled: 'rendered' in form,
    path: Array.isArray(place) ? path('place', index) : path('place'),
  }));
  return folder === undefined ? forms : [{ owner, at: where(folder), isFilled: false, path: path('folder') }];
}
