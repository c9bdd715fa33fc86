import { z } from 'zod';
import type { HttpAnswer, HttpRequest, Route } from '../doors/http.ts';
import { didYouMean } from '../doors/nearest.ts';
import { explainIssue } from '../doors/schema-problems.ts';
import type { Log } from '../doors/telemetry.ts';
import { type Clock, instantOf } from '../doors/time.ts';
import { type Artifact, artifactSchema, checkSchema, vulnerabilitiesSchema } from '../vocabulary/artifact.ts';
import { nameSchema } from '../vocabulary/name.ts';
import { type RenderedFiles, renderedFilesSchema, renderedHash } from '../vocabulary/rendered.ts';
import type { Added, ArtifactRow } from './artifacts.ts';
import type { Admitted, Caller, Claimed } from './callers/caller.ts';

/** What CI rendered, by environment. */
export type Manifests = Readonly<Record<string, RenderedFiles>>;

export interface ArtifactRoutePorts {
  /** Tells who posts by the `Authorization` header. */
  readonly admit: (header: string | undefined) => Promise<Admitted>;
  readonly add: (artifact: Artifact, manifests?: Manifests) => Promise<Added>;
  /** The services that are known now, read again where `service` is not among them; null where none could be read yet. */
  readonly servicesWith: (service: string) => Promise<readonly string[] | null>;
  /** What is kept of a service, newest first. */
  readonly rows: (service: string) => Promise<readonly ArtifactRow[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Text that is shown in Slack and written into commits: no control characters, no characters that turn the reading order. */
const plain = /^[^\p{Cc}\p{Cs}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]*$/u;
const text = (limit: number) => z.string().max(limit).regex(plain, 'text without control characters');

const imageSchema = z
  .string()
  .max(300)
  .regex(/^[a-z0-9]([a-z0-9._:/-]*[a-z0-9])?$/, 'an image without tag or digest')
  .refine((image) => !image.includes('..') && !image.includes('//') && !/:[^/]*$/.test(image), {
    message: 'expected an image without tag or digest; example: registry.example.com/web',
  })
  .meta({ examples: ['registry.example.com/web'] });

/** What git-check-ref-format takes, without leading dashes. */
const branchSchema = text(250)
  .min(1)
  .refine((branch) => !/^[-/.]|\.\.|@\{|[ ~^:?*[\\]|\/\/|\/\.|\.lock(\/|$)|[/.]$/.test(branch) && branch !== '@', {
    message: 'expected the name of a branch; example: main',
  })
  .meta({ examples: ['main'] });

const commitNoteSchema = z.strictObject({
  sha: z.string().regex(/^[0-9a-f]{7,40}$/, 'a commit id of 7 to 40 hex digits'),
  title: text(500),
  author: text(200),
});

/** A clock of CI that is this much ahead is believed. */
const aheadMs = 5 * 60_000;
/** When a check was made; the time of the post where it does not say. */
const checkedAtSchema = z.iso
  .datetime({ offset: true })
  .optional()
  .meta({ examples: ['2026-11-24T12:00:00Z'] });
const postedCheckSchema = z.strictObject({
  name: text(80).trim().min(1),
  state: checkSchema.shape.state,
  at: checkedAtSchema,
  url: text(500)
    .refine(isWebAddress, { message: 'expected a web address; example: https://ci.example.com/builds/42' })
    .optional(),
});

function isWebAddress(url: string): boolean {
  try {
    return /^https?:$/.test(new URL(url).protocol) && decodeURI(url) !== '';
  } catch {
    return false;
  }
}

/** A post may leave out what a small build script does not know; the rest is as strict as the record. */
const postSchema = artifactSchema.omit({ rendered: true }).extend({
  version: artifactSchema.shape.version.meta({ examples: ['1.4.2'] }),
  image: imageSchema,
  branch: branchSchema,
  commit: artifactSchema.shape.commit.meta({ examples: ['8f14e45fceea167a5a36dedd4bea2543aa11bb22'] }),
  author: text(200).default(''),
  commits: z.array(commitNoteSchema).max(250).default([]),
  touches: z
    .array(text(300).min(1))
    .max(500)
    .optional()
    .meta({ examples: [['migrations/0012.sql']] }),
  builtAt: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ examples: ['2026-11-24T12:00:00Z'] }),
  checks: z
    .array(postedCheckSchema)
    .max(50)
    .optional()
    .meta({ examples: [[{ name: 'ci', state: 'passed' }]] }),
  vulnerabilities: vulnerabilitiesSchema.extend({ at: checkedAtSchema }).optional(),
  manifests: z
    .record(nameSchema, renderedFilesSchema)
    .optional()
    .meta({ examples: [{ dev: { 'deployment.yaml': 'apiVersion: apps/v1' } }] }),
});

/**
 * `POST /artifacts`: builds tell what they made. 201 new, 200 said before (its checks renewed), 409 another content under the same version.
 * `GET /artifacts?service=web&branch=main`: the newest that are known, for the commits since then.
 */
export function artifactRoutes(ports: ArtifactRoutePorts): readonly Route[] {
  return [
    { method: 'POST', path: '/artifacts', handle: (request) => admitted(request, ports, take) },
    { method: 'GET', path: '/artifacts', handle: (request) => admitted(request, ports, tell) },
  ];
}

async function admitted(
  request: HttpRequest,
  ports: ArtifactRoutePorts,
  answer: (request: HttpRequest, ports: ArtifactRoutePorts, caller: Caller) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const admission = await ports.admit(request.headers.authorization);
  if (admission.kind === 'admitted') return answer(request, ports, admission.caller);
  const { status, error } = admission;
  ports.log.warn({ status, because: error }, 'somebody who may not asked about artifacts');
  return { status, body: { error }, ...(status === 401 ? { headers: { 'www-authenticate': 'Bearer' } } : {}) };
}

function forbidden(error: string, { service, branch }: Claimed, log: Log): HttpAnswer {
  log.warn({ service, branch, because: error }, 'an artifact was posted by somebody who may not speak of its service');
  return { status: 403, body: { error } };
}

/** Enough to find one that a commit descends from, where a branch was reset or built out of order. */
const mostTold = 50;
const asked = z.object({ service: nameSchema, branch: branchSchema });

async function tell({ url }: HttpRequest, ports: ArtifactRoutePorts, caller: Caller): Promise<HttpAnswer> {
  const read = asked.safeParse(Object.fromEntries(url.searchParams));
  if (!read.success)
    return { status: 422, body: { error: 'ask for a service and a branch: /artifacts?service=web&branch=main' } };
  const objection = caller.objection(read.data);
  if (objection !== null) return forbidden(objection, read.data, ports.log);
  const rows = (await ports.rows(read.data.service)).filter(({ branch }) => branch === read.data.branch);
  return { status: 200, body: { artifacts: rows.slice(0, mostTold) } };
}

async function take(request: HttpRequest, ports: ArtifactRoutePorts, caller: Caller): Promise<HttpAnswer> {
  const read = readPost(request.body, ports.clock);
  if (read.kind === 'refused') return refused(read.errors, ports.log);
  const { artifact, manifests } = read;
  const objection = caller.objection(artifact);
  if (objection !== null) return forbidden(objection, artifact, ports.log);
  const services = await ports.servicesWith(artifact.service);
  if (services === null)
    return { status: 503, body: { error: 'sluice.yaml could not be read yet; try again in a minute' } };
  if (!services.includes(artifact.service)) {
    const meant = didYouMean(artifact.service, services) ?? 'name one of sluice.yaml';
    return refused([{ field: 'service', message: `"${artifact.service}" is not a service; ${meant}` }], ports.log);
  }
  const added = await ports.add(artifact, manifests);
  const { service, version } = artifact;
  if (added.kind !== 'differs')
    return { status: added.kind === 'added' ? 201 : 200, body: { kind: added.kind, service, version } };
  const { existing } = added;
  ports.log.warn({ service, version }, 'an artifact was posted again with another content');
  return {
    status: 409,
    body: {
      error: `${service} ${version} is already known with another content; versions are immutable, so build a new one`,
      ...(existing === undefined
        ? {}
        : { existing: { image: existing.image, digest: existing.digest, commit: existing.commit } }),
    },
  };
}

interface FieldError {
  /** `commits.0.title`; empty for the body as a whole. */
  readonly field: string;
  readonly message: string;
}

function readPost(
  body: Buffer,
  clock: Clock,
):
  | { readonly kind: 'read'; readonly artifact: Artifact; readonly manifests?: Manifests | undefined }
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { kind: 'refused', errors: [{ field: '', message: 'expected a JSON object in UTF-8' }] };
  }
  const result = postSchema.safeParse(value);
  if (!result.success) {
    const explained = result.error.issues.slice(0, 20).flatMap((issue) => explainIssue(issue, postSchema, value));
    return {
      kind: 'refused',
      errors: explained.map(({ path, message }) => ({ field: path.join('.'), message })),
    };
  }
  const early = aheadOf(result.data, clock.now() + aheadMs);
  if (early.length > 0) return { kind: 'refused', errors: early };
  return { kind: 'read', artifact: asKept(result.data, clock.now()), manifests: result.data.manifests };
}

type Post = z.infer<typeof postSchema>;

/** A result of tomorrow would never be too old, and nothing could renew it; a build of tomorrow would stay the newest. */
function aheadOf({ builtAt, checks = [], vulnerabilities }: Post, latestMs: number): readonly FieldError[] {
  const moments = [
    ...checks.map(({ at }, index) => ({ at, field: `checks.${index}.at` })),
    { at: vulnerabilities?.at, field: 'vulnerabilities.at' },
    { at: builtAt, field: 'builtAt' },
  ];
  return moments
    .filter(({ at }) => at !== undefined && Date.parse(at) > latestMs)
    .map(({ at, field }) => ({
      field,
      message: `${at} has not come yet; expected when it was ${field === 'builtAt' ? 'built' : 'checked'}`,
    }));
}

function asKept({ builtAt, checks, vulnerabilities, manifests, ...post }: Post, nowMs: number): Artifact {
  const moment = (given: string | undefined) => instantOf(given === undefined ? nowMs : Date.parse(given));
  const known = checks?.map(({ name, state, at, url }) => ({
    name,
    state,
    at: moment(at),
    ...(url === undefined ? {} : { url }),
  }));
  return {
    ...post,
    builtAt: moment(builtAt),
    ...(known === undefined ? {} : { checks: known }),
    ...(manifests === undefined ? {} : { rendered: hashesOf(manifests) }),
    ...(vulnerabilities === undefined
      ? {}
      : { vulnerabilities: { ...vulnerabilities, at: moment(vulnerabilities.at) } }),
  };
}

function hashesOf(manifests: Manifests): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifests).map(([environment, files]) => [environment, renderedHash(files)]),
  );
}

function refused(errors: readonly FieldError[], log: Log): HttpAnswer {
  log.warn({ fields: errors.map(({ field }) => field.slice(0, 100)) }, 'a posted artifact was refused');
  return { status: 422, body: { errors } };
}
