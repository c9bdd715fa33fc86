/** An image reference in its parts. */
export interface ImageParts {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Takes `registry:5000/acme/web:1.4.2@sha256:…` apart; names of Docker Hub get their full form. */
export function imageParts(reference: string): ImageParts {
  const at = reference.indexOf('@');
  const digest = at === -1 ? null : reference.slice(at + 1);
  const named = at === -1 ? reference : reference.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const repository = hasTag ? named.slice(0, colon) : named;
  return { repository: fullRepository(repository), tag: hasTag ? named.slice(colon + 1) : null, digest };
}

function fullRepository(repository: string): string {
  const [first, ...rest] = repository.split('/');
  if (rest.length === 0) return `docker.io/library/${repository}`;
  if (first === 'index.docker.io') return `docker.io/${rest.join('/')}`;
  const isHost = first !== undefined && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? repository : `docker.io/${repository}`;
}

/** Whether a live image is of the wanted repository; a bare name without a slash stands for any repository that ends in it. */
export function isImageOf(reference: string, wanted: string): boolean {
  const live = imageParts(reference).repository;
  if (!wanted.includes('/')) return live.split('/').at(-1) === imageParts(wanted).repository.split('/').at(-1);
  return live === imageParts(wanted).repository;
}

/** Whether a live image is exactly the wanted version, and digest where both name one. */
export function isVersion(
  reference: string,
  wanted: { readonly version: string; readonly digest?: string | undefined },
): boolean {
  const { tag, digest } = imageParts(reference);
  if (digest !== null && wanted.digest !== undefined && digest !== wanted.digest) return false;
  if (tag === null) return digest !== null && digest === wanted.digest;
  return tag === wanted.version;
}

/** The version of an image as people say it. */
export function versionOf(reference: string): string {
  const { tag, digest } = imageParts(reference);
  return tag ?? digest ?? 'latest';
}
