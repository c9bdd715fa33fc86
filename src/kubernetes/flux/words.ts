import { shortCommit } from '../arrival/ancestry.ts';
import { oneLine } from '../arrival/finding.ts';
import type { FluxObject } from '../objects.ts';
import { parseRevision } from './revision.ts';
import { conditionOf, fluxStateOf } from './state.ts';

/** `main@a1b2c3d`, `1.4@sha256:ab12cd3`. */
export function revisionWords(text: string | null): string {
  const revision = parseRevision(text);
  if (revision === null) return text === null ? 'nothing yet' : oneLine(text);
  const hash = `${revision.algorithm === 'sha256' ? 'sha256:' : ''}${shortCommit(revision.hash)}`;
  return revision.pointer === null ? hash : `${revision.pointer}@${hash}`;
}

/** What an object of Flux says of itself, in a few words. */
export function stateWords(object: FluxObject): string {
  const ready = conditionOf(object, 'Ready');
  const stalled = conditionOf(object, 'Stalled');
  const said = (condition: typeof ready) =>
    condition === undefined ? '' : `${condition.reason}: ${oneLine(condition.message)}`;
  switch (fluxStateOf(object)) {
    case 'terminating':
      return 'is being deleted';
    case 'suspended':
      return 'suspended';
    case 'stalled':
      return said(stalled);
    case 'waiting':
    case 'failing':
      return said(ready);
    case 'progressing':
      return oneLine(conditionOf(object, 'Reconciling')?.message ?? '') || 'at work';
    case 'ready':
      return object.kind === 'HelmRelease' ? `Ready, ${object.newest ?? 'nothing released'}` : 'Ready';
    case 'unknown':
      return 'has not run yet';
  }
}
