import { z } from 'zod';
import { parseManifests } from '../../doors/yaml.ts';
import { type FilePlace, repositoryPathSchema } from '../../vocabulary/change.ts';
import { nameSchema } from '../../vocabulary/name.ts';

export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

/** A version that stands in the repository, and the service that it seems to be of. */
export interface Sighting {
  readonly service: string;
  readonly place: FilePlace;
}

/** What was seen and is not proposed, and why. */
export interface Leftover {
  readonly about: string;
  readonly because: string;
}

export interface Seen {
  readonly sightings: readonly Sighting[];
  readonly leftovers: readonly Leftover[];
  /** What Flux applies from which folder of the cluster definitions: `clusters/prod-eu/apps.yaml` → `apps/production`. */
  readonly applied: readonly { readonly file: string; readonly path: string }[];
}

const objectSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      path: z.string().optional(),
      values: z.unknown().optional(),
      postBuild: z.object({ substitute: z.record(z.string(), z.unknown()).optional() }).optional(),
    })
    .optional(),
});
type FluxObject = z.infer<typeof objectSchema>;

const markerPattern = /\{\s*"\$imagepolicy"\s*:\s*"([a-z0-9.-]+:[a-z0-9.-]+)(?::tag)?"\s*\}/g;

/** Looks for versions in the files of a repository; `placesIn` finds those that Sluice finds by itself. */
export function look(
  files: readonly RepositoryFile[],
  placesIn: (path: string, text: string) => readonly FilePlace[],
): Seen {
  const sightings: Sighting[] = [];
  const leftovers: Leftover[] = [];
  const unnamed: (Leftover & { readonly release: string })[] = [];
  const applied: { file: string; path: string }[] = [];
  for (const { path, text } of files) {
    const objects = objectsIn(text);
    for (const { kind, spec } of objects)
      if (kind === 'Kustomization' && spec?.path !== undefined)
        applied.push({ file: path, path: spec.path.replace(/^\.?\/+|\/+$/g, '') });
    const policies = [...new Set([...text.matchAll(markerPattern)].map(([, policy = '']) => policy))];
    const found = placesIn(path, text);
    const places = policies.length > 0 ? found.filter(({ kind }) => kind !== 'container-image') : found;
    const marked = places.length > 0 ? [] : policies;
    const seen = [
      ...places.map((place) => ({ service: serviceOf(place, objects), place })),
      ...marked.map((policy) => ({
        service: policy.split(':')[1] ?? '',
        place: { kind: 'setter-marker', path, policy } as const,
      })),
      ...substituted(path, objects),
      ...inValues(path, text),
    ];
    for (const sighting of seen) {
      const because = unfit(sighting);
      if (because === null) sightings.push(sighting);
      else leftovers.push({ about: path, because });
    }
    unnamed.push(...unnamedTags(path, objects, places));
  }
  // A base has no tag where each environment has a patch with its own.
  const tagged = new Set(sightings.map(({ service }) => service));
  leftovers.push(...unnamed.filter(({ release }) => !tagged.has(release)));
  return { ...withoutShadowed(sightings, leftovers), applied };
}

/** Why `sluice.yaml` could not say it; null where it can. */
function unfit({ service, place }: Sighting): string | null {
  if (!nameSchema.safeParse(service).success || service === 'discover') return `no service can be called "${service}"`;
  const isPath = repositoryPathSchema.safeParse(place.path).success && !/[{}]/.test(place.path);
  return isPath ? null : `the path of ${service} cannot stand in sluice.yaml`;
}

function objectsIn(text: string): readonly FluxObject[] {
  if (!/toolkit\.fluxcd\.io\//.test(text)) return [];
  return (parseManifests(text) ?? []).flatMap((document) => {
    const read = objectSchema.safeParse(document);
    return read.success && read.data.apiVersion.includes('toolkit.fluxcd.io/') ? [read.data] : [];
  });
}

function serviceOf(place: FilePlace, objects: readonly FluxObject[]): string {
  if ('image' in place) return place.image.split('/').at(-1) ?? '';
  if (place.kind === 'helm-value')
    return place.release ?? objects.find(({ kind }) => kind === 'HelmRelease')?.metadata.name ?? '';
  return '';
}

/** `WEB_TAG: "1.4.1"` of a Flux Kustomization. */
function substituted(path: string, objects: readonly FluxObject[]): readonly Sighting[] {
  const own = objects.filter(({ kind }) => kind === 'Kustomization');
  return own.flatMap(({ metadata, spec }) =>
    Object.keys(spec?.postBuild?.substitute ?? {}).flatMap((variable): Sighting[] => {
      const word = /^([A-Za-z][A-Za-z0-9_]*?)_?(?:IMAGE_)?(?:TAG|VERSION)$/i.exec(variable)?.[1];
      if (word === undefined) return [];
      const object = objects.length > 1 ? { object: `Kustomization/${metadata.name}` } : {};
      const tag = `spec.postBuild.substitute.${variable}`;
      return [
        { service: word.toLowerCase().replaceAll('_', '-'), place: { kind: 'yaml-value', path, ...object, tag } },
      ];
    }),
  );
}

const valuesSchema = z.object({
  image: z.object({ tag: z.union([z.string(), z.number()]), repository: z.string().optional() }),
});

/** A values file of a chart, by its name and the usual `image.tag`; its service is the folder that it lies in. */
function inValues(path: string, text: string): readonly Sighting[] {
  if (!/(^|\/)[^/]*values[^/]*\.ya?ml$/.test(path) || /^kind:/m.test(text)) return [];
  const [document, ...more] = parseManifests(text) ?? [];
  const read = valuesSchema.safeParse(document);
  if (!read.success || more.length > 0) return [];
  const service = read.data.image.repository?.split('/').at(-1) ?? path.split('/').at(-2) ?? '';
  return [{ service, place: { kind: 'yaml-value', path, tag: 'image.tag' } }];
}

/** A HelmRelease with values of its own, but without the usual place of a tag. */
function unnamedTags(path: string, objects: readonly FluxObject[], places: readonly FilePlace[]) {
  const releases = objects.filter(({ kind, spec }) => kind === 'HelmRelease' && spec?.values !== undefined);
  if (places.some(({ kind }) => kind === 'helm-value')) return [];
  return releases.map(({ metadata }) => ({
    release: metadata.name,
    about: path,
    because: `the values of the HelmRelease ${metadata.name} name no image.tag; say which path holds its version: place: { helm: …, tag: … }`,
  }));
}

const publicHosts = ['docker.io', 'quay.io', 'registry.k8s.io', 'gcr.io', 'mcr.microsoft.com', 'public.ecr.aws'];

/** Workloads say their image too where a kustomization overrides it; and not every image is somebody's own. */
function withoutShadowed(sightings: readonly Sighting[], leftovers: readonly Leftover[]) {
  const overridden = new Set(sightings.flatMap(({ place }) => (place.kind === 'kustomize-image' ? [place.image] : [])));
  const kept: Sighting[] = [];
  const left = [...leftovers];
  for (const sighting of sightings) {
    const { place } = sighting;
    if (place.kind === 'container-image' && overridden.has(place.image)) continue;
    const host = 'image' in place ? (place.image.split('/')[0] ?? '') : '';
    const isPublic = place.kind === 'container-image' && (!host.includes('.') || publicHosts.includes(host));
    if (isPublic) left.push({ about: place.path, because: `${place.image} looks like an image of somebody else` });
    else kept.push(sighting);
  }
  return { sightings: kept, leftovers: left };
}
