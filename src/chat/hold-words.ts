import { parseDurationMs } from '../doors/time.ts';
import { type Clauses, clauseWords } from './clauses.ts';
import { typed } from './command-table.ts';
import { quoted, type Scope } from './known-names.ts';

/** A lock or a freeze as it is typed; a freeze without a scope is of everything. */
export type HoldCommand = {
  readonly kind: 'lock' | 'freeze';
  readonly because: string;
} & End &
  Scope;

export type ReadHold =
  | { readonly kind: 'hold'; readonly command: HoldCommand }
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

const longestMs = 90 * 86_400_000;

const dayOrTime = /^(\d\d?:\d\d|\d{4}-\d\d-\d\d([ T]\d\d?:\d\d)?)$/i;

/** `[for 2h | until 16:00] because TEXT`, the end also after the text; the command that is offered keeps what was right. */
export function readHold(verb: 'lock' | 'freeze', scope: Scope, typedClauses: Clauses): ReadHold {
  const clauses = withTrailingEnd(typedClauses);
  const words = [scope.service, scope.environment].filter((part) => part !== undefined).join(' ');
  const mistake = (message: string, next: string): ReadHold => ({ kind: 'mistake', message, next });
  if (words === '' && verb === 'lock')
    return mistake(
      'Lock what? Name a service, an environment, or both. What stops everything is a freeze.',
      typed('lock', 'web production for 2h because audit'),
    );
  const { because } = clauses;
  const instead = (change: Clauses) => typed(verb, `${words} ${clauseWords(change)}`.trim());
  const reason = because ?? 'audit';
  const end = readEnd(clauses);
  if (end.kind === 'mistake') return mistake(end.message, instead({ ...end.meant, because: reason }));
  if (because === undefined)
    return mistake(
      `A ${verb} needs a reason, so that others know what they wait for.`,
      instead({ ...clauses, because: reason }),
    );
  return {
    kind: 'hold',
    command: {
      kind: verb,
      ...scope,
      because,
      ...end.end,
    },
  };
}

/** When it ends: so many milliseconds from now, or at a time of day or a day in the time zone of the person who typed it; at most one of them. */
export interface End {
  readonly forMs?: number;
  readonly until?: string;
}
type ReadEnd =
  | { readonly kind: 'end'; readonly end: End }
  | { readonly kind: 'mistake'; readonly message: string; readonly meant: Clauses };

/** `for 2h` or `until 16:00`, 90 days at most; a mistake says which of them was probably meant. */
export function readEnd({ forText, untilText }: Clauses): ReadEnd {
  const mistake = (message: string, meant: Clauses): ReadEnd => ({ kind: 'mistake', message, meant });
  if (forText !== undefined && untilText !== undefined)
    return mistake('There is one end: for 2h, or until 16:00.', { forText });
  const forMs = forText === undefined ? undefined : parseDurationMs(forText);
  if (forMs === null || (forMs !== undefined && (forMs <= 0 || forMs > longestMs)))
    return mistake(`"${quoted(forText ?? '')}" is not a time such as 30m, 2h or 1d, 90d at most.`, { forText: '2h' });
  if (untilText !== undefined && !dayOrTime.test(untilText))
    return mistake(`"${quoted(untilText)}" is not a time such as 16:00, 2026-12-24 or 2026-12-24 16:00.`, {
      untilText: '16:00',
    });
  return {
    kind: 'end',
    end: { ...(forMs === undefined ? {} : { forMs }), ...(untilText === undefined ? {} : { until: untilText }) },
  };
}

/** `because audit for 2h`: people put the end last, and a hold that never ends is not what they meant. */
function withTrailingEnd(clauses: Clauses): Clauses {
  if (clauses.forText !== undefined || clauses.untilText !== undefined) return clauses;
  const [, because = '', word = '', end = ''] = /^(.*\S)\s+(for|until)\s+(\S.*)$/i.exec(clauses.because ?? '') ?? [];
  const isFor = word.toLowerCase() === 'for' && (parseDurationMs(end) ?? 0) > 0;
  const isUntil = word.toLowerCase() === 'until' && dayOrTime.test(end);
  if (!isFor && !isUntil) return clauses;
  return { ...clauses, because, ...(isFor ? { forText: end } : { untilText: end }) };
}

/** A freeze of everything may say so. */
export function withoutEverything(words: readonly string[]): readonly string[] {
  return words.length === 1 && /^(everything|all)$/i.test(words[0] ?? '') ? [] : words;
}
