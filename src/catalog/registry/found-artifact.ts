import { z } from 'zod';
import { instantOf } from '../../doors/time.ts';
import { type Artifact, artifactSchema } from '../../vocabulary/artifact.ts';
import type { ImageFacts } from './image-facts.ts';
import type { RegistryForm } from './registry-form.ts';

export type Found =
  | { readonly kind: 'artifact'; readonly artifact: Artifact }
  /** What the image lacks, for the log. */
  | { readonly kind: 'unfit'; readonly because: string };

/** Builds that are to come out the same are dated 1970 or 1980: their day says nothing. */
const soonestMs = Date.UTC(2000, 0, 1);

/** The artifact that an image stands for, by the annotations that OCI defines and the labels that `sluice.yaml` names. */
export function foundArtifact(
  service: string,
  version: string,
  { image, branch, labels }: RegistryForm,
  facts: ImageFacts,
  nowMs: number,
): Found {
  const label = (name: string | undefined) =>
    name !== undefined && Object.hasOwn(facts.labels, name) ? facts.labels[name] : undefined;
  // Flux writes main@sha1:…, most write the commit alone.
  const revision = label('org.opencontainers.image.revision');
  const commit = /(?:^|[:@/])([0-9a-f]{40})$/.exec(revision ?? '')?.[1];
  if (commit === undefined)
    return {
      kind: 'unfit',
      because:
        revision === undefined
          ? 'it has no label org.opencontainers.image.revision'
          : 'its label org.opencontainers.image.revision does not end in a full commit id',
    };
  const read = artifactSchema.safeParse({
    service,
    version,
    image,
    digest: facts.digest,
    branch: plain(label(labels.branch) || branch),
    commit,
    author: plain(label(labels.author) ?? '').slice(0, 200),
    commits: [],
    builtAt: builtAt(label('org.opencontainers.image.created') ?? facts.created, nowMs),
  });
  if (read.success) return { kind: 'artifact', artifact: read.data };
  return { kind: 'unfit', because: z.prettifyError(read.error) };
}

function builtAt(said: string | undefined, nowMs: number): string {
  const at = Date.parse(said ?? '');
  return instantOf(at >= soonestMs && at <= nowMs ? at : nowMs);
}

/** Labels are shown in Slack and written into commits, as what is posted is. */
function plain(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ');
}
