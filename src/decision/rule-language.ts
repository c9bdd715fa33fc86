import { Environment, EvaluationError, ParseError, TypeError as RuleTypeError } from '@marcbachmann/cel-js';
import { messageOf } from '../doors/errors.ts';
import { linearPattern } from '../doors/linear-pattern.ts';
import { didYouMean } from '../doors/nearest.ts';
import { matchesName } from '../vocabulary/scope.ts';
import { type Comparison, contentOf } from './rule-content.ts';
import { costOf } from './rule-limits.ts';
import { inputLimits, ruleVariables, timeVariable } from './rule-variables.ts';

export type Rule =
  | {
      readonly kind: 'rule';
      readonly judge: (input: Readonly<Record<string, unknown>>) => Judged;
      /** How many steps it takes at most. */
      readonly cost: number;
      /** Whether its answer can differ from one release to another. */
      readonly speaksOfRelease: boolean;
      /** The texts that a member is compared with: `environment.name == "production"`. */
      readonly compared: readonly Comparison[];
    }
  /** `at`: an offset in the expression. */
  | { readonly kind: 'refused'; readonly at: number; readonly because: string };

export type Judged =
  | { readonly kind: 'holds' | 'broken' }
  /** It could not be evaluated, so nobody knows. */
  | { readonly kind: 'failed'; readonly because: string };

export const longestRule = 2_000;
/**
 * All patterns of one evaluation together, in instructions of the pattern times characters of the text: what RE2 takes
 * at most, 30 ms on a slow machine. Counted, not timed, so that the same facts are decided alike on every machine.
 */
const mostPatternSteps = 500_000;

const known = new Map<string, Rule>();

/** Compiles an expression in the Common Expression Language: checked for types and cost here, so that it is cheap to run. */
export function ruleOf(expression: string): Rule {
  if (expression.length > longestRule)
    return { kind: 'refused', at: 0, because: `has ${expression.length} characters, at most ${longestRule}` };
  const before = known.get(expression);
  if (before !== undefined) return before;
  const compiled = compile(expression);
  if (known.size >= 500) known.clear();
  known.set(expression, compiled);
  return compiled;
}

let patternSteps = 0;

/** Patterns are the one thing whose cost depends on the text: those of an evaluation share a limit. */
function re(text: string, pattern: string): boolean {
  const compiled = linearPattern(pattern);
  // Stryker disable next-line all: a rule with a pattern that is refused is refused itself, so that none comes here
  if (compiled.kind === 'refused') throw new Error(compiled.because);
  patternSteps += compiled.size * (text.length + 1);
  if (patternSteps > mostPatternSteps)
    throw new Error(
      `its patterns take more than ${mostPatternSteps.toLocaleString('en')} steps; make them shorter or fewer`,
    );
  return compiled.matches(text);
}

function glob(text: string, pattern: string): boolean {
  return matchesName(pattern, text);
}

function createLanguage(): Environment {
  const { items } = inputLimits;
  const language = new Environment({
    limits: { maxAstNodes: 300, maxDepth: 24, maxListElements: items, maxMapEntries: items, maxCallArguments: 8 },
  });
  for (const [name, members] of Object.entries(ruleVariables)) {
    const schema = Object.fromEntries(Object.entries(members).map(([member, { type }]) => [member, type]));
    language.registerVariable({ name, schema });
  }
  return language
    .registerVariable(timeVariable, 'google.protobuf.Timestamp')
    .registerFunction('re(string, string): bool', re)
    .registerFunction('glob(string, string): bool', glob);
}

const language = createLanguage();

function compile(expression: string): Rule {
  try {
    const parsed = language.parse(expression);
    // What is not allowed at all is said first: that it has the wrong types besides helps nobody.
    const cost = costOf(parsed.ast);
    if (typeof cost !== 'number') return { kind: 'refused', at: cost.at, because: cost.message };
    const checked = parsed.check();
    if (!checked.valid) return refused(checked.error, expression);
    if (checked.type !== 'bool')
      return { kind: 'refused', at: 0, because: `yields ${checked.type}, expected true or false` };
    return { kind: 'rule', judge: (input) => judge(parsed, input), cost, ...contentOf(parsed.ast) };
  } catch (error) {
    return refused(error, expression);
  }
}

function judge(run: (input: Record<string, unknown>) => unknown, input: Readonly<Record<string, unknown>>): Judged {
  patternSteps = 0;
  try {
    const answer = run({ ...input });
    // Stryker disable next-line all: only what was found to yield true or false is run; the package is not taken at its word
    if (typeof answer !== 'boolean') return { kind: 'failed', because: 'it yields neither true nor false' };
    return { kind: answer ? 'holds' : 'broken' };
  } catch (error) {
    return { kind: 'failed', because: summaryOf(error) };
  }
}

function refused(error: unknown, expression: string): Rule {
  const range = isOfLanguage(error) ? error.range : undefined;
  const written = expression.slice(range?.start, range?.end);
  const meant = meantBy(error, expression, written);
  const because = meant === null ? summaryOf(error) : `${summaryOf(error)}; ${meant}`;
  return { kind: 'refused', at: range?.start ?? 0, because };
}

/** The nearest name that is possible there, or all of them. */
function meantBy(error: unknown, expression: string, written: string): string | null {
  if (!isOfLanguage(error)) return null;
  const near = (names: readonly string[], name: string) => didYouMean(name, names) ?? `possible: ${names.join(', ')}`;
  switch (error.code) {
    case 'unknown_variable':
      return near([...Object.keys(ruleVariables), timeVariable], written);
    case 'no_such_key': {
      const owner = /(\w+)\s*\.\s*$/.exec(expression.slice(0, error.range?.start ?? 0))?.[1] ?? '';
      const members = Object.entries(ruleVariables).find(([name]) => name === owner)?.[1];
      return members === undefined ? null : near(Object.keys(members), written);
    }
    case 'no_such_overload':
      return 'both sides are of one type; a whole number is 3, a text "3"';
    default:
      return null;
  }
}

function isOfLanguage(error: unknown): error is ParseError | EvaluationError | RuleTypeError {
  return error instanceof ParseError || error instanceof EvaluationError || error instanceof RuleTypeError;
}

/** One line without the excerpt that the package draws below. */
function summaryOf(error: unknown): string {
  const text = isOfLanguage(error) ? error.summary : messageOf(error);
  return text.replace(/\n.*/s, '').replaceAll('$', '').slice(0, 200);
}
