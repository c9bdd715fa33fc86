import { z } from 'zod';

/** A full Git object name of a commit. */
export const commitShaSchema = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'a full commit id of 40 hex digits')
  .brand<'CommitSha'>();
export type CommitSha = z.infer<typeof commitShaSchema>;

/** A full Git object name of a blob: what a file held, and so the version of a policy file. */
export const blobIdSchema = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .brand<'BlobId'>();
export type BlobId = z.infer<typeof blobIdSchema>;

/** A file path inside a repository: relative, no `..`, no `.git`, no control characters. */
export const repositoryPathSchema = z
  .string()
  .min(1)
  .max(500)
  .refine(isRepositoryPath, 'a relative path inside the repository, such as apps/dev/web/kustomization.yaml');

function isRepositoryPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (path.startsWith('/') || path.startsWith('-') || /[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git');
}

/** Where the version of one service lives in one file. */
export const filePlaceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kustomize-image'), path: repositoryPathSchema, image: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('helm-value'),
    path: repositoryPathSchema,
    /** Name of the HelmRelease, needed only where the file holds several. */
    release: z.string().optional(),
    /** Dotted path below `spec.values`, such as `image.tag`. */
    tag: z.string().min(1),
    /** Dotted path of the digest below `spec.values`; without it no digest is written. */
    digest: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('yaml-value'),
    path: repositoryPathSchema,
    /** `OCIRepository/web`, needed where the file holds several objects. */
    object: z.string().optional(),
    /** Dotted path of a block of text that holds YAML itself, such as `data.values\\.yaml`. */
    inside: z.string().optional(),
    /** Dotted path of the version; a dot in a key is written `\\.`. */
    tag: z.string().min(1),
    digest: z.string().optional(),
    /** Dotted path of the commit that the version was built from. */
    commit: z.string().optional(),
  }),
  /** Every container of this image in the workloads of a file. */
  z.strictObject({ kind: z.literal('container-image'), path: repositoryPathSchema, image: z.string().min(1) }),
  /** Every line with Flux's setter marker of this ImagePolicy, `namespace:name`. */
  z.strictObject({ kind: z.literal('setter-marker'), path: repositoryPathSchema, policy: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('env-value'),
    path: repositoryPathSchema,
    variable: z.string().min(1),
    /** The variable that holds the digest. */
    digest: z.string().optional(),
  }),
]);
export type FilePlace = z.infer<typeof filePlaceSchema>;

/** A whole folder of manifests that CI rendered; the version is that of the image in them. */
const renderedFolderSchema = z.strictObject({
  kind: z.literal('rendered-folder'),
  path: repositoryPathSchema,
  image: z.string().min(1),
  /** The hash of what is to be written there (`renderedHash`); not known before the artifact is. */
  content: z.string().optional(),
});
export type RenderedFolder = z.infer<typeof renderedFolderSchema>;

/** Where the version of one service lives. */
export const placeSchema = z.discriminatedUnion('kind', [filePlaceSchema, renderedFolderSchema]);
export type Place = z.infer<typeof placeSchema>;

/** A version as a place holds it. */
export const placedSchema = z.strictObject({ version: z.string(), digest: z.string().optional() });
export type Placed = z.infer<typeof placedSchema>;

/** What is written to a place: some hold the commit of a version too. */
export interface Wanted extends Placed {
  readonly commit?: string | undefined;
}

/** One branch of one repository. Writes to it are serial. */
export const laneSchema = z.strictObject({ repository: z.string(), branch: z.string() });
export type Lane = z.infer<typeof laneSchema>;

/** A changed line as people see it before they approve. */
export const lineChangeSchema = z.strictObject({
  path: z.string(),
  line: z.number().int(),
  before: z.string(),
  after: z.string(),
});
export type LineChange = z.infer<typeof lineChangeSchema>;
