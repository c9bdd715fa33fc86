import { posix } from 'node:path';
import { messageOf } from '../doors/errors.ts';
import type { Log } from '../doors/telemetry.ts';
import type { CommitSha } from '../vocabulary/change.ts';
import type { IsAncestor } from './arrival/ancestry.ts';
import { refusedObject, unhealthyObjects } from './arrival/blame.ts';
import { unitsOf } from './arrival/own.ts';
import type { Expected } from './expected.ts';
import { conditionOf } from './flux/state.ts';
import { type NamedInGit, namedInGit } from './named-in-git.ts';
import type { ClusterView, Kustomization } from './objects.ts';

export interface OwnFilesPorts {
  /** A file of a commit; null where there is none. */
  readonly readFile?: (repository: string, commit: CommitSha, path: string) => Promise<string | null>;
  readonly log: Log;
}

/** What the files of a service name; null where they are shared with others, or cannot be told. */
export type FilesOf = (expected: Expected) => NamedInGit | null;

const tellsNothing: FilesOf = () => null;

/**
 * Reads from Git which objects are a service's own. It costs some files, so it is done only where something depends on it: where a
 * Kustomization fails because of an object, or brings what only operators know.
 */
export function createOwnFiles({ readFile, log }: OwnFilesPorts) {
  const known = new Map<string, { readonly id: string; readonly named: NamedInGit | null }>();

  const read = async (expected: Expected): Promise<NamedInGit | null> => {
    const { repository, commit, paths } = expected;
    const text = (path: string) => readFile?.(repository, commit, path) ?? Promise.resolve(null);
    const parts = await Promise.all(paths.map((path) => namedInGit(text, path)));
    return {
      objects: parts.flatMap(({ objects }) => objects),
      complete: parts.length > 0 && parts.every(({ complete }) => complete),
    };
  };
  return {
    /** Never rejects: what Git does not tell, names and labels have to. */
    gather: async (view: ClusterView, expectations: readonly Expected[], isAncestor: IsAncestor): Promise<FilesOf> => {
      if (readFile === undefined || ![...view.kustomizations()].some(isInQuestion)) return tellsNothing;
      for (const expected of expectations) {
        if (!unitsOf(view, expected, isAncestor).some(({ kustomization }) => isInQuestion(kustomization))) continue;
        const name = nameOf(expected);
        const id = [expected.repository, expected.commit, ...expected.paths].join('\n');
        if (known.get(name)?.id === id) continue;
        try {
          known.set(name, { id, named: isShared(expected, expectations) ? null : await read(expected) });
        } catch (error) {
          known.delete(name);
          log.debug({ service: expected.service, err: messageOf(error) }, 'what files name cannot be read now');
        }
      }
      return (expected) => known.get(nameOf(expected))?.named ?? null;
    },
  };
}

function nameOf({ environment, service }: Expected): string {
  return `${environment}/${service}`;
}

/** Whether somebody has to tell whose an object is that this Kustomization names. */
function isInQuestion(kustomization: Kustomization): boolean {
  const ready = conditionOf(kustomization, 'Ready');
  if (kustomization.custom.length > 0) return true;
  if (ready?.status !== 'False') return false;
  return unhealthyObjects(ready.message).length > 0 || refusedObject(ready.message) !== null;
}

/**
 * Whether the folder of the version is not the service's alone: another service has its version in it or below it, or it does not bear
 * the service's name.
 */
function isShared(expected: Expected, all: readonly Expected[]): boolean {
  const others = all.filter((each) => each.service !== expected.service && each.repository === expected.repository);
  return expected.paths.some((path) => {
    const folder = posix.dirname(path);
    const isWithin = (other: string) => other.startsWith(`${folder}/`);
    return !folder.split('/').includes(expected.service) || others.some(({ paths }) => paths.some(isWithin));
  });
}
