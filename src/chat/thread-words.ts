import type { ReleaseId } from '../vocabulary/release.ts';
import type { Clauses } from './clauses.ts';
import { command, mistake, type Parsed } from './command.ts';
import { commandTable, typed, type Verb } from './command-table.ts';
import { isRevision } from './target.ts';

/** The release whose message a thread hangs from. */
export interface ThreadOf {
  readonly release: ReleaseId;
  readonly service: string;
  readonly environment: string;
  /** Absent until it is planned. */
  readonly version?: string;
}

/** What words mean in the thread of a release where they name nothing; null where they mean what they mean everywhere. */
export function readInThread(
  verb: Verb,
  rest: readonly string[],
  { because }: Clauses,
  thread: ThreadOf,
): Parsed | null {
  const { release, service, environment, version } = thread;
  const reason = because === undefined ? {} : { because };
  const [word, ...more] = rest;
  if (verb === 'rollback' && word !== undefined && more.length === 0 && /\d/.test(word) && isRevision(word))
    return command({ kind: 'rollback', service, environment, wanted: { kind: 'named', name: word }, ...reason });
  if ((verb === 'reject' || verb === 'review') && word !== undefined && !isId(word))
    return mistake('A reason goes after because.', typed(verb, `because ${[...rest, because].join(' ').trim()}`));
  if (word !== undefined) return null;
  switch (verb) {
    case 'status':
    case 'describe':
      return command({ kind: 'describe', name: release });
    case 'approve':
    case 'take-back':
    case 'cancel':
      return command({ kind: verb, release });
    case 'reject':
    case 'review':
      return command({ kind: verb, release, ...reason });
    case 'rollback':
      return command({ kind: 'roll-back', release, ...reason });
    case 'queue':
    case 'history':
    case 'policies':
      return command({ kind: verb, service, environment });
    case 'diff': {
      const wanted = version === undefined ? { kind: 'default' as const } : { kind: 'named' as const, name: version };
      return command({ kind: 'diff', service, environment, wanted });
    }
    case 'where':
    case 'artifacts':
      return command({ kind: verb, service });
    default:
      return null;
  }
}

/** The end of a release id, or all of it. */
export function isId(word: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{4,26}$/i.test(word);
}

/** The same command as it is said where slash commands are not heard. */
export function asMention(next: string): string {
  if (!next.startsWith('/release')) return next.replace(/^\//, '@sluice ');
  const [, word = ''] = next.split(' ');
  return next.replace(/^\/release/, commandTable.some(({ verb }) => verb === word) ? '@sluice' : '@sluice release');
}
