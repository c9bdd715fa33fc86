import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { commitShaSchema } from './change.ts';
import { nameSchema } from './name.ts';

/** What an image tag may be; it never begins with a dash or a dot. */
export const versionSchema = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'an image tag, such as 1.4.2');

export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits');

/** A commit of an application as CI told it. */
export const commitNoteSchema = z.strictObject({ sha: z.string(), title: z.string(), author: z.string() });

/** What CI or a scanner found out about an artifact. */
export const checkSchema = z.strictObject({
  name: z.string().min(1).max(80),
  state: z.enum(['passed', 'failed', 'pending']),
  at: instantSchema,
  url: z.string().max(500).optional(),
});
export type Check = z.infer<typeof checkSchema>;

export const severitySchema = z.enum(['critical', 'high', 'medium', 'low']);
export type Severity = z.infer<typeof severitySchema>;

const countSchema = z.int().min(0).max(1_000_000);
/** How many known vulnerabilities a scan found. */
export const vulnerabilitiesSchema = z.strictObject({
  critical: countSchema,
  high: countSchema,
  medium: countSchema,
  low: countSchema,
  at: instantSchema,
});
export type Vulnerabilities = z.infer<typeof vulnerabilitiesSchema>;

/** What a build made: immutable, so the same version with another digest is refused; checks alone are renewed. */
export const artifactSchema = z.strictObject({
  service: nameSchema,
  version: versionSchema,
  image: z.string().min(1).max(300),
  digest: digestSchema.optional(),
  branch: z.string().min(1).max(250),
  commit: commitShaSchema,
  author: z.string().max(200),
  /** The application's commits since the artifact before it on the same branch, newest first. */
  commits: z.array(commitNoteSchema).max(250),
  /** What it changes, as paths or labels: `migrations/0012.sql`. */
  touches: z.array(z.string().min(1).max(300)).max(500).optional(),
  /** The hashes of the manifests that CI rendered for it, by environment (`renderedHash`). */
  rendered: z.record(nameSchema, digestSchema).optional(),
  builtAt: instantSchema,
  checks: z.array(checkSchema).max(50).optional(),
  vulnerabilities: vulnerabilitiesSchema.optional(),
});
export type Artifact = z.infer<typeof artifactSchema>;
