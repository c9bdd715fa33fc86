import { nearest } from '../nearest.ts';
import { type Clauses, clauseWords, splitClauses, unlinked } from './clauses.ts';
import { commandTable, typed, type Verb } from './command-table.ts';
import { type HoldCommand, readHold, withoutEverything } from './hold-words.ts';
import { known, type Names, quoted, readName, readScope, type Scope } from './known-names.ts';
import { type PolicyCommand, readPolicy } from './policy-grammar.ts';
import { readTarget, type Target } from './target.ts';

export type { Names } from './known-names.ts';

export type Command =
  | Target
  | ({ readonly kind: 'status' | 'queue' | 'history' | 'policies' | 'unlock' | 'unfreeze' } & Scope)
  | { readonly kind: 'artifacts'; readonly service: string; readonly branch?: string }
  /** `release` is a release id, the end of one, or for `describe` the beginning of a commit id. */
  | { readonly kind: 'describe' | 'cancel' | 'approve' | 'take-back'; readonly release: string }
  | { readonly kind: 'reject' | 'review'; readonly release: string; readonly because?: string }
  | HoldCommand
  | { readonly kind: 'drift'; readonly environment?: string }
  | { readonly kind: 'locks' | 'reviews' | 'clusters' }
  /** `/release` alone: pickers instead of words. */
  | { readonly kind: 'form' }
  | PolicyCommand
  | { readonly kind: 'help'; readonly about?: Verb };

export type Parsed =
  | { readonly kind: 'command'; readonly command: Command }
  /** `message` is a sentence with raw foreign text; `next` is a command to copy. */
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

export type Said = '/release' | '/rollback' | 'mention';

const lengthLimit = 1_000;
const verbs: readonly string[] = commandTable.map(({ verb }) => verb);

/** What people say as well. */
const otherWords: Readonly<Record<string, Verb>> = { unapprove: 'take-back', withdraw: 'cancel' };

function mistake(message: string, next?: string): Parsed {
  return { kind: 'mistake', message, ...(next === undefined ? {} : { next }) };
}

function command(parsed: Command): Parsed {
  return { kind: 'command', command: parsed };
}

/** Reads what somebody typed. Never throws; whatever is not understood is a mistake with the command that was probably meant. */
export function parse(text: string, said: Said, names: Names): Parsed {
  if (text.length > lengthLimit)
    return mistake(`That is ${text.length} characters long; a command has at most ${lengthLimit}.`);
  // Control characters, and those that turn the reading order or cannot be seen: what is approved must be what is read.
  if (/[^\P{Cc}\t\n\r]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text))
    return mistake('That has control characters in it; type the command anew.');
  const plain = unlinked(text)
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .trim();
  const policy = said === '/rollback' ? null : readPolicy(plain);
  if (policy !== null) return policy;
  const { words, ...clauses } = splitClauses(plain);
  const [first, ...rest] = words;
  if (first === undefined && said === '/release') return command({ kind: 'form' });
  if (first === undefined) return command({ kind: 'help', ...(said === '/rollback' ? { about: 'rollback' } : {}) });
  if (said === '/rollback') return ofRollback(words, clauses, names);
  const verb = verbOf(first, words.length, names);
  return verb === null ? target('release', words, clauses, names) : byVerb(verb, rest, clauses, names);
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
  const exact = commandTable.find(({ verb }) => verb === (otherWords[lower] ?? lower))?.verb;
  if (exact !== undefined) return exact;
  if (names.services.includes(lower) || names.environments.includes(lower) || lower.includes(',')) return null;
  const near = nearest(lower, verbs, 1)[0];
  const nearName = nearest(lower, [...names.services, ...names.environments], 1)[0];
  if (near === undefined || nearName !== undefined || (count >= 2 && names.services.length === 0)) return null;
  return commandTable.find(({ verb }) => verb === near)?.verb ?? null;
}

function target(kind: Target['kind'], words: readonly string[], clauses: Clauses, names: Names): Parsed {
  if (words.length === 0) return command({ kind: 'help', about: kind });
  const read = readTarget(kind, words, clauses, names);
  return read.kind === 'target' ? command(read.target) : read;
}

function byVerb(verb: Verb, rest: readonly string[], clauses: Clauses, names: Names): Parsed {
  switch (verb) {
    case 'release':
    case 'rollback':
      return target(verb, rest, clauses, names);
    case 'status':
    case 'queue':
    case 'history':
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
    case 'artifacts':
      return artifacts(rest, names);
    case 'describe':
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

function help([about]: readonly string[]): Parsed {
  if (about === undefined) return command({ kind: 'help' });
  const word = about.toLowerCase().replace(/^\//, '');
  const near = nearest(word, verbs, 1)[0];
  const found = commandTable.find(({ verb }) => verb === near)?.verb;
  return command({ kind: 'help', ...(found === undefined ? {} : { about: found }) });
}

function ofRelease(
  verb: 'describe' | 'cancel' | 'approve' | 'take-back' | 'reject' | 'review',
  [id, ...more]: readonly string[],
  { because }: Clauses,
): Parsed {
  const takesReason = verb === 'reject' || verb === 'review';
  const list = typed(verb === 'review' ? 'reviews' : 'queue', '');
  const lists = verb === 'review' ? '/release reviews lists those that want one' : 'the queue lists those that wait';
  if (id === undefined) return mistake(`${verb} needs the id of a release; ${lists}.`, list);
  const release = id.toUpperCase();
  const isId = /^[0-9A-Z]{4,26}$/.test(release);
  if (!isId && !(verb === 'describe' && /^[0-9A-F]{7,40}$/.test(release)))
    return mistake(`"${quoted(id)}" is not the id of a release; ${lists}.`, list);
  if (more.length > 0)
    return mistake(
      `"${quoted(more.join(' '))}" is too much${takesReason ? ': a reason goes after because' : ''}.`,
      typed(verb, takesReason ? `${release} because ${because ?? more.join(' ')}` : release),
    );
  return takesReason
    ? command({ kind: verb, release, ...(because === undefined ? {} : { because }) })
    : command({ kind: verb, release });
}

function artifacts([service, branch]: readonly string[], names: Names): Parsed {
  if (service === undefined)
    return mistake(
      `Whose artifacts? ${known('service', names.services)}`,
      typed('artifacts', names.services[0] ?? 'web'),
    );
  const found = readName('service', service, names.services);
  if (found.kind === 'mistake') return mistake(found.message, found.near && typed('artifacts', found.near));
  return command({ kind: 'artifacts', service: found.name, ...(branch === undefined ? {} : { branch }) });
}

function hold(verb: 'lock' | 'freeze', scope: Scope, clauses: Clauses): Parsed {
  const read = readHold(verb, scope, clauses);
  return read.kind === 'hold' ? command(read.command) : read;
}

function scoped(
  verb: Verb,
  words: readonly string[],
  clauses: Clauses,
  names: Names,
  make: (scope: Scope) => Parsed,
): Parsed {
  const read = readScope(words, names);
  if (read.kind === 'scope') return make(read.scope);
  const next = read.meant === undefined ? undefined : typed(verb, `${read.meant} ${clauseWords(clauses)}`);
  return mistake(read.message, next);
}
