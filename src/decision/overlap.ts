import { holdsForEnvironment, holdsForService, type Limits } from '../vocabulary/scope.ts';
import type { PolicyLines } from './cross-problem.ts';

type File = Pick<PolicyLines, 'environments' | 'services'>;

/** An environment and a service for which both lines hold, as words; null where there is none, or none that is known. */
export function placeOfBoth(one: Limits, other: Limits, file: File): string | null {
  const environment = Object.keys(file.environments).find(
    (name) => holdsForEnvironment(one, name) && holdsForEnvironment(other, name),
  );
  const service = environment === undefined ? null : serviceOfBoth(one, other, file);
  return service === null ? null : `${service} in ${environment}`;
}

/** A service that two lines speak of; with `discover` not all services are known here, so the names in the lines count too. */
export function serviceOfBoth(one: Limits, other: Limits, file: Pick<File, 'services'>): string | null {
  const free = [one, other].filter(({ services, squads }) => services === undefined && squads === undefined);
  if (free.length === 2) return 'every service';
  const plain = [...(one.services ?? []), ...(other.services ?? [])].filter((name) => !/[*?]/.test(name));
  const known = [...Object.keys(file.services.named), ...plain];
  const both = known.find((name) => holdsForService(one, name, file) && holdsForService(other, name, file));
  if (both !== undefined) return both;
  const pattern = free.length === 1 ? [one, other].find((line) => line !== free[0])?.services?.[0] : undefined;
  return pattern === undefined ? null : `every service like ${pattern}`;
}
