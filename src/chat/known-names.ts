import { didYouMean, nearest } from '../doors/nearest.ts';

/** What names are known now; both lists are empty while sluice.yaml has never been read. */
export interface Names {
  readonly services: readonly string[];
  readonly environments: readonly string[];
  /** Those that hear of their services in a channel of their own. */
  readonly squads?: readonly string[];
}

export interface Scope {
  readonly service?: string;
  readonly environment?: string;
}

export type Named =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'mistake'; readonly message: string; readonly near?: string };

/** One name out of those that are known, whatever its case; a mistake names the nearest one. */
export function readName(what: 'service' | 'environment', word: string, candidates: readonly string[]): Named {
  const lower = word.toLowerCase();
  if (candidates.length === 0 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(lower))
    return { kind: 'name', name: lower };
  if (candidates.includes(lower)) return { kind: 'name', name: lower };
  const hint = didYouMean(lower, candidates);
  const near = nearest(lower, candidates, 1)[0];
  return {
    kind: 'mistake',
    message: `There is no ${what} "${quoted(word)}"${hint === null ? `. ${known(what, candidates)}` : `; ${hint}`}`,
    ...(near === undefined ? {} : { near }),
  };
}

/** `Known services: web, api.`, shortened where there are many. */
export function known(what: string, candidates: readonly string[]): string {
  if (candidates.length === 0) return `No ${what} is known yet.`;
  const shown = candidates.slice(0, 15).join(', ');
  return `Known ${what}s: ${shown}${candidates.length > 15 ? `, … ${candidates.length - 15} more` : ''}.`;
}

/** What somebody typed, short enough to be said back. */
export function quoted(word: string): string {
  const characters = [...word];
  return characters.length <= 60 ? word : `${characters.slice(0, 59).join('')}…`;
}

/** `[SERVICE] [ENV]` in either order; a mistake carries the words as they were probably meant. */
export function readScope(
  words: readonly string[],
  names: Names,
):
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'mistake'; readonly message: string; readonly meant?: string } {
  let scope: Scope = {};
  for (const [index, word] of words.entries()) {
    const lower = word.toLowerCase();
    if (names.environments.includes(lower) && scope.environment === undefined) scope = { ...scope, environment: lower };
    else if (names.services.includes(lower) && scope.service === undefined) scope = { ...scope, service: lower };
    else return outOfScope(words, index, names);
  }
  return { kind: 'scope', scope };
}

function outOfScope(words: readonly string[], index: number, names: Names) {
  const word = words[index] ?? '';
  const before = words.slice(0, index).map((each) => each.toLowerCase());
  const all = [...names.services, ...names.environments];
  if (all.includes(word.toLowerCase()) || index >= 2)
    return {
      kind: 'mistake' as const,
      message: `"${quoted(words.slice(index).join(' '))}" is too much: one service and one environment at most.`,
      meant: before.join(' '),
    };
  const hint = didYouMean(word, all);
  const near = nearest(word, all, 1)[0];
  const tail = words.slice(index + 1);
  return {
    kind: 'mistake' as const,
    message: `"${quoted(word)}" is neither a service nor an environment${hint === null ? `. ${known('service', names.services)} ${known('environment', names.environments)}` : `; ${hint}`}`,
    ...(near === undefined ? {} : { meant: [...before, near, ...tail].join(' ') }),
  };
}
