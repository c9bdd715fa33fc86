import type { SluiceFile } from '../sluice-yaml.ts';
import type { BlobId, CommitSha, FilePlace, Place, Placed, RenderedFolder } from '../vocabulary/change.ts';
import { nameSchema } from '../vocabulary/name.ts';
import type { RenderedFiles } from '../vocabulary/rendered.ts';
import { fillTemplate, type PlaceForm, placesOfForm } from './place-forms.ts';
import type { Service } from './sluice-file.ts';

export interface PlaceRead {
  readonly place: Place;
  /** The file of a folder in which the version was read. */
  readonly file?: string;
  readonly placed: Placed;
  readonly line: number;
}

export interface PlacePorts {
  readonly read: (
    repository: string,
    commit: CommitSha,
    path: string,
  ) => Promise<{ blob: BlobId; text: string } | null>;
  readonly places: (
    repository: string,
    commit: CommitSha,
    folder: string,
    image?: string,
  ) => Promise<readonly PlaceRead[]>;
  /** The files of a folder, by their path in the repository. */
  readonly folder: (repository: string, commit: CommitSha, folder: string) => Promise<RenderedFiles>;
  readonly readRendered: (
    place: RenderedFolder,
    files: RenderedFiles,
  ) =>
    | { readonly kind: 'found'; readonly placed: Placed; readonly line: number; readonly path: string }
    | { readonly kind: 'empty' | 'refused'; readonly because: string };
  readonly readPlace: (
    place: FilePlace,
    text: string,
  ) =>
    | { readonly kind: 'found'; readonly placed: Placed; readonly line: number }
    | { readonly kind: 'empty' | 'missing' | 'refused'; readonly because: string };
}

export type Found =
  | { readonly kind: 'found'; readonly places: readonly [PlaceRead, ...PlaceRead[]] }
  /** Every place that is named may be written, and none holds a version yet. */
  | { readonly kind: 'empty'; readonly places: readonly Place[] }
  | { readonly kind: 'missing' | 'refused'; readonly because: string };

export interface Where {
  readonly file: SluiceFile;
  readonly service: string;
  readonly environment: string;
  readonly repository: string;
  readonly commit: CommitSha;
  /** The image that is to be released, where it is known: tells apart the images of one folder. */
  readonly image?: string | undefined;
}

/** What `sluice.yaml` says of one service; null where it does not name it. */
export function namedService(file: SluiceFile, service: string): Service | null {
  return Object.hasOwn(file.services.named, service) ? (file.services.named[service] ?? null) : null;
}

/** Where the version of a service stands in an environment, and what stands there. */
export async function findPlaces(ports: PlacePorts, where: Where): Promise<Found> {
  const named = namedService(where.file, where.service);
  if (named?.place !== undefined) return readForms(ports, where, [named.place].flat());
  const template = named?.folder ?? where.file.services.discover;
  if (template === undefined)
    return { kind: 'missing', because: `sluice.yaml does not say where the version of ${where.service} stands` };
  return readFolder(ports, where, fillTemplate(template, where), named?.image ?? where.image);
}

/** The files and folders that `findPlaces` looks at. */
export function watchedPaths(file: SluiceFile, service: string, environment: string): readonly string[] {
  const named = namedService(file, service);
  if (named?.place !== undefined)
    return [named.place]
      .flat()
      .flatMap((form) =>
        placesOfForm(form, service, environment, clustersOf(file, environment)).map(({ path }) => path),
      );
  const template = named?.folder ?? file.services.discover;
  return template === undefined ? [] : [fillTemplate(template, { environment, service }).replace(/\/+$/, '')];
}

function clustersOf(file: SluiceFile, environment: string): readonly string[] {
  return Object.hasOwn(file.environments, environment) ? (file.environments[environment]?.clusters ?? []) : [];
}

async function readForms(ports: PlacePorts, where: Where, forms: readonly PlaceForm[]): Promise<Found> {
  const places: PlaceRead[] = [];
  const empty: Place[] = [];
  const { service, environment } = where;
  const clusters = clustersOf(where.file, environment);
  for (const place of forms.flatMap((form) => placesOfForm(form, service, environment, clusters))) {
    const read = await readOne(ports, where, place);
    if (read.kind === 'found') places.push(read.read);
    else if (read.kind === 'empty') empty.push(place);
    else return { kind: read.kind, because: read.because };
  }
  if (empty.length > 0 && places.length === 0) return { kind: 'empty', places: empty };
  const [half] = empty;
  if (half !== undefined && places[0] !== undefined)
    return {
      kind: 'refused',
      because: `${half.path} holds no version yet, but ${places[0].place.path} holds ${places[0].placed.version}; make them equal first`,
    };
  return found(places, `${where.service} has no place in ${where.environment}`);
}

type ReadOne =
  | { readonly kind: 'found'; readonly read: PlaceRead }
  | { readonly kind: 'empty' | 'missing' | 'refused'; readonly because: string };

async function readOne(ports: PlacePorts, { repository, commit }: Where, place: Place): Promise<ReadOne> {
  if (place.kind === 'rendered-folder') {
    const found = ports.readRendered(place, await ports.folder(repository, commit, place.path));
    if (found.kind !== 'found') return found;
    return { kind: 'found', read: { place, placed: found.placed, line: found.line, file: found.path } };
  }
  const file = await ports.read(repository, commit, place.path);
  if (file === null) return { kind: 'missing', because: `there is no file ${place.path}` };
  const found = ports.readPlace(place, file.text);
  if (found.kind !== 'found') return found;
  return { kind: 'found', read: { place, placed: found.placed, line: found.line } };
}

async function readFolder(
  ports: PlacePorts,
  { repository, commit, service }: Where,
  folder: string,
  image: string | undefined,
): Promise<Found> {
  const nothing = `no file below ${folder} holds a version of ${service}`;
  const own = image === undefined ? [] : overrides(await ports.places(repository, commit, folder, image));
  if (own.length > 0) return found(own, nothing);
  const all = overrides(await ports.places(repository, commit, folder));
  const images = [...new Set(all.flatMap(({ place }) => ('image' in place ? [place.image] : [])))];
  if (images.length <= 1) return found(all, nothing);
  const alike = images.filter((each) => each.split('/').at(-1) === service);
  if (alike.length === 1)
    return found(
      all.filter(({ place }) => 'image' in place && place.image === alike[0]),
      nothing,
    );
  return {
    kind: 'refused',
    because: `${folder} holds several images (${images.slice(0, 5).join(', ')}); name one in services.${service}.image of sluice.yaml`,
  };
}

/** What a workload names itself counts only where nothing overrides it: the images of a kustomization do. */
function overrides(places: readonly PlaceRead[]): readonly PlaceRead[] {
  const stronger = places.filter(({ place }) => place.kind !== 'container-image');
  return stronger.length > 0 ? stronger : places;
}

function found(places: readonly PlaceRead[], nothing: string): Found {
  const [first, ...rest] = places;
  return first === undefined ? { kind: 'missing', because: nothing } : { kind: 'found', places: [first, ...rest] };
}

/** The folders that `discover` finds among the files of a repository: the services of one environment. */
export function discoveredServices(file: SluiceFile, environment: string, paths: readonly string[]): readonly string[] {
  const template = file.services.discover;
  if (template === undefined) return [];
  const [before = '', after = ''] = template.replaceAll('{environment}', environment).split('{service}');
  const claimed = claimedPaths(file, environment);
  const names = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(before)) continue;
    const rest = path.slice(before.length);
    const end = rest.indexOf(`${after}/`);
    const name = end === -1 ? '' : rest.slice(0, end);
    if (names.has(name) || !nameSchema.safeParse(name).success) continue;
    // A folder that named services share is not a service of its own.
    const folder = `${before}${name}${after}/`;
    if (claimed.some((claim) => claim.service !== name && `${claim.path}/`.startsWith(folder))) continue;
    names.add(name);
  }
  return [...names].toSorted();
}

/** The folder that `discover` looks through for one environment. */
export function discoveryFolder(template: string, environment: string): string {
  const before = template.replaceAll('{environment}', environment).split('{service}')[0] ?? '';
  return before.split('/').slice(0, -1).join('/');
}

function claimedPaths(file: SluiceFile, environment: string): readonly { service: string; path: string }[] {
  const clusters = clustersOf(file, environment);
  return Object.entries(file.services.named).flatMap(([service, { folder, place }]) => {
    const folders = folder === undefined ? [] : [fillTemplate(folder, { environment, service })];
    const forms = place === undefined ? [] : [place].flat();
    const places = forms.flatMap((form) => placesOfForm(form, service, environment, clusters));
    return [...folders, ...places.map(({ path }) => path)].map((path) => ({ service, path }));
  });
}
