import { canonical } from '../../doors/canonical.ts';
import { didYouMean } from '../../doors/nearest.ts';
import { datedMs } from '../../doors/time.ts';
import type { ReadFile, SluiceFile } from '../../sluice-yaml.ts';
import { holdsForEnvironment, holdsForService, type Limits, matchesName } from '../../vocabulary/scope.ts';
import type { Policy } from '../policy-file.ts';

/** A line that is valid and yet cannot do what it seems to. */
export interface Advice {
  readonly line: number;
  readonly message: string;
}

/** What a reviewer would ask about a valid file: rules that can never matter, names that are probably mistyped. */
export function adviceOn({ file, lineOf }: Pick<ReadFile, 'file' | 'lineOf'>, nowMs: number): readonly Advice[] {
  const policies = file.policies.flatMap((line, index) => {
    const path = ['policies', index];
    const messages = [isOver(line, nowMs), contained(file, index, lineOf)];
    return messages.flatMap((message) => (message === null ? [] : [{ line: lineOf(path), message }]));
  });
  const limited: readonly { readonly line: Limits; readonly path: readonly PropertyKey[] }[] = [
    ...file.policies.map((line, index) => ({ line, path: ['policies', index] })),
    ...file.roles.map((line, index) => ({ line, path: ['roles', index] })),
  ];
  const typos = limited.flatMap(({ line, path }) =>
    (line.services ?? []).flatMap((name, index) => {
      const message = mistyped(name, file);
      return message === null ? [] : [{ line: lineOf([...path, 'services', index]), message }];
    }),
  );
  return [...policies, ...typos, ...closed(file, lineOf)].toSorted((a, b) => a.line - b.line);
}

function isOver(line: Policy, nowMs: number): string | null {
  if (line.kind !== 'freeze-window' || line.from.length < 10) return null;
  return datedMs(line).to <= nowMs ? `this window is over since ${line.to}; it can be taken out` : null;
}

/** An approvals line that another one, which holds at least where it does, asks for as well. */
function contained(file: SluiceFile, index: number, lineOf: ReadFile['lineOf']): string | null {
  const line = file.policies[index];
  if (line?.kind !== 'approvals') return null;
  const rest = ({ name: _, count: __, environments: ___, services: ____, squads: _____, ...more }: typeof line) =>
    canonical({ ...more, from: more.from?.toSorted() });
  const wider = file.policies.findIndex(
    (other, at) =>
      at !== index &&
      other.kind === 'approvals' &&
      rest(other) === rest(line) &&
      other.count >= line.count &&
      holdsWherever(other, line, file) &&
      // Of two that ask for the same the later one is too many.
      (at < index || other.count > line.count || !holdsWherever(line, other, file)),
  );
  return wider === -1 ? null : `never asks for more than line ${lineOf(['policies', wider])} does`;
}

function holdsWherever(wide: Limits, narrow: Limits, file: SluiceFile): boolean {
  const environments = Object.keys(file.environments);
  const inAll = environments.every((name) => !holdsForEnvironment(narrow, name) || holdsForEnvironment(wide, name));
  if (wide.services === undefined && wide.squads === undefined) return inAll;
  // With `discover` there are services that this file does not name.
  if (file.services.discover !== undefined) return false;
  const services = Object.keys(file.services.named);
  return inAll && services.every((name) => !holdsForService(narrow, name, file) || holdsForService(wide, name, file));
}

/** With `discover` any folder may be a service, so this is no error. */
function mistyped(pattern: string, file: SluiceFile): string | null {
  const known = Object.keys(file.services.named);
  if (known.some((name) => matchesName(pattern, name))) return null;
  const meant = didYouMean(pattern, known);
  return meant === null ? null : `"${pattern}" is none of the services that are named here; ${meant}`;
}

/** Environments where nobody may release anything. */
function closed(file: SluiceFile, lineOf: ReadFile['lineOf']): readonly Advice[] {
  return Object.keys(file.environments).flatMap((name) => {
    const open = file.roles.some(
      (line) => (line.role === 'releaser' || line.role === 'operator') && holdsForEnvironment(line, name),
    );
    return open
      ? []
      : [
          {
            line: lineOf(['environments', name]),
            message: `nobody may release to ${name}: no line of roles makes a releaser there`,
          },
        ];
  });
}
