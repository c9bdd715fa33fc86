import { nearest } from '../nearest.ts';
import { type Clauses, splitClauses, unlinked } from './clauses.ts';
import { command, mistake, type Parsed, type Said } from './command.ts';
import { commandTable, typed, type Verb } from './command-table.ts';
import { readHistory } from './history-words.ts';
import { withoutEverything } from './hold-words.ts';
import type { Names } from './known-names.ts';
import { readPolicy } from './policy-grammar.ts';
import { readInThread, type ThreadOf } from './thread-words.ts';
import { artifacts, describe, diff, help, hold, ofRelease, scoped, target, where } from './verb-words.ts';

export type { Command, Parsed, Said } from './command.ts';
export type { Names } from './known-names.ts';

const lengthLimit = 1_000;
const verbs: readonly string[] = commandTable.map(({ verb }) => verb);

/** What people say as well. */
const otherWords: Readonly<Record<string, Verb>> = { unapprove: 'take-back', withdraw: 'cancel' };

/** Only of a history: everywhere else `by @bo` is a part of a reason. */
function nameById(typedAs: string, id: string, at: number, whole: string): string {
  return /^\s*(release\s+)?hist/i.test(whole.slice(0, at)) ? `by ${id}` : typedAs;
}

/**
 * Reads what somebody typed. Never throws; whatever is not understood is a mistake with the command that was probably meant.
 * In the thread of a release its words may name nothing: they mean that one.
 */
export function parse(text: string, said: Said, names: Names, thread?: ThreadOf): Parsed {
  if (text.length > lengthLimit)
    return mistake(`That is ${text.length} characters long; a command has at most ${lengthLimit}.`);
  // Control characters, and those that turn the reading order or cannot be seen: what is approved must be what is read.
  if (/[^\P{Cc}\t\n\r]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text))
    return mistake('That has control characters in it; type the command anew.');
  // Whom it names is more than a handle: people are told apart by their id.
  const plain = unlinked(text.replace(/\bby\s+<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/gi, nameById))
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .trim();
  const policy = said === '/rollback' ? null : readPolicy(plain);
  if (policy !== null) return policy;
  const { words: split, ...clauses } = splitClauses(plain);
  const words = joined(split);
  const [first, ...rest] = words;
  if (first === undefined && said === '/release') return command({ kind: 'form' });
  if (first === undefined) return command({ kind: 'help', ...(said === '/rollback' ? { about: 'rollback' } : {}) });
  if (said === '/rollback') return ofRollback(words, clauses, names);
  const verb = verbOf(first, words.length, names);
  const inThread = verb === null || thread === undefined ? null : readInThread(verb, rest, clauses, thread);
  if (inThread !== null && verb !== null && !isExact(verb, first))
    return mistake(`Did you mean "${verb}"?`, typed(verb, rest.join(' ')));
  if (inThread !== null) return inThread;
  return verb === null ? target('release', words, clauses, names) : byVerb(verb, rest, clauses, names);
}

/** What people write as two words. */
function joined(words: readonly string[]): readonly string[] {
  const [first = '', second = '', ...rest] = words;
  const one = { 'roll back': 'rollback', 'take back': 'take-back' }[`${first} ${second}`.toLowerCase()];
  return one === undefined ? words : [one, ...rest];
}

/** `/rollback` has no verbs of its own but help; `/rollback rollback web` is a slip of the hand. */
function ofRollback(words: readonly string[], clauses: Clauses, names: Names): Parsed {
  const [first = '', ...rest] = words;
  if (names.services.includes(first.toLowerCase())) return target('rollback', words, clauses, names);
  if (first.toLowerCase() === 'help') return command({ kind: 'help', about: 'rollback' });
  return target('rollback', first.toLowerCase() === 'rollback' ? rest : words, clauses, names);
}

/** A verb, also mistyped. What is named like a verb is taken for a service only where it is one and an environment follows. */
function verbOf(word: string, count: number, names: Names): Verb | null {
  const lower = word.toLowerCase();
  const exact = commandTable.find(({ verb }) => isExact(verb, word))?.verb;
  if (exact !== undefined) return exact;
  if (names.services.includes(lower) || names.environments.includes(lower) || lower.includes(',')) return null;
  const near = nearest(lower, verbs, 1)[0];
  const nearName = nearest(lower, [...names.services, ...names.environments], 1)[0];
  if (near === undefined || nearName !== undefined || (count >= 2 && names.services.length === 0)) return null;
  return commandTable.find(({ verb }) => verb === near)?.verb ?? null;
}

function isExact(verb: Verb, word: string): boolean {
  const lower = word.toLowerCase();
  return verb === lower || (Object.hasOwn(otherWords, lower) && verb === otherWords[lower]);
}

function byVerb(verb: Verb, rest: readonly string[], clauses: Clauses, names: Names): Parsed {
  switch (verb) {
    case 'release':
    case 'rollback':
      return target(verb, rest, clauses, names);
    case 'status':
    case 'queue':
    case 'policies':
      return scoped(verb, rest, clauses, names, (scope) => command({ kind: verb, ...scope }));
    case 'policy':
      return readPolicy(`policy ${rest.join(' ')}`) ?? mistake('Add a policy, or remove one?', typed('policies', ''));
    case 'lock':
      return scoped(verb, rest, clauses, names, (scope) => hold(verb, scope, clauses));
    case 'freeze':
      return scoped(verb, withoutEverything(rest), clauses, names, (scope) => hold(verb, scope, clauses));
    case 'unfreeze':
      return scoped(verb, withoutEverything(rest), clauses, names, (scope) => command({ kind: verb, ...scope }));
    case 'unlock':
      return scoped(verb, rest, clauses, names, (scope) =>
        Object.keys(scope).length === 0
          ? mistake('Unlock what?', typed('unlock', 'web production'))
          : command({ kind: 'unlock', ...scope }),
      );
    case 'drift':
      return scoped(verb, rest, clauses, names, ({ service, environment }) =>
        service === undefined
          ? command({ kind: 'drift', ...(environment === undefined ? {} : { environment }) })
          : mistake('Drift is listed by environment.', typed('drift', environment ?? '')),
      );
    case 'history':
      return readHistory(rest, names);
    case 'artifacts':
      return artifacts(rest, names);
    case 'diff':
      return diff(rest, clauses, names);
    case 'where':
      return where(rest, names);
    case 'describe':
      return describe(rest, names);
    case 'cancel':
    case 'approve':
    case 'take-back':
    case 'reject':
    case 'review':
      return ofRelease(verb, rest, clauses);
    case 'reviews':
      return rest.length === 0 ? command({ kind: verb }) : ofRelease('review', rest, clauses);
    case 'locks':
    case 'clusters':
      return rest.length === 0 ? command({ kind: verb }) : mistake(`${verb} takes nothing else.`, typed(verb, ''));
    case 'help':
      return help(rest);
  }
}
