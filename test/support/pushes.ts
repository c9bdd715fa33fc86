import type { Instant } from '../../src/doors/time.ts';
import type { Expected } from '../../src/kubernetes/expected.ts';
import type { CommitSha } from '../../src/vocabulary/change.ts';
import { releaseIdSchema } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { type History, type ReleasedCommit, serviceOf } from './history.ts';

export interface Push {
  readonly branch: string;
  readonly head: string;
  readonly at: Instant;
}

/** A released commit, with the files that hold its version still. */
interface Current {
  readonly release: ReleasedCommit;
  readonly paths: readonly string[];
}

type Say = (commit: CommitSha, service: string, verdict: Verdict) => void;

const releaseId = releaseIdSchema.parse('01J00000000000000000000000');

/** What a cluster should run after each push of a recording, and what becomes of the commits that a push replaces. */
export function createPushes(history: History) {
  const expected = new Map<string, Expected>();
  const heads = new Map<string, string>();

  /** What the head holds, by the commits that released it. */
  const currentAt = ({ branch, head }: Push): Map<string, Current> => {
    const current = new Map<string, Current>();
    for (const { image, path } of history.heldAt(head) ?? []) {
      const all = history.releases.filter((each) => each.image === image && history.isAncestor(each.commit, head));
      // A file that only moved holds what another one released.
      const release = all.findLast((each) => each.path === path) ?? all.at(-1);
      if (release === undefined) continue;
      const key = `${branch} ${image} ${release.commit}`;
      current.set(key, { release, paths: [...(current.get(key)?.paths ?? []), path] });
    }
    return current;
  };

  /** Whatever was expected and is not any more was replaced, or its commit or its files have gone. */
  const leaveReplaced = ({ branch, head, at }: Push, current: ReadonlyMap<string, Current>, say: Say): void => {
    for (const [key, { commit, service, image, paths, branch: of }] of expected) {
      if (of !== branch || current.has(key)) continue;
      expected.delete(key);
      const others = [...current.values()].filter(({ release }) => release.image === image);
      const next = others.find((each) => each.paths.some((path) => paths.includes(path))) ?? others[0];
      if (!history.isAncestor(commit, head))
        say(commit, service, { kind: 'gone', because: `its commit is no longer in ${branch}`, since: at });
      else if (next === undefined)
        say(commit, service, { kind: 'gone', because: `it was taken out of ${branch}`, since: at });
      else say(commit, service, { kind: 'superseded', by: next.release.version, since: at });
    }
  };

  /** Of several commits in one push only the newest counts. */
  const sayPassedOver = ({ branch, head, at }: Push, current: readonly Current[], say: Say): void => {
    const before = heads.get(branch);
    for (const { commit, service, image } of history.releases) {
      const known = before !== undefined && history.isAncestor(commit, before);
      if (known || !history.isAncestor(commit, head)) continue;
      if (current.some(({ release }) => release.commit === commit && release.service === service)) continue;
      const next = current.find(({ release }) => release.image === image);
      if (next !== undefined) say(commit, service, { kind: 'superseded', by: next.release.version, since: at });
    }
  };

  return {
    expected: () => [...expected.values()],
    pushed: (push: Push, say: Say): void => {
      // Nothing can be told of a commit that is not there.
      if (history.heldAt(push.head) === null) return;
      const current = currentAt(push);
      leaveReplaced(push, current, say);
      sayPassedOver(push, [...current.values()], say);
      for (const [key, each] of current)
        expected.set(key, {
          ...(expected.get(key) ?? expectedOf(each, push, [...current.values()])),
          paths: each.paths,
        });
      heads.set(push.branch, push.head);
    },
  };
}

function expectedOf({ release, paths }: Current, { branch, at }: Push, all: readonly Current[]): Expected {
  const { commit, image, version } = release;
  const others = all.filter((each) => each.release.image === image && each.release !== release);
  const environment = environmentOf(
    paths,
    others.flatMap((each) => each.paths),
  );
  return {
    service: serviceOf(image),
    environment: branch === 'main' ? environment : `${environment}-${branch}`,
    cluster: 'recorded',
    repository: 'gitops',
    branch,
    commit,
    image,
    version,
    paths,
    release: releaseId,
    writtenAt: at,
  };
}

/** Where one repository holds several environments of a service, the part of the path that tells them apart. */
function environmentOf([path = '']: readonly string[], others: readonly string[]): string {
  const parts = others.map((other) => other.split('/'));
  const own = path.split('/').find((part, index) => parts.some((other) => other[index] !== part));
  return own === undefined ? 'production' : own.replace(/\.\w+$/, '');
}
