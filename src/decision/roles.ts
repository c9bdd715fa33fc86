import type { SluiceFile } from '../sluice-yaml.ts';
import type { UserId } from '../vocabulary/person.ts';
import { holdsForEnvironment, holdsForService, type Limits } from '../vocabulary/scope.ts';
import type { RoleName } from './role-name.ts';

/** Roles that carry a wanted one. Approvers vote where a policy asks them; being an operator does not make an approver. */
const carriedBy: Readonly<Record<RoleName, readonly RoleName[]>> = {
  viewer: ['viewer', 'releaser', 'approver', 'operator'],
  releaser: ['releaser', 'operator'],
  approver: ['approver'],
  operator: ['operator'],
};

/** What a right is asked for. A part that is left out means all of them, so that only an unlimited line grants it; for a viewer it means any. */
export interface Scope {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

/** The names (`@group`, or from `people`) that `roles` gives a role in a scope; without duplicates, in the file's order. */
export function namesWithRole(file: SluiceFile, role: RoleName, scope: Scope): readonly string[] {
  const lines = file.roles.filter(
    (line) =>
      carriedBy[role].includes(line.role) &&
      coversService(line, scope.service, file, role) &&
      coversEnvironment(line, scope.environment, Object.keys(file.environments), role),
  );
  return [...new Set(lines.flatMap(({ of }) => of))];
}

function coversService(line: Limits, wanted: string | undefined, file: SluiceFile, role: RoleName): boolean {
  if (wanted !== undefined) return holdsForService(line, wanted, file);
  return role === 'viewer' || (line.services === undefined && line.squads === undefined);
}

function coversEnvironment(line: Limits, wanted: string | undefined, all: readonly string[], role: RoleName): boolean {
  if (wanted !== undefined) return holdsForEnvironment(line, wanted);
  return role === 'viewer' || all.every((name) => holdsForEnvironment(line, name));
}

/** Whether a user is behind one of the names. */
export function isAmong(
  user: UserId,
  names: readonly string[],
  members: ReadonlyMap<string, readonly UserId[]>,
): boolean {
  return names.some((name) => members.get(name)?.includes(user) ?? false);
}
