import { nearest } from '../doors/nearest.ts';
import { type Clauses, clauseWords } from './clauses.ts';
import { command, mistake, type Parsed } from './command.ts';
import { commandTable, typed, type Verb } from './command-table.ts';
import { readHold } from './hold-words.ts';
import { known, type Names, quoted, readName, readScope, type Scope } from './known-names.ts';
import { isRevision, readTarget, type Target } from './target.ts';
import { isId } from './thread-words.ts';

/** A release or a rollback; without words, how to ask for one. */
export function target(kind: Target['kind'], words: readonly string[], clauses: Clauses, names: Names): Parsed {
  if (words.length === 0) return command({ kind: 'help', about: kind });
  const read = readTarget(kind, words, clauses, names);
  return read.kind === 'target' ? command({ kind, ...read.target }) : read;
}

/** The words of a release that is only asked about. */
export function diff(words: readonly string[], clauses: Clauses, names: Names): Parsed {
  if (words.length === 0) return mistake('Compare what?', typed('diff', `${names.services[0] ?? 'web'} production`));
  const read = readTarget('diff', words, clauses, names);
  return read.kind === 'target' ? command({ kind: 'diff', ...read.target }) : read;
}

/** All that can be typed, or one command; one that is mistyped is the one that is near. */
export function help([about]: readonly string[]): Parsed {
  if (about === undefined) return command({ kind: 'help' });
  const word = about.toLowerCase().replace(/^\//, '');
  const near = nearest(
    word,
    commandTable.map(({ verb }) => verb),
    1,
  )[0];
  const found = commandTable.find(({ verb }) => verb === near)?.verb;
  if (found === undefined) return mistake(`There is no command "${quoted(about)}".`, typed('help', ''));
  return command({ kind: 'help', about: found });
}

/** `RELEASE [because TEXT]`. */
export function ofRelease(
  verb: 'cancel' | 'approve' | 'take-back' | 'reject' | 'review',
  [id, ...more]: readonly string[],
  { because }: Clauses,
): Parsed {
  const takesReason = verb === 'reject' || verb === 'review';
  const list = typed(verb === 'review' ? 'reviews' : 'queue', '');
  const lists = verb === 'review' ? '/release reviews lists those that want one' : 'the queue lists those that wait';
  if (id === undefined) return mistake(`${verb} needs the id of a release; ${lists}.`, list);
  const release = id.toUpperCase();
  if (!isId(release)) return mistake(`"${quoted(id)}" is not the id of a release; ${lists}.`, list);
  if (more.length > 0)
    return mistake(
      `"${quoted(more.join(' '))}" is too much${takesReason ? ': a reason goes after because' : ''}.`,
      typed(verb, takesReason ? `${release} because ${because ?? more.join(' ')}` : release),
    );
  return takesReason
    ? command({ kind: verb, release, ...(because === undefined ? {} : { because }) })
    : command({ kind: verb, release });
}

/** `RELEASE`, `COMMIT`, `VERSION` or `SERVICE VERSION`, the latter in either order. */
export function describe(words: readonly string[], names: Names): Parsed {
  const named = words.filter((word) => word.toLowerCase() !== 'release');
  const at = named.findIndex((word) => names.services.includes(word.toLowerCase()));
  const isService = at !== -1;
  const service = named[at]?.toLowerCase() ?? '';
  const [name, ...more] = isService ? named.toSpliced(at, 1) : named;
  if (name === undefined)
    return mistake(
      'Describe what? A release by its id, a commit, or a version.',
      isService ? typed('artifacts', service) : typed('history', ''),
    );
  if (!isRevision(name)) return mistake(`"${quoted(name)}" is neither a release, a commit nor a version.`);
  if (more.length > 0)
    return mistake(`"${quoted(more.join(' '))}" is too much.`, typed('describe', `${service} ${name}`.trim()));
  return command({ kind: 'describe', name, ...(isService ? { service } : {}) });
}

/** `SERVICE`. */
export function where(words: readonly string[], names: Names): Parsed {
  const [word, ...more] = words.filter((each) => each.toLowerCase() !== 'is');
  if (word === undefined)
    return mistake(`Where is what? ${known('service', names.services)}`, typed('where', names.services[0] ?? 'web'));
  const found = readName('service', word, names.services);
  if (found.kind === 'mistake') return mistake(found.message, found.near && typed('where', found.near));
  if (more.length > 0)
    return mistake(`"${quoted(more.join(' '))}" is too much: a service alone.`, typed('where', found.name));
  return command({ kind: 'where', service: found.name });
}

/** `SERVICE [BRANCH]`. */
export function artifacts([service, branch]: readonly string[], names: Names): Parsed {
  if (service === undefined)
    return mistake(
      `Whose artifacts? ${known('service', names.services)}`,
      typed('artifacts', names.services[0] ?? 'web'),
    );
  const found = readName('service', service, names.services);
  if (found.kind === 'mistake') return mistake(found.message, found.near && typed('artifacts', found.near));
  return command({ kind: 'artifacts', service: found.name, ...(branch === undefined ? {} : { branch }) });
}

/** A lock or a freeze of what was named. */
export function hold(verb: 'lock' | 'freeze', scope: Scope, clauses: Clauses): Parsed {
  const read = readHold(verb, scope, clauses);
  return read.kind === 'hold' ? command(read.command) : read;
}

/** `[SERVICE] [ENV]`, and what is made of them. */
export function scoped(
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
