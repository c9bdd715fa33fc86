import type { WatchedKind } from './kinds.ts';
import { runnableKinds } from './request-run.ts';

/** One right in the words of Kubernetes RBAC. */
export interface Right {
  readonly verb: 'list' | 'watch' | 'get' | 'patch';
  readonly group: string;
  /** `pods`, or `pods/log`. */
  readonly resource: string;
  readonly for: string;
}

export interface Wanted {
  /** Whether some environment shows logs of failed pods. */
  readonly logs: boolean;
  /** Whether people may ask Flux for a run. */
  readonly reconcile: boolean;
}

/** What Sluice does in a cluster whose API serves these kinds. */
export function neededRights(kinds: readonly WatchedKind[], { logs, reconcile }: Wanted): Right[] {
  const watching = kinds.flatMap(({ group, plural, kind }): Right[] => [
    { verb: 'list', group, resource: plural, for: `verdicts rest on ${kind} objects` },
    { verb: 'watch', group, resource: plural, for: `verdicts rest on ${kind} objects` },
  ]);
  const asking = kinds
    .filter(({ kind }) => reconcile && runnableKinds.includes(kind))
    .map(({ group, plural }): Right => ({ verb: 'patch', group, resource: plural, for: 'reconcile: true' }));
  const reading: Right[] = logs ? [{ verb: 'get', group: '', resource: 'pods/log', for: 'logs: thread' }] : [];
  return [...watching, ...asking, ...reading];
}

/** `watch helmreleases.helm.toolkit.fluxcd.io` */
export function spokenRight({ verb, group, resource }: Right): string {
  return `${verb} ${group === '' ? resource : `${resource}.${group}`}`;
}
