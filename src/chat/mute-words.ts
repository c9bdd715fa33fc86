import { nearest } from '../doors/nearest.ts';
import { type Clauses, clauseWords } from './clauses.ts';
import { command, mistake, type Parsed } from './command.ts';
import { typed } from './command-table.ts';
import { readEnd, withoutEverything } from './hold-words.ts';
import { known, type Names, quoted, readScope } from './known-names.ts';

/** `[squad NAME] SERVICE | ENV | SERVICE ENV | everything [for 8h | until 16:00]`; a squad needs no word before it where nothing else is called so. */
export function readMute(verb: 'mute' | 'unmute', words: readonly string[], clauses: Clauses, names: Names): Parsed {
  const read = readSquad(words, names);
  const offer = (meant: readonly string[], change: Clauses = clauses) =>
    typed(verb, [...meant, clauseWords(change)].filter((word) => word !== '').join(' '));
  if (read.kind === 'mistake')
    return mistake(read.message, read.near === undefined ? undefined : offer(['squad', read.near, ...read.rest]));
  const { squad, rest } = read;
  const own = squad === undefined ? [] : ['squad', squad];
  // A squad alone is meant as a whole, as it is told of its own services only.
  if (rest.length === 0 && squad === undefined) {
    const example = [names.services[0] ?? 'web', names.environments[0] ?? 'dev'];
    return verb === 'mute'
      ? mistake(
          'Mute what? A service, an environment, both, or everything.',
          offer(
            example,
            clauses.forText === undefined && clauses.untilText === undefined ? { forText: '8h' } : clauses,
          ),
        )
      : mistake('Unmute what? What is muted is listed.', typed('mutes', ''));
  }
  const scope = readScope(withoutEverything(rest), names);
  if (scope.kind === 'mistake')
    return mistake(scope.message, scope.meant === undefined ? undefined : offer([...own, scope.meant]));
  const whose = { ...scope.scope, ...(squad === undefined ? {} : { squad }) };
  if (verb === 'unmute') return command({ kind: 'unmute', ...whose });
  const end = readEnd(clauses);
  if (end.kind === 'mistake') return mistake(end.message, offer([...own, ...rest], end.meant));
  return command({ kind: 'mute', ...whose, ...end.end });
}

type ReadSquad =
  | { readonly kind: 'read'; readonly squad?: string; readonly rest: readonly string[] }
  | { readonly kind: 'mistake'; readonly message: string; readonly near?: string; readonly rest: readonly string[] };

function readSquad(words: readonly string[], { services, environments, squads = [] }: Names): ReadSquad {
  const [first = '', second, ...more] = words;
  const lower = first.toLowerCase();
  if (squads.includes(lower) && !services.includes(lower) && !environments.includes(lower))
    return { kind: 'read', squad: lower, rest: words.slice(1) };
  if (lower !== 'squad' || services.includes(lower)) return { kind: 'read', rest: words };
  const name = second?.toLowerCase().replace(/^[#@]/, '');
  if (name !== undefined && squads.includes(name)) return { kind: 'read', squad: name, rest: more };
  const near = name === undefined ? squads[0] : nearest(name, squads, 1)[0];
  return {
    kind: 'mistake',
    message:
      second === undefined
        ? `Which squad? ${known('squad', squads)}`
        : `There is no squad "${quoted(second)}" with a channel of its own. ${known('squad', squads)}`,
    ...(near === undefined ? {} : { near }),
    rest: more,
  };
}
