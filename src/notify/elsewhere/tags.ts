import type { Delivered, Sink } from './sink.ts';
import { shortHash } from './webhook.ts';

export interface TagSettings {
  /** `{environment}/{service}`, or with `{version}`. */
  readonly pattern: string;
}

/** Puts a tag at a commit of a GitOps repository; `moves`: one that stands there is moved forward. */
export type PutTag = (
  repository: string,
  tag: string,
  commit: string,
  options: { readonly moves: boolean },
) => Promise<{ readonly kind: 'tagged' | 'kept' } | { readonly kind: 'later' | 'refused'; readonly because: string }>;

/**
 * Tags of what was proven healthy, in the GitOps repository. A pattern without `{version}` is one tag for each environment
 * and service, which moves: `git log production/web..main` is what is written and not proven, which no log of commits
 * tells. With `{version}` there is one for each version, which stays where it was proven first.
 */
export function tagsSink({ pattern }: TagSettings, putTag: PutTag): Sink {
  const moves = !pattern.includes('{version}');
  return {
    name: `tags-${shortHash(pattern)}`,
    wants: ({ event }) => event === 'release.healthy',
    deliver: async ({ environment, service = '', release }): Promise<Delivered> => {
      if (release === undefined) return { kind: 'delivered' };
      const tag = pattern
        .replaceAll('{environment}', environment)
        .replaceAll('{service}', service)
        .replaceAll('{version}', () => release.version);
      const put = await putTag(release.repository, tag, release.commit, { moves });
      if (put.kind === 'later') return { kind: put.kind, because: put.because };
      return put.kind === 'refused' ? { kind: 'never', because: `tag ${tag}: ${put.because}` } : { kind: 'delivered' };
    },
  };
}
