import { RE2JS } from 're2js';
import { z } from 'zod';
import { messageOf } from './errors.ts';

export type LinearPattern =
  | {
      readonly kind: 'pattern';
      /** How many instructions it has: matching takes at most so many steps for each character. */
      readonly size: number;
      readonly matches: (branch: string) => boolean;
    }
  | { readonly kind: 'refused'; readonly because: string };

const longestPattern = 500;
/** re2js counts an expanded pattern in instructions; a hostile repetition (`((a{100}){100}){100}`) has millions. */
const largestProgram = 5_000;
const known = new Map<string, LinearPattern>();

/**
 * Compiles a pattern in RE2 syntax, which matches in time linear in the subject; look-around and back references are
 * refused. Anchored only where `^` and `$` are written.
 */
export function linearPattern(text: string): LinearPattern {
  const before = known.get(text);
  if (before !== undefined) return before;
  const compiled = compile(text);
  if (known.size >= 500) known.clear();
  known.set(text, compiled);
  return compiled;
}

/** Whether a subject matches; a pattern that is refused matches nothing. */
export function matchesPattern(text: string, subject: string): boolean {
  const pattern = linearPattern(text);
  return pattern.kind === 'pattern' && pattern.matches(subject);
}

function compile(text: string): LinearPattern {
  if (text.length > longestPattern)
    return { kind: 'refused', because: `it has more than ${longestPattern} characters` };
  try {
    const pattern = RE2JS.compile(text);
    const size = pattern.programSize();
    if (size > largestProgram) return { kind: 'refused', because: 'it repeats too much' };
    return { kind: 'pattern', size, matches: (branch) => pattern.test(branch) };
  } catch (error) {
    return { kind: 'refused', because: messageOf(error) };
  }
}

/** A regular expression that matches in linear time. */
export function linearPatternSchema(example: string) {
  return z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const pattern = linearPattern(text);
      if (pattern.kind === 'refused')
        context.addIssue({
          code: 'custom',
          message: `expected a regular expression in RE2 syntax, but ${pattern.because}; example: ${example}`,
        });
    });
}
