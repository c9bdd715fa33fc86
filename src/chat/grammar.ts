import { nearest } from '../doors/nearest.ts';
import { type Clauses, isFiller, splitClauses, unlinked } from './clauses.ts';
import { command, mistake, type Parsed, type Said } from './command.ts';
import { commandTable, typed, type Verb } from './command-table.ts';
import { readHistory } from './history-words.ts';
import { withoutEverything } from './hold-words.ts';
import { type Names, quoted } from './known-names.ts';
import { readMute } from './mute-words.ts';
import { readPolicy } from './policy-grammar.ts';
import { repaired } from './repairs.ts';
import { readInThread, type ThreadOf } from './thread-words.ts';
import { artifacts, describe, diff, help, hold, ofRelease, scoped, target, where } from './verb-words.ts';

export type { Command, Parsed, Said } from './command.ts';
export type { Names } from './known-names.ts';

const lengthLimit = 1_000;
const verbs: readonly string[] = commandTable.map(({ verb }) => verb);

/** What people say as well. */
const otherWords: Readonly<Record<string, Verb>> = { unapprove: 'take-back', withdraw: 'cancel' };

/** Verbs that change nothing. */
const telling: ReadonlySet<Verb> = new Set<Verb>([
  ...([
    'status',
    'where',
    'diff',
    'history',
    'queue',
    'artifacts',
    'describe',
    'drift',
    'locks',
    'mutes',
    'policies',
  ] as const),
  ...(['clusters', 'reviews', 'help'] as const),
]);

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
  const understood = read(plain, said, names, thread);
  if (understood.kind === 'command') return understood;
  const whole = said === '/rollback' ? `rollback ${plain}` : plain;
  return withRepair(understood, whole, names, (text) => read(text, '/release', names, thread));
}

type Mistake = Extract<Parsed, { kind: 'mistake' }>;
/** How a command is read here: where it is said, and what is known. */
type Read = (plain: string) => Parsed;

/** With the command that was probably meant: one that keeps all that was said, the one that is at hand, or any that can be made of it. */
function withRepair(wrong: Mistake, plain: string, names: Names, again: Read): Mistake {
  const { words, reason } = headOf(plain);
  const text = (meant: readonly string[]) => [...meant, reason].join(' ').trim();
  const known = settled(wrong.next, again);
  const meant = repaired(words, {
    names,
    hasReason: reason !== '',
    isKnown: known !== undefined,
    isUnderstood: (each) => isCommand(again(text(each))),
  });
  if (meant !== null) return { ...wrong, message: meant.why ?? wrong.message, next: slash(text(meant.words)) };
  const { next: _, ...bare } = wrong;
  return known === undefined ? (instead(bare, words, names) ?? bare) : { ...wrong, next: known };
}

const settlings = 4;

/** What is offered may lack something itself, such as a reason: then what is offered for that; undefined where none is understood. */
function settled(offered: string | undefined, again: Read): string | undefined {
  let next = offered;
  for (let round = 0; round < settlings && next !== undefined; round += 1) {
    const parsed = again(asTyped(next));
    if (parsed.kind === 'command') return next;
    next = parsed.next;
  }
  return undefined;
}

/** Of a sentence that is no command at all: what runs of what it names, or all that can be typed. */
function instead(wrong: Mistake, words: readonly string[], names: Names): Mistake | null {
  const lower = words.map((word) => word.toLowerCase());
  const [first = ''] = lower;
  if (names.services.length === 0 || names.services.includes(first) || verbOf(first, words.length, names) !== null)
    return null;
  const service = lower.find((word) => names.services.includes(word));
  const environment = lower.find((word) => names.environments.includes(word));
  // An environment in its place: it is the name before that is not known.
  const isTarget = names.environments.includes(lower[1] ?? '');
  const message = isTarget ? wrong.message : `"${quoted(words.join(' '))}" is no command.`;
  const scope = [service, environment].filter((word) => word !== undefined).join(' ');
  return { kind: 'mistake', message, next: scope === '' ? typed('help', '') : typed('status', scope) };
}

/** Whether it does something: help and forms are never what was meant. */
function isCommand(parsed: Parsed): boolean {
  return parsed.kind === 'command' && !['help', 'hello', 'form'].includes(parsed.command.kind);
}

/** What stands before a reason, word for word. */
function headOf(plain: string): { readonly words: readonly string[]; readonly reason: string } {
  const [head = '', ...reasons] = plain.split(/\s+because(?=\s|$)/i);
  const words = head.split(/\s+/).filter((word) => word !== '');
  return { words, reason: reasons.length === 0 ? '' : `because${reasons.join(' because')}` };
}

/** `/rollback web dev` as it is said in one word more. */
function asTyped(next: string): string {
  return next.replace(/^\/release ?/, '').replace(/^\/rollback/, 'rollback');
}

function slash(words: string): string {
  const [verb = '', ...rest] = words.split(' ');
  const known = commandTable.find(({ verb: each }) => each === verb.toLowerCase())?.verb;
  if (known === undefined) return typed('release', words);
  // Right behind a command of its own a filler would be taken for a name.
  const from = rest.findIndex((word) => !isFiller(word));
  return typed(known, rest.slice(from === -1 ? rest.length : from).join(' '));
}

function read(plain: string, said: Said, names: Names, thread?: ThreadOf): Parsed {
  const { words: split, ...clauses } = splitClauses(plain);
  const words = joined(split);
  const [first, ...rest] = words;
  if (first === undefined && said === '/release') return command({ kind: 'form' });
  if (first === undefined && said === 'mention')
    return command({ kind: 'hello', ...(thread === undefined ? {} : { about: thread.release }) });
  if (first === undefined) return command({ kind: 'help', ...(said === '/rollback' ? { about: 'rollback' } : {}) });
  if (said === '/rollback') return ofRollback(words, clauses, names);
  const verb = verbOf(first, words.length, names);
  const inThread = verb === null || thread === undefined ? null : readInThread(verb, rest, clauses, thread);
  // What only tells may be guessed; what changes something is asked for by its name.
  if (verb !== null && !isExact(verb, first) && (inThread !== null || !telling.has(verb)))
    return mistake(`Did you mean "${verb}"?`, typed(verb, plain.slice(plain.indexOf(first) + first.length).trim()));
  if (inThread !== null) return inThread;
  if (verb === null) return target('release', words, clauses, names);
  const mutes = verb === 'mute' || verb === 'unmute';
  const about = mutes && rest.length === 0 && thread !== undefined ? [thread.service, thread.environment] : rest;
  return byVerb(verb, about, clauses, names);
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
    case 'mute':
    case 'unmute':
      return readMute(verb, rest, clauses, names);
    case 'locks':
    case 'mutes':
    case 'clusters':
      return rest.length === 0 ? command({ kind: verb }) : mistake(`${verb} takes nothing else.`, typed(verb, ''));
    case 'help':
      return help(rest);
  }
}
