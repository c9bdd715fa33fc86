import { linearPattern } from '../doors/linear-pattern.ts';
import { isTimeZone } from '../doors/time.ts';
import { partsOf, type RuleNode } from './rule-tree.ts';
import { inputLimits, ruleVariables, timeVariable } from './rule-variables.ts';

export interface RuleProblem {
  readonly at: number;
  readonly message: string;
}

/** How much an expression may cost: about as many steps, each some 35 ns. */
export const costLimit = 300_000;
const longestText = 10_000;
/** `re` is slow where a pattern has many states at once; 100 are enough for the form of a title or a name. */
const largestPattern = 100;

const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const zoned = new Set(
  [
    'Date',
    'DayOfMonth',
    'DayOfWeek',
    'DayOfYear',
    'FullYear',
    'Hours',
    'Milliseconds',
    'Minutes',
    'Month',
    'Seconds',
  ].map((part) => `get${part}`),
);
const functions = new Set(['has', 'size', 're', 'glob', 'int', 'double', 'string', 'duration', 'timestamp']);
const methods = new Set([
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'lowerAscii',
  'upperAscii',
  'trim',
  ...macros,
  ...zoned,
]);
const plainOps = new Set(['?:', '||', '&&', '!_', '-_', '<', '<=', '>', '>=', '-', '*', '/', '%', 'list', 'map']);

const ofPrototypes = new Set(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf']);

/** How much a node may cost, how long a text it may yield (or its items), and how many items. */
interface Bound {
  readonly cost: number;
  readonly text: number;
  readonly items: number;
}

interface Scope {
  readonly insideMacro: boolean;
  /** The variables that macros have introduced. */
  readonly own: ReadonlyMap<string, Bound>;
}

/**
 * What an expression costs in the worst case; or the first thing that it may not do although it has the right types:
 * call what is not listed, nest macros, match with anything but linear patterns, or cost too much.
 */
export function costOf(root: RuleNode): number | RuleProblem {
  try {
    return boundOf(root, { insideMacro: false, own: new Map() }).cost;
  } catch (error) {
    if (error instanceof Found) return error.problem;
    throw error;
  }
}

/** Ends the walk at the first problem. */
class Found extends Error {
  readonly problem: RuleProblem;
  constructor(problem: RuleProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function refuse(node: RuleNode, message: string): never {
  throw new Found({ at: placeOf(node), message });
}

/** Of a method its name, which stands behind the dot; of anything else its beginning. */
function placeOf(node: RuleNode): number {
  if (node.op !== 'rcall') return node.pos;
  const [, receiver] = node.args as [string, RuleNode];
  return (receiver.end ?? receiver.pos) + 1;
}

function boundOf(node: RuleNode, scope: Scope): Bound {
  const bound = priced(node, scope);
  if (bound.text > longestText) refuse(node, `a text may grow to ${bound.text} characters, at most ${longestText}`);
  if (bound.cost > costLimit)
    refuse(
      node,
      `may take ${bound.cost} steps in the worst case, at most ${costLimit}; ask less of each item of a list`,
    );
  return bound;
}

function priced(node: RuleNode, scope: Scope): Bound {
  switch (node.op) {
    case 'value':
      if (node.args instanceof Uint8Array) refuse(node, 'bytes are of no use here; expected text in quotes');
      return { cost: 1, text: typeof node.args === 'string' ? node.args.length : 0, items: 0 };
    case 'id':
      return named(node, String(node.args), scope);
    case '.':
    case '[]':
      return member(node, scope);
    case 'call': {
      const [name, args] = node.args as [string, readonly RuleNode[]];
      return called(node, name, args, scope);
    }
    case 'rcall': {
      const [name, receiver, args] = node.args as [string, RuleNode, readonly RuleNode[]];
      return macros.has(name)
        ? macro(node, { name, receiver, args }, scope)
        : called(node, name, [receiver, ...args], scope);
    }
    case '+': {
      const [left, right] = partsOf(node).map((part) => boundOf(part, scope)) as [Bound, Bound];
      return { cost: left.cost + right.cost + 1, text: left.text + right.text, items: left.items + right.items };
    }
    case '==':
    case '!=':
    case 'in': {
      const both = joined(partsOf(node).map((part) => boundOf(part, scope)));
      return { ...both, cost: both.cost + Math.ceil((Math.max(1, both.items) * both.text) / 100) };
    }
    default: {
      if (!plainOps.has(node.op)) refuse(node, `${node.op} is of no use here`);
      const parts = partsOf(node);
      const bound = joined(parts.map((part) => boundOf(part, scope)));
      // A list function goes over the keys of a map as well.
      return node.op === 'list' || node.op === 'map' ? { ...bound, items: parts.length } : bound;
    }
  }
}

function named(node: RuleNode, name: string, { own }: Scope): Bound {
  if (ofPrototypes.has(name)) refuse(node, `${name} is not a name here`);
  return { ...(own.get(name) ?? { text: inputLimits.text, items: inputLimits.items }), cost: 1 };
}

function member(node: RuleNode, scope: Scope): Bound {
  const [object, key] = node.args as [RuleNode, RuleNode | string];
  const name = typeof key === 'string' ? key : key.args;
  if (ofPrototypes.has(String(name))) refuse(typeof key === 'string' ? node : key, `${name} is not a name here`);
  const of = boundOf(object, scope);
  const by = typeof key === 'string' ? 0 : boundOf(key, scope).cost;
  return { ...of, cost: of.cost + by + 1 };
}

function macro(
  node: RuleNode,
  { name, receiver, args }: { readonly name: string; readonly receiver: RuleNode; readonly args: readonly RuleNode[] },
  scope: Scope,
): Bound {
  if (scope.insideMacro) refuse(node, `${name} stands inside of another list function; one at a time is possible`);
  if (holdsMacro(receiver, 'filter'))
    refuse(node, `${name} goes over the result of another list function; only the result of filter is possible`);
  const over = boundOf(receiver, scope);
  const variable = String(args[0]?.args);
  if (Object.hasOwn(ruleVariables, variable) || variable === timeVariable)
    refuse(node, `${variable} is a variable already; name the item of the list otherwise`);
  if (ofPrototypes.has(variable)) refuse(node, `${variable} is not a name here`);
  const item: Bound = { cost: 1, text: Math.max(over.text, inputLimits.item), items: 0 };
  const inner = { insideMacro: true, own: new Map([...scope.own, [variable, item]]) };
  const bodies = args.slice(1).map((arg) => boundOf(arg, inner));
  const cost = over.cost + over.items * (1 + joined(bodies).cost);
  return { cost, text: name === 'map' ? Math.max(0, ...bodies.map(({ text }) => text)) : over.text, items: over.items };
}

/** Whether a macro other than the one that is allowed stands in a tree. */
function holdsMacro(node: RuleNode, allowed: string): boolean {
  if (node.op === 'rcall') {
    const [name] = node.args as [string];
    if (macros.has(name) && name !== allowed) return true;
  }
  return partsOf(node).some((part) => holdsMacro(part, allowed));
}

function called(node: RuleNode, name: string, args: readonly RuleNode[], scope: Scope): Bound {
  if (name === 'matches') refuse(node, 'matches may take for ever; use re(text, "pattern") or glob(text, "release-*")');
  const known = node.op === 'rcall' ? methods : functions;
  if (!known.has(name)) refuse(node, `${name} is not a function here; possible: ${[...known].join(', ')}`);
  const bounds = args.map((arg) => boundOf(arg, scope));
  const all = joined(bounds);
  const [first, second] = bounds;
  if (name === 're') refusePattern(args[1], node);
  if (zoned.has(name) && args.length > 1) refuseZone(args[1], node);
  const extra: Readonly<Record<string, number>> = {
    contains: Math.ceil(((first?.text ?? 0) * (second?.text ?? 0)) / 40),
    glob: Math.ceil(((first?.text ?? 0) * (second?.text ?? 0)) / 4),
    lowerAscii: Math.ceil(all.text / 30),
    upperAscii: Math.ceil(all.text / 30),
    duration: 60,
    timestamp: 40,
    re: 30,
  };
  const own = zoned.has(name) ? (args.length > 1 ? 2_700 : 60) : Object.hasOwn(extra, name) ? (extra[name] ?? 0) : 5;
  const grows = name === 'lowerAscii' || name === 'upperAscii' || name === 'trim';
  return { cost: all.cost + own, text: grows ? all.text : 40, items: 0 };
}

function refusePattern(pattern: RuleNode | undefined, node: RuleNode): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string')
    refuse(node, 're takes its pattern in quotes, so that it can be checked; example: re(artifact.branch, "^main$")');
  const compiled = linearPattern(pattern.args);
  if (compiled.kind === 'refused') refuse(pattern, `is no pattern in RE2 syntax: ${compiled.because}`);
  if (compiled.size > largestPattern)
    refuse(pattern, `the pattern has ${compiled.size} steps, at most ${largestPattern} in a rule`);
}

function refuseZone(zone: RuleNode | undefined, node: RuleNode): void {
  if (zone?.op !== 'value' || typeof zone.args !== 'string' || !isTimeZone(zone.args))
    refuse(zone ?? node, 'is no IANA time zone in quotes; example: time.getHours("Europe/Copenhagen")');
}

function joined(bounds: readonly Bound[]): Bound {
  return {
    cost: 1 + bounds.reduce((sum, { cost }) => sum + cost, 0),
    text: Math.max(0, ...bounds.map(({ text }) => text)),
    items: Math.max(0, ...bounds.map(({ items }) => items)),
  };
}
