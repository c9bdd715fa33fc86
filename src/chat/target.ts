import { nearest } from '../doors/nearest.ts';
import { overridableKinds } from '../vocabulary/overrides.ts';
import type { Wanted } from '../vocabulary/release.ts';
import { type Clauses, clauseWords } from './clauses.ts';
import { typed } from './command-table.ts';
import { known, type Names, quoted, readName } from './known-names.ts';

export interface Target {
  readonly kind: 'release' | 'rollback';
  readonly service: string;
  readonly environment: string;
  /** Where it goes on to, each when it is healthy in the one before. */
  readonly onwards?: string[];
  readonly wanted: Wanted;
  readonly because?: string;
  readonly ref?: string;
  /** Kinds of policies to pass. */
  readonly override?: string[];
}

/** What a release, a rollback or a question about one is of, where to, and to which version. */
export type ReadTarget =
  | { readonly kind: 'target'; readonly target: Omit<Target, 'kind'> }
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

/** `SERVICE ENV [VERSION | BRANCH | COMMIT | from ENV]`; never throws. The command that was probably meant keeps the reason. */
export function readTarget(
  verb: Target['kind'] | 'diff',
  words: readonly string[],
  clauses: Clauses,
  names: Names,
): ReadTarget {
  const offer = (meant: readonly (string | undefined)[]): string =>
    typed(verb, [...meant, clauseWords(clauses)].filter((word) => word !== undefined && word !== '').join(' '));
  const mistake = (message: string, ...meant: readonly (string | undefined)[]): ReadTarget => ({
    kind: 'mistake',
    message,
    ...(meant.length === 0 || meant[0] === undefined ? {} : { next: offer(meant) }),
  });
  const [first = '', second, ...rest] = words;
  const isSwapped =
    second !== undefined &&
    !names.services.includes(first.toLowerCase()) &&
    names.environments.includes(first.toLowerCase()) &&
    names.services.includes(second.toLowerCase());
  if (isSwapped) return mistake('The service comes first, then the environment.', second, first, ...rest);
  if (
    second === undefined &&
    names.environments.includes(first.toLowerCase()) &&
    !names.services.includes(first.toLowerCase())
  )
    return mistake(`${asks[verb]} what in ${first.toLowerCase()}? ${known('service', names.services)}`);
  const service = readName('service', first, names.services);
  if (service.kind === 'mistake')
    return service.near === undefined
      ? mistake(service.message)
      : mistake(service.message, service.near, ...words.slice(1));
  if (second === undefined)
    return mistake(
      `${asks[verb]} ${service.name} where? ${known('environment', names.environments)}`,
      service.name,
      names.environments[0] ?? 'dev',
    );
  const environments = second.split(',').filter((each) => each !== '');
  const read = (environments.length === 0 ? [second] : environments).map((each) =>
    readName('environment', each, names.environments),
  );
  const wrong = read.find((each) => each.kind === 'mistake');
  if (wrong !== undefined) {
    const near = read.map((each) => (each.kind === 'mistake' ? each.near : each.name));
    return near.includes(undefined)
      ? mistake(wrong.message)
      : mistake(wrong.message, service.name, near.join(','), ...rest);
  }
  const [environment = '', ...onwards] = read.flatMap((each) => (each.kind === 'name' ? each.name : []));
  const way = [environment, ...onwards];
  const twice = way.find((each, index) => way.indexOf(each) !== index);
  if (twice !== undefined)
    return mistake(`${twice} is named twice.`, service.name, [...new Set(way)].join(','), ...rest);
  if (onwards.length > 0 && verb !== 'release')
    return mistake(`A ${verb} is of one environment at a time.`, service.name, environment, ...rest);
  if (way.length > longestChain)
    return mistake(
      `A chain has ${longestChain} steps at most.`,
      service.name,
      way.slice(0, longestChain).join(','),
      ...rest,
    );
  if (rest.at(-1)?.toLowerCase() === 'ref')
    return mistake(
      'After ref comes the ticket, such as ref CHG123.',
      service.name,
      way.join(','),
      ...rest.slice(0, -1),
    );
  const wanted = readWanted(rest, names);
  if (wanted.kind === 'mistake')
    return wanted.near === undefined
      ? mistake(wanted.message)
      : mistake(wanted.message, service.name, way.join(','), wanted.near);
  if (clauses.forText !== undefined || clauses.untilText !== undefined)
    return {
      kind: 'mistake',
      message: `A ${verb} has no end: only a lock takes for and until. A reason goes after because.`,
      next: typed(verb, [service.name, way.join(','), ...rest].join(' ')),
    };
  const override = readOverride(clauses);
  if (override.kind === 'mistake')
    return {
      kind: 'mistake',
      message: override.message,
      next: typed(verb, [service.name, way.join(','), ...rest, clauseWords(override.clauses)].join(' ')),
    };
  if (onwards.length > 0 && override.kinds.length > 0)
    return mistake('An override is for one environment: ask for that one alone.', service.name, way.at(-1), ...rest);
  return {
    kind: 'target',
    target: {
      service: service.name,
      environment,
      ...(onwards.length === 0 ? {} : { onwards }),
      wanted: wanted.wanted,
      ...(clauses.because === undefined ? {} : { because: clauses.because }),
      ...(clauses.ref === undefined ? {} : { ref: clauses.ref }),
      ...(override.kinds.length === 0 ? {} : { override: override.kinds }),
    },
  };
}

const longestChain = 10;
const asks = { release: 'Release', rollback: 'Roll back', diff: 'Compare' } as const;

type ReadWanted =
  | { readonly kind: 'wanted'; readonly wanted: Wanted }
  | { readonly kind: 'mistake'; readonly message: string; readonly near?: string };

function readWanted([word, source, ...more]: readonly string[], names: Names): ReadWanted {
  if (word === undefined) return { kind: 'wanted', wanted: { kind: 'default' } };
  if (word.toLowerCase() === 'from') {
    if (source === undefined)
      return { kind: 'mistake', message: `From where? ${known('environment', names.environments)}`, near: '' };
    const environment = readName('environment', source, names.environments);
    if (environment.kind === 'mistake')
      return environment.near === undefined
        ? environment
        : { kind: 'mistake', message: environment.message, near: `from ${environment.near}` };
    if (more.length > 0) return tooMuch(more, `from ${environment.name}`);
    return { kind: 'wanted', wanted: { kind: 'from', environment: environment.name } };
  }
  if (!isRevision(word))
    return { kind: 'mistake', message: `"${quoted(word)}" is neither a version, a branch nor a commit.` };
  if (source !== undefined) return tooMuch([source, ...more], word);
  return { kind: 'wanted', wanted: { kind: 'named', name: word } };
}

type ReadOverride =
  | { readonly kind: 'kinds'; readonly kinds: string[] }
  | { readonly kind: 'mistake'; readonly message: string; readonly clauses: Clauses };

/** What is to be passed, written out; whoever passes a policy says why. */
function readOverride(clauses: Clauses): ReadOverride {
  const { override, because = 'TEXT' } = clauses;
  if (override === undefined) return { kind: 'kinds', kinds: [] };
  const known: readonly string[] = overridableKinds;
  const wrong = override.find((kind) => kind !== 'all' && !known.includes(kind));
  if (override.length === 0 || wrong !== undefined) {
    const said = wrong === undefined ? 'Override what?' : `"${quoted(wrong)}" cannot be overridden.`;
    const near = wrong === undefined ? undefined : nearest(wrong, known, 1)[0];
    const meant = override.flatMap((kind) => (kind === wrong ? (near ?? []) : kind));
    return {
      kind: 'mistake',
      message: `${said} What can be, where its policy says so: ${known.join(', ')}, or all of them with all. Never: who may release, approving one's own release, an artifact that is not what it claims.`,
      clauses: { ...clauses, override: meant.length === 0 ? ['all'] : meant, because },
    };
  }
  if (clauses.because === undefined)
    return {
      kind: 'mistake',
      message: 'An override needs a reason: it is told to the channel and reviewed by somebody else.',
      clauses: { ...clauses, because },
    };
  return { kind: 'kinds', kinds: override.includes('all') ? [...known] : [...new Set(override)] };
}

function tooMuch(words: readonly string[], near: string): ReadWanted {
  const message = `"${quoted(words.join(' '))}" is too much: after the version comes only because TEXT or ref ID.`;
  return { kind: 'mistake', message, near };
}

/** What a version, a branch or a commit may look like; never a path upwards, never an option. */
export function isRevision(word: string): boolean {
  return (
    /^[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}$/.test(word) &&
    word.split('/').every((part) => part !== '..' && part !== '.' && part !== '')
  );
}
