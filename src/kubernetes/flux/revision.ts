export interface Revision {
  /** `main`, `refs/pull/7/head`, a tag; null where none is told. */
  readonly pointer: string | null;
  readonly algorithm: 'sha1' | 'sha256';
  readonly hash: string;
}

/**
 * Reads the forms of fluxcd/pkg/git `TransformRevision`: `main@sha1:<40 hex>`, `sha1:<40 hex>`, `tag@sha256:<64 hex>` and the legacy
 * `main/<40 hex>`; null for anything else. The pointer may hold `@` and `/`, so it is read from the right.
 */
export function parseRevision(text: string | null): Revision | null {
  if (text === null) return null;
  const modern = /^(?:(.*)@)?(sha1|sha256):([0-9a-f]{40}|[0-9a-f]{64})$/.exec(text);
  if (modern !== null) {
    const [, pointer, algorithm, hash = ''] = modern;
    return { pointer: pointer ?? null, algorithm: algorithm === 'sha1' ? 'sha1' : 'sha256', hash };
  }
  const legacy = /^(?:(.+)\/)?([0-9a-f]{40})$/.exec(text);
  if (legacy === null) return null;
  return { pointer: legacy[1] ?? null, algorithm: 'sha1', hash: legacy[2] ?? '' };
}

/** The commit that a revision names, where it names one. */
export function commitOf(text: string | null): string | null {
  const revision = parseRevision(text);
  return revision === null || revision.hash.length !== 40 ? null : revision.hash;
}

/** The revision that a message of kustomize-controller speaks of: "Fetching manifests for revision main@sha1:… with a timeout of 20s". */
export function revisionIn(message: string): string | null {
  return / for revision (\S+)/.exec(message)?.[1] ?? null;
}
