import { nearest } from '../doors/nearest.ts';
import { parseDurationMs } from '../doors/time.ts';
import { commandTable, type Verb } from './command-table.ts';
import type { Names } from './known-names.ts';

type Words = readonly string[];
/** What the words may have been meant to be, the likeliest first. */
type Repair = (words: Words, names: Names) => readonly Words[];

const verbs: readonly string[] = commandTable.map(({ verb }) => verb);

/** What people say elsewhere. */
const otherVerbs: Readonly<Record<string, Verb>> = {
  deploy: 'release',
  ship: 'release',
  promote: 'release',
  revert: 'rollback',
  undo: 'rollback',
  versions: 'artifacts',
  builds: 'artifacts',
  list: 'artifacts',
  show: 'describe',
  info: 'describe',
  find: 'where',
  compare: 'diff',
  preview: 'diff',
  plan: 'diff',
  log: 'history',
  releases: 'history',
  waiting: 'queue',
  pending: 'queue',
  stop: 'cancel',
  abort: 'cancel',
  accept: 'approve',
  lgtm: 'approve',
  deny: 'reject',
  decline: 'reject',
};

const clauseWords = ['because', 'from', 'for', 'until', 'override', 'ref', 'by', 'since'];

const isClause = (word: string) => clauseWords.includes(word.toLowerCase());

/** A word such as `because` that was mistyped: all that follows hangs on it. */
const clauseTypos: Repair = (words, names) =>
  words.flatMap((word, index) => {
    const lower = word.toLowerCase();
    const isOwn = isClause(word) || isName(lower, names) || verbs.includes(lower) || word.length < 3;
    const isLast = index === 0 || index === words.length - 1;
    const meant = isLast || isOwn || !/^[a-z]+$/.test(lower) ? [] : nearest(lower, clauseWords, 3);
    return meant.map((each) => words.with(index, each));
  });

const withReason: readonly string[] = ['release', 'rollback', 'lock', 'freeze', 'reject', 'review'];

/** A reason without its `because`: what stands at the end and is no name and no version. */
const missingBecause: Repair = (words, names) => {
  const verb = words[0]?.toLowerCase() ?? '';
  const needsOne = verb === 'lock' || verb === 'freeze';
  if (verbs.includes(verb) && !withReason.includes(verb)) return [];
  const most = words.length - (needsOne ? 1 : 2);
  const starts = words.map((word, index) => {
    const rest = words.slice(index);
    const isReason =
      !/\d/.test(word) && rest.some((each) => !isName(each.toLowerCase(), names)) && !rest.some(isClause);
    return index >= 2 && index <= most && isReason ? index : null;
  });
  return starts
    .filter((index) => index !== null)
    .toReversed()
    .map((index) => [...words.slice(0, index), 'because', ...words.slice(index)]);
};

/** A time without its `for` or `until`. */
const missingFor: Repair = (words) => {
  if (!['lock', 'freeze'].includes(words[0]?.toLowerCase() ?? '')) return [];
  return words.flatMap((word, index) => {
    const key = parseDurationMs(word) !== null ? 'for' : /^\d\d?:\d\d$/.test(word) ? 'until' : null;
    return key === null || words[index - 1] === key ? [] : [words.toSpliced(index, 0, key)];
  });
};

/** `web status` for `status web`. */
const verbFirst: Repair = (words, names) => {
  const index = words.findIndex((word, at) => at > 0 && verbs.includes(word.toLowerCase()));
  const verb = words[index];
  return verb === undefined || isName(verb.toLowerCase(), names) ? [] : [[verb, ...words.toSpliced(index, 1)]];
};

/** `deploy web dev` for `release web dev`. */
const otherVerb: Repair = (words, names) => {
  const lower = words[0]?.toLowerCase() ?? '';
  const verb = Object.hasOwn(otherVerbs, lower) ? otherVerbs[lower] : undefined;
  return verb === undefined || isName(lower, names) ? [] : [[verb, ...words.slice(1)]];
};

/** `web@1.4.2` and `web:1.4.2` for `web 1.4.2`. */
const splitNames: Repair = (words, names) => {
  const split = words.flatMap((word) => {
    const [, name = '', version = ''] = /^([a-z0-9-]+)[@:=](.+)$/i.exec(word) ?? [];
    return isName(name.toLowerCase(), names) ? [name, version] : [word];
  });
  return split.length === words.length ? [] : [split];
};

/** An environment alone is asked about, and so is a version; a service with a version goes to the first environment. */
const whatIsMissing: Repair = (words, { services, environments }) => {
  const [first = '', second = '', ...more] = words.map((word) => word.toLowerCase());
  if (second === '' && environments.includes(first)) return [['status', first]];
  if (second === '' && /^\d/.test(first)) return [['describe', first]];
  if (['status', 'where', 'history', 'artifacts'].includes(first) && more.length === 0 && /^\d/.test(second))
    return [['describe', second]];
  const [environment] = environments;
  const isVersion = more.length === 0 && /\d/.test(second) && !/^\d+[smhd]$/.test(second);
  return isVersion && services.includes(first) && environment !== undefined ? [[first, environment, second]] : [];
};

const ofTarget: readonly string[] = ['release', 'rollback', 'diff'];
const ofService: readonly string[] = ['artifacts', 'where', 'describe'];

/** Service, environment and version in the order in which they are typed, mistyped names put right. */
const inOrder: Repair = (words, names) => {
  const verb = words[0]?.toLowerCase() ?? '';
  const before = verbs.includes(verb) ? [verb] : [];
  const rest = words.slice(before.length);
  if (before.length > 0 && ofService.includes(verb)) {
    const service = takeName(rest, names.services);
    if (service === null) return [];
    return [
      [verb, service.name, ...service.others],
      [verb, service.name],
    ];
  }
  if (before.length > 0 && !ofTarget.includes(verb)) return [];
  const from = rest.findIndex(
    (word, index) => word.toLowerCase() === 'from' && names.environments.includes(rest[index + 1]?.toLowerCase() ?? ''),
  );
  const source = from === -1 ? [] : rest.slice(from, from + 2);
  const service = takeName(from === -1 ? rest : rest.toSpliced(from, 2), names.services, names.environments);
  const environment = service === null ? null : takeName(service.others, names.environments);
  if (service === null || environment === null) return [];
  return [[...before, service.name, environment.name, ...source, ...environment.others]];
};

/** The word that is one of these names, or else nearest to one; words of `not` are something else. */
function takeName(
  words: Words,
  candidates: readonly string[],
  not: readonly string[] = [],
): { readonly name: string; readonly others: Words } | null {
  const nameOf = (word: string): string | undefined => {
    const parts = word.toLowerCase().split(',');
    const near = parts.map((part) =>
      candidates.includes(part) ? part : /\d/.test(part) ? undefined : nearest(part, candidates, 1)[0],
    );
    return near.includes(undefined) ? undefined : near.join(',');
  };
  const exact = words.findIndex((word) =>
    word
      .toLowerCase()
      .split(',')
      .every((part) => candidates.includes(part)),
  );
  const index =
    exact === -1 ? words.findIndex((word) => !not.includes(word.toLowerCase()) && nameOf(word) !== undefined) : exact;
  const name = nameOf(words[index] ?? '');
  return index === -1 || name === undefined ? null : { name, others: words.toSpliced(index, 1) };
}

function isName(word: string, { services, environments }: Names): boolean {
  return services.includes(word) || environments.includes(word);
}

const wordsLimit = 14;
const triesLimit = 80;

export interface Repairing {
  readonly names: Names;
  /** Whether a reason follows the words. */
  readonly hasReason: boolean;
  /** Whether a command is at hand already: then only what it would lose is mended. */
  readonly isKnown: boolean;
  readonly isUnderstood: (words: Words) => boolean;
}

/** What was probably meant; `why` where that says more than what is wrong with the words as they stand. */
export interface Repaired {
  readonly words: Words;
  readonly why?: string;
}

/** The words that were probably meant: the nearest repair, or two, that give a command; null where none does. */
export function repaired(words: Words, { names, hasReason, isKnown, isUnderstood }: Repairing): Repaired | null {
  if (words.length > wordsLimit) return null;
  const [split] = splitNames(words, names);
  const [otherwise] = otherVerb(split ?? words, names);
  const why = otherwise === undefined ? {} : { why: `"${words[0]}" is called ${otherwise[0]} here.` };
  const begun = otherwise ?? split ?? words;
  const losing = [clauseTypos, ...(hasReason ? [] : [missingBecause]), missingFor];
  const allowed = isKnown && begun === words ? losing : [...losing, verbFirst, inOrder, whatIsMissing];
  if (begun !== words && isUnderstood(begun)) return { words: begun, ...why };
  let tries = 0;
  let candidates: readonly Words[] = [begun];
  for (let depth = 0; depth < 2; depth += 1) {
    const next = candidates.flatMap((each) => allowed.flatMap((repair) => repair(each, names)));
    for (const each of next) {
      tries += 1;
      if (tries > triesLimit) return null;
      if (isUnderstood(each)) return { words: each, ...orderOf(words, each), ...why };
    }
    candidates = next;
  }
  return null;
}

/** Of the same words in another order. */
function orderOf(words: Words, meant: Words): { readonly why?: string } {
  const sorted = (all: Words) =>
    all
      .map((word) => word.toLowerCase())
      .toSorted()
      .join(' ');
  if (sorted(words) !== sorted(meant)) return {};
  return {
    why:
      meant[0] !== words[0]?.toLowerCase() && verbs.includes(meant[0] ?? '')
        ? 'The command comes first, then what it is about.'
        : 'The service comes first, then the environment, then the version.',
  };
}
