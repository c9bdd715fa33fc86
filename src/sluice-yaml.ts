import { z } from 'zod';
import { filledFolders } from './catalog/filled-folders.ts';
import { sharedPlaces } from './catalog/shared-places.ts';
import { environmentsSchema, peopleSchema, servicesSchema, squadsSchema } from './catalog/sluice-file.ts';
import { configSchema, socketSchema } from './config.ts';
import type { CrossProblem } from './decision/cross-problem.ts';
import { policyKindWords } from './decision/kinds.ts';
import { policiesSchema, policyOwnersSchema, rolesSchema } from './decision/policy-file.ts';
import { policyProblems, unknownMembers } from './decision/policy-problems.ts';
import { unknownName } from './doors/nearest.ts';
import { type Parsed, type Problem, parseYaml } from './doors/yaml.ts';
import type { BlobId, CommitSha } from './vocabulary/change.ts';

const sectionsSchema = z.strictObject({
  version: z
    .literal(1)
    .describe('The version of this format')
    .meta({ examples: [1] }),
  environments: environmentsSchema,
  services: servicesSchema,
  squads: squadsSchema,
  people: peopleSchema,
  'policy-owners': policyOwnersSchema,
  roles: rolesSchema,
  policies: policiesSchema,
});
export type SluiceFile = z.infer<typeof sectionsSchema>;

const sluiceSchema = sectionsSchema.superRefine((file, context) => {
  // Sections that are wrong in themselves are not fit to be compared.
  if (context.issues.length > 0) return;
  for (const { path, message, besides } of crossChecks(file))
    context.addIssue({
      code: 'custom',
      path: [...path],
      message,
      ...(besides === undefined ? {} : { params: { besides } }),
    });
});

/** `sluice.yaml` as it was read at one commit. */
export interface ReadFile {
  readonly kind: 'valid';
  readonly file: SluiceFile;
  /** Its version: policies are recorded by it. */
  readonly blob: BlobId;
  /** The commit that brought this version, so that a line of it can be looked up later. */
  readonly commit: CommitSha;
  /** Where a part of it stands: `lineOf(['policies', 0])`. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** A version whose last change stands under nobody's signature who may change it. */
export interface UnsignedFile {
  readonly kind: 'unsigned';
  /** The commit that does not count. */
  readonly commit: CommitSha;
  /** A sentence with commit, author and owners; foreign text in it is raw. */
  readonly because: string;
  readonly next: string;
  readonly lastGood: ReadFile;
}

/** What is known of `sluice.yaml` now. `lastGood` is the last version that counted, also from before a restart. */
export type Snapshot =
  | ReadFile
  | UnsignedFile
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[]; readonly lastGood?: ReadFile }
  | { readonly kind: 'unreadable'; readonly because: string; readonly lastGood?: ReadFile };

/** Reads `sluice.yaml` and checks that its sections fit each other; every problem names line, column, what was expected. */
export function checkSluiceFile(text: string, file: string): Parsed<SluiceFile> {
  return parseYaml(text, file, sluiceSchema);
}

const kindSchema = z.object({ type: z.literal('literal'), values: z.array(z.string()) });

/** One policy as the file would read it, with lists and defaults filled in; null where it is none. */
export function policyOf(item: unknown): SluiceFile['policies'][number] | null {
  return policiesSchema.safeParse([item]).data?.[0] ?? null;
}

/** For editors: what `sluice.yaml` may hold. */
export function sluiceJsonSchema(): object {
  const schema = z.toJSONSchema(sectionsSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (!(zodSchema instanceof z.ZodObject)) return;
      const kind = kindSchema.safeParse(zodSchema.shape['kind']?.def).data?.values[0];
      if (kind === undefined || !Object.hasOwn(policyKindWords, kind)) return;
      const { says, example } = policyKindWords[kind as keyof typeof policyKindWords];
      jsonSchema.description = says;
      jsonSchema.examples = [example];
    },
  });
  return { title: 'sluice.yaml', ...schema };
}

/** For editors: what the deployment's own file may hold. */
export function configJsonSchema(): object {
  return { title: 'The configuration of a Sluice deployment', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}

/** What `serve` reads from its environment. */
export function environmentJsonSchema(): object {
  return {
    title: 'The environment of serve',
    ...z.toJSONSchema(socketSchema, { io: 'input', unrepresentable: 'any' }),
  };
}

/** Everything that two sections say of each other. */
function crossChecks(file: SluiceFile): readonly CrossProblem[] {
  return [
    ...duplicateClusters(file),
    ...unknownAfter(file),
    ...circles(file),
    ...placeless(file),
    ...sharedPlaces(file.services.named),
    ...filledFolders(file.services),
    ...unknownOwners(file),
    ...unknownSquads(file),
    ...unknownMembers(file['policy-owners'] ?? [], ['policy-owners'], Object.keys(file.people)),
    ...policyProblems(file),
  ];
}

function duplicateClusters(file: SluiceFile): readonly CrossProblem[] {
  return Object.entries(file.environments).flatMap(([name, { clusters }]) =>
    clusters.flatMap((cluster, index) =>
      clusters.indexOf(cluster) === index
        ? []
        : [{ path: ['environments', name, 'clusters', index], message: `names ${cluster} twice, expected once` }],
    ),
  );
}

function unknownAfter(file: SluiceFile): readonly CrossProblem[] {
  const names = Object.keys(file.environments);
  return Object.entries(file.environments).flatMap(([name, { after = [] }]) =>
    after
      .filter((each) => !names.includes(each))
      .map((each) => ({ path: ['environments', name, 'after'], message: unknownName('environments', each, names) })),
  );
}

/** A circle of `after` would let nothing through; each is told once, at the environment that comes first in the file. */
function circles(file: SluiceFile): readonly CrossProblem[] {
  const names = Object.keys(file.environments);
  const afterOf = (name: string) =>
    Object.hasOwn(file.environments, name) ? (file.environments[name]?.after ?? []) : [];
  const trailTo = (start: string): readonly string[] | null => {
    const seen = new Set<string>();
    const trails: (readonly string[])[] = [[start]];
    for (let trail = trails.shift(); trail !== undefined; trail = trails.shift()) {
      for (const next of afterOf(trail.at(-1) ?? start)) {
        if (next === start) return [...trail, start];
        if (seen.has(next)) continue;
        seen.add(next);
        trails.push([...trail, next]);
      }
    }
    return null;
  };
  const told = new Set<string>();
  return names.flatMap((name) => {
    const trail = trailTo(name);
    if (trail === null || trail.some((each) => told.has(each))) return [];
    for (const each of trail) told.add(each);
    return [
      {
        path: ['environments', name, 'after'],
        message: `goes in a circle: ${trail.join(' after ')}; expected an order with a first environment`,
      },
    ];
  });
}

/** A squad that owns nothing would never hear anything. */
function unknownSquads(file: SluiceFile): readonly CrossProblem[] {
  const owning = [...new Set(Object.values(file.services.named).flatMap(({ squad }) => squad ?? []))];
  return Object.keys(file.squads)
    .filter((name) => !owning.includes(name))
    .map((name) => ({ path: ['squads', name], message: unknownName('services as a squad', name, owning) }));
}

function placeless(file: SluiceFile): readonly CrossProblem[] {
  if (file.services.discover !== undefined) return [];
  return Object.entries(file.services.named).flatMap(([name, { folder, place }]) =>
    folder !== undefined || place !== undefined
      ? []
      : [
          {
            path: ['services', name],
            message: `does not say where its version stands, and there is no discover; example: folder: apps/{environment}/${name}`,
          },
        ],
  );
}

function unknownOwners(file: SluiceFile): readonly CrossProblem[] {
  return Object.entries(file.services.named).flatMap(([name, { owners }]) =>
    unknownMembers(owners, ['services', name, 'owners'], Object.keys(file.people)),
  );
}
