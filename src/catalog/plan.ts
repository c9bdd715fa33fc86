import { messageOf } from '../doors/errors.ts';
import { nearest } from '../doors/nearest.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import type { ReadFile, SluiceFile } from '../sluice-yaml.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import type { CommitSha, FilePlace, Lane, LineChange, Place, Wanted } from '../vocabulary/change.ts';
import { type HealthyRecord, proofOf } from '../vocabulary/proven.ts';
import type { Reason, ReasonCode } from '../vocabulary/reasons.ts';
import { isAutomatic, type Plan, type Request } from '../vocabulary/release.ts';
import type { RenderedFiles } from '../vocabulary/rendered.ts';
import type { Artifacts } from './artifacts.ts';
import { commitsOf, stepBetween } from './commits-between.ts';
import { previewFolder, withContent } from './rendered-preview.ts';
import { resolveVersion, type Standing } from './resolve-version.ts';
import { type LastWrites, risksOf } from './risks.ts';
import { type Found, findPlaces, namedService, type PlacePorts, type PlaceRead } from './services.ts';

export interface PlanPorts extends PlacePorts {
  /** What CI rendered for a version, by its hash; null where it was forgotten. */
  readonly rendered: (service: string, version: string, content: string) => Promise<RenderedFiles | null>;
  readonly editPlace: (
    place: FilePlace,
    text: string,
    to: Wanted,
  ) =>
    | { readonly kind: 'edited'; readonly text: string; readonly lines: readonly LineChange[] }
    | { readonly kind: 'unchanged' }
    | { readonly kind: 'missing' | 'refused'; readonly because: string };
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
  /** When the service, and anything at all, was written there last. */
  readonly lastWrites: (service: string, environment: string) => Promise<LastWrites>;
  readonly clock: Clock;
  readonly rolledBackFrom: (service: string, environment: string) => Promise<readonly string[]>;
  readonly artifacts: Artifacts;
  /** The lane of a service's repository, at a head that was just fetched, or at the last one where the remote is away. */
  readonly headOf: (
    repository: string | undefined,
  ) => Promise<
    | { readonly kind: 'head'; readonly lane: Lane; readonly head: CommitSha }
    | { readonly kind: 'unreachable'; readonly because: string }
  >;
  /** `sluice.yaml` as it is now, or the last good one. */
  readonly policy: () => Promise<ReadFile | { readonly kind: 'unreadable'; readonly because: string }>;
  readonly services: () => readonly string[];
}

export type Planned =
  | { readonly kind: 'planned' | 'unchanged'; readonly plan: Plan }
  | { readonly kind: 'refused'; readonly reasons: Reason[] }
  | { readonly kind: 'unreadable'; readonly because: string };

/** What a request would do, from the record and from the head of its lane; refusals name what was meant. */
export async function planRelease(ports: PlanPorts, request: Request): Promise<Planned> {
  const policy = await ports.policy();
  if (policy.kind === 'unreadable') return policy;
  const { file } = policy;
  const unknown = unknownNames(file, ports.services(), request);
  if (unknown.length > 0) return { kind: 'refused', reasons: unknown };
  const at = await ports.headOf(namedService(file, request.service)?.repository);
  if (at.kind === 'unreachable') return { kind: 'unreadable', because: at.because };
  try {
    return await planAt(ports, request, file, at);
  } catch (error) {
    // A read of Git or Redis that failed may succeed in a moment; whoever asked decides when to ask again.
    return { kind: 'unreadable', because: messageOf(error) };
  }
}

async function planAt(
  ports: PlanPorts,
  request: Request,
  file: SluiceFile,
  at: { readonly lane: Lane; readonly head: CommitSha },
): Promise<Planned> {
  const { service, environment } = request;
  const rows = await ports.artifacts.rows(service);
  const find = (name: string, image?: string): Promise<Found> =>
    findPlaces(ports, { file, service, environment: name, repository: at.lane.repository, commit: at.head, image });
  const standing = async (name: string, found: Found): Promise<Standing> => ({
    environment: name,
    clusters: file.environments[name]?.clusters ?? [],
    present: found.kind === 'found' ? found.places[0].placed : null,
    healthy: await ports.healthy(service, name),
    rolledBackFrom: await ports.rolledBackFrom(service, name),
  });
  const newest = rows[0] === undefined ? null : await ports.artifacts.get(service, rows[0].version);
  // The image of the newest artifact tells apart the images of a folder before the version is known.
  const before = await find(environment, newest?.image);
  const here = await standing(environment, before);
  const sources = await Promise.all(sourcesOf(file, request).map(async (name) => standing(name, await find(name))));
  const resolved = resolveVersion({ request, rows, here, sources, environments: Object.keys(file.environments) });
  if (resolved.kind === 'refused') return { kind: 'refused', reasons: [resolved.reason] };
  const artifact = await ports.artifacts.get(service, resolved.version);
  if (artifact === null) return { kind: 'refused', reasons: [forgotten(service, resolved.version)] };
  const found = artifact.image === newest?.image ? before : await find(environment, artifact.image);
  if (found.kind !== 'found' && found.kind !== 'empty') return { kind: 'refused', reasons: [noPlace(found, request)] };
  const reads = found.kind === 'found' ? found.places : [];
  const apart = reads.find(({ placed }) => placed.version !== reads[0]?.placed.version);
  if (apart !== undefined && reads[0] !== undefined)
    return { kind: 'refused', reasons: [placesApart(reads[0], apart)] };

  const places = (found.kind === 'found' ? found.places.map(({ place }) => place) : [...found.places]).map((place) =>
    withContent(place, artifact, environment),
  );
  const edited = await previewLines(ports, at, places, artifact);
  if (edited.kind === 'refused') return edited;
  const from = reads[0]?.placed ?? null;
  const step = stepBetween(rows, from?.version, artifact.version, request.intent === 'rollback');
  const between = await ports.artifacts.getAll(service, step.versions);
  const risks = risksOf(
    { service, environment, artifact, between, backwards: step.backwards },
    await ports.lastWrites(service, environment),
    instantOf(ports.clock.now()),
  );
  const proof = proofOf(artifact, here.clusters, here.healthy);
  const plan: Plan = {
    intent: isAutomatic(request) && request.intent === 'release' ? 'auto-release' : resolved.intent,
    artifact,
    from,
    lane: at.lane,
    places,
    lines: edited.lines,
    ...commitsOf(between),
    ...(risks.length === 0 ? {} : { risks: [...risks] }),
    backwards: step.backwards,
    ...(resolved.chosen === undefined ? {} : { chosen: resolved.chosen }),
    knownGood: request.intent === 'rollback' && proof.kind === 'everywhere',
    head: at.head,
  };
  return { kind: edited.lines.length === 0 ? 'unchanged' : 'planned', plan };
}

/** `from ENV`, or what `after` names; a rollback looks at its own environment alone. */
function sourcesOf(file: SluiceFile, { wanted, intent, environment }: Request): readonly string[] {
  if (wanted.kind === 'from') return [wanted.environment];
  if (wanted.kind === 'default' && intent === 'release') return file.environments[environment]?.after ?? [];
  return [];
}

async function previewLines(
  ports: PlanPorts,
  at: { readonly lane: Lane; readonly head: CommitSha },
  places: readonly Place[],
  artifact: Artifact,
): Promise<{ kind: 'edited'; lines: LineChange[] } | { kind: 'refused'; reasons: Reason[] }> {
  const to: Wanted = {
    version: artifact.version,
    commit: artifact.commit,
    ...(artifact.digest === undefined ? {} : { digest: artifact.digest }),
  };
  const texts = new Map<string, string>();
  const lines: LineChange[] = [];
  for (const place of places) {
    if (place.kind === 'rendered-folder') {
      const preview = await previewFolder(ports, at, place, artifact);
      if (preview.kind === 'refused') return refusedPlace('refused', preview.because);
      lines.push(...preview.lines);
      continue;
    }
    const text = texts.get(place.path) ?? (await ports.read(at.lane.repository, at.head, place.path))?.text;
    if (text === undefined) return refusedPlace('missing', `there is no file ${place.path}`);
    const edit = ports.editPlace(place, text, to);
    if (edit.kind === 'unchanged') continue;
    if (edit.kind !== 'edited') return refusedPlace(edit.kind, `${place.path}: ${edit.because}`);
    texts.set(place.path, edit.text);
    lines.push(...edit.lines);
  }
  return { kind: 'edited', lines };
}

function unknownNames(file: SluiceFile, services: readonly string[], request: Request): Reason[] {
  const environments = Object.keys(file.environments);
  const { service, environment, wanted, intent } = request;
  const nearService = services.includes(service) ? service : nearest(service, services)[0];
  const nearEnvironment = environments.includes(environment) ? environment : nearest(environment, environments)[0];
  const version = wanted.kind === 'named' ? wanted.name : wanted.kind === 'from' ? `from ${wanted.environment}` : '';
  const next =
    nearService === undefined || nearEnvironment === undefined
      ? null
      : `\`/${intent} ${`${nearService} ${nearEnvironment} ${version}`.trim()}\``;
  const say = (
    code: ReasonCode,
    what: string,
    name: string,
    known: readonly string[],
    then: string | null = next,
  ): Reason => ({
    code,
    effect: 'deny',
    text: `there is no ${what} "${name.slice(0, 63)}"; ${suggestion(name, known, what)}`,
    ...(then === null ? {} : { next: then }),
  });
  return [
    ...(services.includes(service) ? [] : [say('unknown-service', 'service', service, services)]),
    ...(environments.includes(environment)
      ? []
      : [say('unknown-environment', 'environment', environment, environments)]),
    ...(wanted.kind !== 'from' || environments.includes(wanted.environment)
      ? []
      : [say('unknown-environment', 'environment', wanted.environment, environments, null)]),
  ];
}

function suggestion(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return known.length === 0
    ? `no ${what}s are known`
    : `known: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`;
}

function noPlace(
  found: Exclude<Found, { kind: 'found' } | { kind: 'empty' }>,
  { service, environment }: Request,
): Reason {
  return placeReason(found.kind, `${service} has no place in ${environment}: ${found.because}`);
}

function placesApart(a: PlaceRead, b: PlaceRead): Reason {
  const told = (read: PlaceRead) => `${read.placed.version} in ${read.place.path}:${read.line}`;
  return placeReason('refused', `its places do not agree: ${told(a)}, ${told(b)}; make them equal first`);
}

function refusedPlace(kind: 'missing' | 'refused', text: string): { kind: 'refused'; reasons: Reason[] } {
  return { kind: 'refused', reasons: [placeReason(kind, text)] };
}

function placeReason(kind: 'missing' | 'refused', text: string): Reason {
  return {
    code: kind === 'missing' ? 'place-not-found' : 'place-refused',
    effect: 'deny',
    text,
    next: 'mend the file in Git, or say in sluice.yaml where the version stands',
  };
}

function forgotten(service: string, version: string): Reason {
  return {
    code: 'unknown-version',
    effect: 'deny',
    text: `${service} ${version} is not among the artifacts any more`,
    next: `\`/release artifacts ${service}\` lists those that are`,
  };
}
