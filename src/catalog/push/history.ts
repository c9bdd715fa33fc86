import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import type { CheckedOutCommit, Checkout } from './checkout.ts';

export interface Build {
  readonly service: string;
  readonly version: string;
  readonly branch: string;
  readonly commit: string;
}

export interface HistoryPorts {
  /** What Sluice answers to a GET. */
  readonly ask: (path: string) => Promise<unknown>;
  readonly say: (text: string) => void;
}

export interface History {
  readonly commits: readonly CheckedOutCommit[];
  /** Files that differ from the artifact before; none where that is not known. */
  readonly touches: readonly string[];
}

const knownSchema = z.object({
  artifacts: z.array(z.object({ version: z.string(), commit: z.string().regex(/^[0-9a-f]{40}$/) })),
});

/** What lies between a build and the one before it on its branch; the build's own commit where there is none before. */
export async function historyOf(
  checkout: Checkout,
  build: Build,
  since: string | undefined,
  ports: HistoryPorts,
): Promise<History> {
  const from = since === undefined ? await lastPushed(checkout, build, ports) : await checkout.resolve(since);
  if (from === null && since !== undefined)
    throw new Refusal(`The checkout does not have the revision "${since}" of --since.`);
  if (from === null) return { commits: await checkout.commits(null, build.commit), touches: [] };
  if (from === build.commit) return { commits: [], touches: [] };
  return {
    commits: await checkout.commits(from, build.commit),
    touches: await checkout.changedFiles(from, build.commit),
  };
}

/** The newest artifact of the branch that this commit descends from; null where this checkout knows none. */
async function lastPushed(checkout: Checkout, build: Build, { ask, say }: HistoryPorts): Promise<string | null> {
  const { service, branch, version, commit } = build;
  const known = knownSchema.safeParse(await ask(`/artifacts?${new URLSearchParams({ service, branch })}`));
  const before = (known.data?.artifacts ?? []).filter((each) => each.version !== version);
  for (const each of before) {
    if (each.commit === commit) return commit;
    if ((await checkout.resolve(each.commit)) === null) continue;
    if (await checkout.isAncestor(each.commit, commit)) return each.commit;
  }
  if (before.length > 0 && (await checkout.isShallow()))
    say(
      `the commits since the last artifact of ${branch} are not in this checkout; fetch its history (fetch-depth: 0)`,
    );
  return null;
}
