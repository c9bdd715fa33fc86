import { unknownName } from '../doors/nearest.ts';
import { own } from '../doors/own.ts';
import { type Limits, matchesName } from '../vocabulary/scope.ts';
import { autoReleaseProblems } from './auto-release-problems.ts';
import type { CrossProblem, PolicyLines } from './cross-problem.ts';
import { policyConflicts } from './policy-conflicts.ts';

/** Everything that policies and roles say of each other and of the rest of the file. */
export function policyProblems(file: PolicyLines): readonly CrossProblem[] {
  return [
    ...strangers(file),
    ...unknownScopes(file),
    ...sameNames(file),
    ...unreachableCounts(file),
    ...autoReleaseProblems(file),
    ...twiceInLists(file),
    ...policyConflicts(file),
  ];
}

/** Names of a list that are neither groups nor people. */
export function unknownMembers(
  names: readonly string[],
  path: readonly PropertyKey[],
  people: readonly string[],
): readonly CrossProblem[] {
  return names.flatMap((name, index) =>
    name.startsWith('@') || people.includes(name)
      ? []
      : [
          {
            path: [...path, index],
            message: `${unknownName('people', name, people)}; a Slack group is written "@${name}"`,
          },
        ],
  );
}

function strangers(file: PolicyLines): readonly CrossProblem[] {
  const people = Object.keys(file.people);
  return [
    ...file.roles.flatMap(({ of }, index) => unknownMembers(of, ['roles', index, 'of'], people)),
    ...file.policies.flatMap((policy, index) =>
      policy.kind === 'approvals' ? unknownMembers(policy.from ?? [], ['policies', index, 'from'], people) : [],
    ),
  ];
}

function unknownScopes(file: PolicyLines): readonly CrossProblem[] {
  const environments = Object.keys(file.environments);
  const services = Object.keys(file.services.named);
  const squads = [...new Set(Object.values(file.services.named).flatMap(({ squad }) => squad ?? []))];
  const check = (what: string, patterns: readonly string[], known: readonly string[], path: readonly PropertyKey[]) =>
    patterns.flatMap((pattern, index) => {
      if (known.some((name) => matchesName(pattern, name))) return [];
      const message = /[*?]/.test(pattern)
        ? `"${pattern}" fits none of the ${what}; known: ${known.join(', ')}`
        : unknownName(what, pattern, known);
      return [{ path: [...path, what, index], message }];
    });
  const lines: readonly { readonly line: Limits; readonly path: readonly PropertyKey[] }[] = [
    ...file.roles.map((line, index) => ({ line, path: ['roles', index] })),
    ...file.policies.map((line, index) => ({ line, path: ['policies', index] })),
  ];
  return lines.flatMap(({ line, path }) => [
    ...check('environments', line.environments ?? [], environments, path),
    // With `discover` every folder is a service, and the folders are not known to this file.
    ...(file.services.discover === undefined ? check('services', line.services ?? [], services, path) : []),
    ...check('squads', line.squads ?? [], squads, path),
  ]);
}

/** A name that a list holds twice was meant to be another. */
function twiceInLists({ policies, roles }: PolicyLines): readonly CrossProblem[] {
  const lines = [
    ...policies.map((line, index) => ['policies', index, line] as const),
    ...roles.map((line, index) => ['roles', index, line] as const),
  ];
  return lines.flatMap(([section, index, line]) =>
    Object.entries(line).flatMap(([member, value]) =>
      Array.isArray(value)
        ? value.flatMap((each, at) =>
            value.indexOf(each) === at
              ? []
              : [{ path: [section, index, member, at], message: `names ${JSON.stringify(each)} twice, expected once` }],
          )
        : [],
    ),
  );
}

function sameNames(file: PolicyLines): readonly CrossProblem[] {
  const names = file.policies.map(({ name }) => name);
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [{ path: ['policies', index, 'name'], message: `"${name}" is the name of another policy already` }],
  );
}

/** More votes than the people who are named one by one; the size of a group cannot be known here. */
function unreachableCounts(file: PolicyLines): readonly CrossProblem[] {
  return file.policies.flatMap((policy, index) => {
    if (policy.kind !== 'approvals' || policy.from === undefined) return [];
    const { from, count } = policy;
    const people = new Set(from.map((name) => own(file.people, name)?.slack ?? name));
    return from.some((name) => name.startsWith('@')) || count <= people.size
      ? []
      : [{ path: ['policies', index, 'count'], message: `asks for ${count} votes, but from names ${people.size}` }];
  });
}
