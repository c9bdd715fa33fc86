import { canonical } from '../doors/canonical.ts';
import { unknownName } from '../doors/nearest.ts';
import { parseDurationMs, weekdaySchema } from '../doors/time.ts';
import { holdsForEnvironment } from '../vocabulary/scope.ts';
import type { CrossProblem, PolicyLines } from './cross-problem.ts';
import { areDisjoint } from './disjoint-patterns.ts';
import type { FreezeWindow } from './lines/freeze-window.ts';
import { placeOfBoth } from './overlap.ts';
import type { Policy } from './policy-file.ts';
import { ruleOf } from './rule-language.ts';

/** Lines that cannot both be kept, that say the same again, or that can never say anything. */
export function policyConflicts(file: PolicyLines): readonly CrossProblem[] {
  return [
    ...sameLines(file.policies, 'policies'),
    ...sameLines(file.roles, 'roles'),
    ...contradictions(file),
    ...soakedNowhere(file),
    ...endlessFreezes(file.policies),
    ...mistakenRules(file),
  ];
}

function sameLines(lines: readonly object[], section: 'policies' | 'roles'): readonly CrossProblem[] {
  const first = new Map<string, number>();
  return lines.flatMap((line, index) => {
    const { name: _, ...said } = { name: undefined, ...line };
    const text = canonical(said);
    const before = first.get(text);
    if (before === undefined) first.set(text, index);
    return before === undefined
      ? []
      : [{ path: [section, index], message: 'says the same again; remove one of the two', besides: [section, before] }];
  });
}

/** Two lines that hold for one release and cannot both be true of it. A warning contradicts nothing. */
function contradictions(file: PolicyLines): readonly CrossProblem[] {
  const blocking = file.policies.flatMap((line, index) =>
    'level' in line && line.level === 'warn' ? [] : [{ line, index }],
  );
  return blocking.flatMap((own) => {
    const before = blocking.filter(({ index }) => index < own.index);
    return before.flatMap((other) => clash(other, own, file)).slice(0, 1);
  });
}

interface Placed {
  readonly line: Policy;
  readonly index: number;
}

/** What two lines contradict each other in, told at the later one. */
function clash(other: Placed, own: Placed, file: PolicyLines): readonly CrossProblem[] {
  const found = contradiction(other.line, own.line);
  if (found === null) return [];
  const place = placeOfBoth(other.line, own.line, file);
  if (place === null) return [];
  const { member, message } = found;
  const path = ['policies', own.index, member];
  return [{ path, message: `${message}, and both hold for ${place}`, besides: ['policies', other.index, member] }];
}

function contradiction(one: Policy, other: Policy): { readonly member: string; readonly message: string } | null {
  if (one.kind === 'branch-restriction' && other.kind === 'branch-restriction')
    return areDisjoint(one.branches, other.branches)
      ? { member: 'branches', message: `no branch matches ${other.branches} as well as ${one.branches}` }
      : null;
  if (one.kind === 'reference' && other.kind === 'reference')
    return areDisjoint(one.pattern, other.pattern)
      ? { member: 'pattern', message: `no ticket matches ${other.pattern} as well as ${one.pattern}` }
      : null;
  if (one.kind === 'promotion-order' && other.kind === 'promotion-order')
    return one.soak === undefined || other.soak === undefined || sameTime(one.soak, other.soak)
      ? null
      : { member: 'soak', message: `asks for ${other.soak} where another line asks for ${one.soak}` };
  return null;
}

function sameTime(one: string, other: string): boolean {
  return parseDurationMs(one) === parseDurationMs(other);
}

/** What comes after nothing has nowhere to soak. */
function soakedNowhere({ policies, environments }: PolicyLines): readonly CrossProblem[] {
  const ordered = Object.entries(environments).flatMap(([name, { after }]) => (after === undefined ? [] : [name]));
  return policies.flatMap((line, index) => {
    if (line.kind !== 'promotion-order' || ordered.some((name) => holdsForEnvironment(line, name))) return [];
    const message = 'holds for no environment that comes after another, so nothing ever soaks; expected one with after';
    return [{ path: ['policies', index], message }];
  });
}

const dayMinutes = 1_440;
const weekMinutes = 7 * dayMinutes;

interface Window {
  readonly line: FreezeWindow;
  readonly index: number;
}

/** Weekly windows of one scope and zone that leave no minute of the week: a lock says that better, and can be ended. */
function endlessFreezes(policies: readonly Policy[]): readonly CrossProblem[] {
  const groups = new Map<string, readonly [Window, ...Window[]]>();
  for (const [index, line] of policies.entries()) {
    if (line.kind !== 'freeze-window' || line.level === 'warn') continue;
    // What opens on some dates, ends, or may be passed is closed for a reason.
    if (line.except !== undefined || line.override !== undefined || line.from.length >= 10) continue;
    const { environments, services, squads, timezone } = line;
    const scope = canonical({ environments, services, squads, timezone });
    const before = groups.get(scope);
    groups.set(scope, before === undefined ? [{ line, index }] : [...before, { line, index }]);
  }
  return [...groups.values()].flatMap((group) => {
    if (freeMinutes(group.map(({ line }) => line)) > 0) return [];
    const [first] = group;
    const last = group.at(-1) ?? first;
    const message = 'leaves no minute of the week, so nothing could ever go; use /release freeze, which can be ended';
    const besides = first === last ? {} : { besides: ['policies', first.index] };
    return [{ path: ['policies', last.index], message, ...besides }];
  });
}

function freeMinutes(lines: readonly FreezeWindow[]): number {
  const frozen = new Uint8Array(weekMinutes);
  for (const { days = weekdaySchema.options, from, to } of lines) {
    const begin = minuteOf(from);
    const length = minuteOf(to) > begin ? minuteOf(to) - begin : minuteOf(to) + dayMinutes - begin;
    for (const day of days) {
      const start = weekdaySchema.options.indexOf(day) * dayMinutes + begin;
      for (let minute = start; minute < start + length; minute += 1) frozen[minute % weekMinutes] = 1;
    }
  }
  return frozen.filter((minute) => minute === 0).length;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Names in rules that this file does not know, and rules that do not depend on anything. */
function mistakenRules(file: PolicyLines): readonly CrossProblem[] {
  const environments = Object.keys(file.environments);
  const services = file.services.discover === undefined ? Object.keys(file.services.named) : null;
  return file.policies.flatMap((line, index): readonly CrossProblem[] => {
    const rule = line.kind === 'rule' ? ruleOf(line.expression) : null;
    if (rule?.kind !== 'rule') return [];
    const path = ['policies', index, 'expression'];
    if (!rule.speaksOfRelease)
      return [{ path, message: 'speaks of nothing of the release, so its answer never changes' }];
    return rule.compared.flatMap(({ member, text }) => {
      const known = member === 'environment.name' ? environments : member === 'request.service' ? services : null;
      return known === null || known.includes(text)
        ? []
        : [{ path, message: unknownName(member === 'request.service' ? 'services' : 'environments', text, known) }];
    });
  });
}
