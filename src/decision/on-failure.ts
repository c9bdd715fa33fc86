import type { SluiceFile, Snapshot } from '../sluice-yaml.ts';
import { holdsFor, type Where } from '../vocabulary/scope.ts';

/** Whether a line of `sluice.yaml` lets a failed release be rolled back by itself. */
export function rollsBack(file: SluiceFile, where: Where): boolean {
  return file.policies.some((line) => line.kind === 'on-failure' && holdsFor(line, where, file));
}

/** The same by the file as it stands now: one that cannot be read lets nothing happen by itself. */
export function rollsBackNow(snapshot: Snapshot, where: Where): boolean {
  return snapshot.kind === 'valid' && rollsBack(snapshot.file, where);
}
