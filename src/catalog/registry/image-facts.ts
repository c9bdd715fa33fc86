import { createHash } from 'node:crypto';
import { z } from 'zod';
import { digestSchema } from '../../vocabulary/artifact.ts';
import { type RegistryClient, readAs } from './registry-client.ts';

export interface ImageFacts {
  /** Of what the tag names: of the index, where the image is built for several platforms. */
  readonly digest: string;
  /** Labels of the image, and annotations of its manifest and index where no label says it. */
  readonly labels: Readonly<Record<string, string>>;
  /** When its config says it was made, as it is written there. */
  readonly created?: string | undefined;
}

/** All that an image's manifest or index may be. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const textsSchema = z.record(z.string(), z.string());
const annotationsSchema = textsSchema.nullish().transform((texts) => texts ?? {});
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest: digestSchema,
      platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
    }),
  ),
  annotations: annotationsSchema,
});
const manifestSchema = z.object({ config: z.object({ digest: digestSchema }), annotations: annotationsSchema });
const eitherSchema = z.union([indexSchema, manifestSchema]);
const configSchema = z.object({
  created: z.string().optional(),
  config: z.object({ Labels: textsSchema.nullish() }).nullish(),
});

/** What a tag stands for (OCI image spec and Docker's, schema 2); each content is checked against the digest that names it. */
export async function readImage(client: RegistryClient, repository: string, tag: string): Promise<ImageFacts> {
  const first = await client.get(repository, `manifests/${tag}`, manifestTypes);
  const digest = digestOf(first.text);
  const said = first.headers.get('docker-content-digest');
  if (said !== null && said !== digest) throw new Error(`its manifest of ${tag} is not what its digest says`);
  const named = readAs(eitherSchema, first.text, `manifest of ${tag}`);
  const index = 'manifests' in named ? named : undefined;
  const one = index === undefined ? undefined : platformOf(index.manifests);
  if (index !== undefined && one === undefined) throw new Error(`its index of ${tag} holds no image`);
  const text =
    one === undefined ? first.text : await content(client, repository, `manifests/${one}`, one, manifestTypes);
  const { config, annotations } = readAs(manifestSchema, text, `manifest of ${tag}`);
  const blob = await content(client, repository, `blobs/${config.digest}`, config.digest);
  const read = readAs(configSchema, blob, `config of ${tag}`);
  return {
    digest,
    created: read.created,
    labels: { ...index?.annotations, ...annotations, ...(read.config?.Labels ?? {}) },
  };
}

/** Every platform is built from the same commit; attestations stand beside them as an unknown one. */
function platformOf(manifests: z.infer<typeof indexSchema>['manifests']): string | undefined {
  const images = manifests.filter(({ platform }) => platform?.os !== 'unknown');
  const usual = images.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
  return (usual ?? images[0])?.digest;
}

async function content(client: RegistryClient, repository: string, path: string, digest: string, wanted?: string) {
  const { text } = await client.get(repository, path, wanted);
  if (digestOf(text) !== digest) throw new Error(`its ${path.split('/')[0]} ${digest} is another content`);
  return text;
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
