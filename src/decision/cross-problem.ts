import type { Squads } from '../vocabulary/scope.ts';
import type { Policy, Role } from './policy-file.ts';

/** Something that is wrong between two parts of `sluice.yaml`, told at the part where it is to be mended. */
export interface CrossProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Where the other of two lines stands; its line is added to the message. */
  readonly besides?: readonly PropertyKey[];
}

/** The parts of `sluice.yaml` that policies and roles speak of. */
export interface PolicyLines {
  readonly environments: Readonly<Record<string, { readonly after?: readonly string[] | undefined }>>;
  readonly services: Squads['services'] & { readonly discover?: string | undefined };
  readonly people: Readonly<Record<string, { readonly slack: string }>>;
  readonly roles: readonly Role[];
  readonly policies: readonly Policy[];
}
