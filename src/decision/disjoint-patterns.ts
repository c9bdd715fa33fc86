import { matchesPattern } from '../doors/linear-pattern.ts';

/** One alternative of a pattern, as far as it is plain text from its beginning. */
interface Alternative {
  readonly text: string;
  /** Whether it matches this text alone; else the text is only how its matches begin. */
  readonly isWhole: boolean;
}

/**
 * Whether no text at all can match both patterns, as far as that shows in how their alternatives begin: each is taken
 * up to its first sign that is not plain text. What only the rest would tell (`^a.*x$` and `^a.*y$`, classes of
 * characters, two patterns without `^`) is not found. Linear in both texts, times the number of alternatives.
 */
export function areDisjoint(one: string, other: string): boolean {
  const ours = alternatives(one);
  const theirs = alternatives(other);
  if (ours === null || theirs === null) return false;
  return ours.every((mine) => theirs.every((yours) => cannotBoth(mine, one, yours, other)));
}

function cannotBoth(mine: Alternative, one: string, yours: Alternative, other: string): boolean {
  if (mine.isWhole) return !matchesPattern(other, mine.text);
  if (yours.isWhole) return !matchesPattern(one, yours.text);
  return !mine.text.startsWith(yours.text) && !yours.text.startsWith(mine.text);
}

const mostAlternatives = 50;

/** `^(main|release/.+)$` and `^main$|^release/.+$`; null where that does not show: too many, quoted texts, flags. */
function alternatives(pattern: string): readonly Alternative[] | null {
  if (/\\Q|\(\?[imsU-]/.test(pattern)) return null;
  const [, inside, end] = /^\^\((?!\?)([^()]*)\)(\$?)$/.exec(pattern) ?? [];
  const parts =
    inside === undefined
      ? // What is not anchored may begin with anything.
        split(pattern).map((part) => (part.startsWith('^') ? part.slice(1) : ''))
      : split(inside).map((part) => `${part}${end}`);
  return parts.length > mostAlternatives ? null : parts.map(beginning);
}

/** An escaped sign, a class of characters (whose first sign may be `]`), or any other sign: what a bar may stand in is one of them. */
const signs = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|./gs;

/** At the bars that stand in no group; those in a group or a class or behind a backslash belong to what they stand in. */
function split(pattern: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of pattern.match(signs) ?? []) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === '|' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${sign}`);
  }
  return parts;
}

function beginning(part: string): Alternative {
  let text = '';
  let index = 0;
  for (; index < part.length; index += 1) {
    // Behind a backslash letters and digits are classes, anchors or references; only signs are plain.
    const escaped = /^\\[^A-Za-z0-9]/.test(part.slice(index));
    if (escaped) index += 1;
    else if (/[.^$*+?()[\]{}|\\]/.test(part.charAt(index))) break;
    text += part.charAt(index);
  }
  const rest = part.slice(index);
  // A sign that may be missing says nothing of how a match begins.
  if (/^[*?{]/.test(rest)) return { text: text.slice(0, -1), isWhole: false };
  return { text, isWhole: rest === '$' };
}
