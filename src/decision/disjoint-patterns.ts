import { matchesPattern } from './linear-pattern.ts';

/** One alternative of a pattern, as far as it is plain text from its beginning. */
interface Alternative {
  readonly text: string;
  /** Whether it matches this text alone; else the text is only how its matches begin. */
  readonly isWhole: boolean;
}

/**
 * Whether no text at all can match both patterns, as far as that shows in how their alternatives begin: each is taken
 * up to its first sign that is not plain text. What only the rest would tell (`^a.*x$` and `^a.*y$`, classes of
 * characters, a pattern without `^`) is not found. Linear in both texts, times the number of alternatives.
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

/** `^(main|release/.+)$` and `^main$|^release/.+$`; null where it may match anything in the middle of a text. */
function alternatives(pattern: string): readonly Alternative[] | null {
  const group = /^\^\((?!\?)([^()]*)\)(\$?)$/.exec(pattern);
  const parts =
    group === null
      ? split(pattern).map((part) => (part.startsWith('^') ? part.slice(1) : null))
      : split(group[1] ?? '').map((part) => `${part}${group[2] ?? ''}`);
  if (parts.length > mostAlternatives || parts.some((part) => part === null || /^\(\?|\\Q/.test(part))) return null;
  return parts.map((part) => beginning(part ?? ''));
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
    const sign = part[index] ?? '';
    const escaped = sign === '\\' ? (part[index + 1] ?? '') : '';
    // Behind a backslash letters and digits are classes, anchors or references; only signs are plain.
    if (escaped !== '' && /[^A-Za-z0-9]/.test(escaped)) {
      text += escaped;
      index += 1;
    } else if (/[.^$*+?()[\]{}|\\]/.test(sign)) break;
    else text += sign;
  }
  const rest = part.slice(index);
  // A sign that may be missing says nothing of how a match begins.
  if (/^[*?{]/.test(rest)) return { text: text.slice(0, -1), isWhole: false };
  return { text, isWhole: rest === '$' };
}
