import { nearest } from '../doors/nearest.ts';
import { parseDurationMs } from '../doors/time.ts';
import { command, mistake, type Parsed } from './command.ts';
import { typed } from './command-table.ts';
import { type HistoryFilter, historyWords } from './history-filter.ts';
import { type Names, quoted, readScope } from './known-names.ts';

const kinds: Readonly<Record<string, 'failed' | 'rollbacks'>> = {
  failed: 'failed',
  failures: 'failed',
  rollback: 'rollbacks',
  rollbacks: 'rollbacks',
};

/** `[SERVICE] [ENV] [by PERSON] [since 7d | since 2026-11-01] [failed | rollbacks]`, in any order. */
export function readHistory(words: readonly string[], names: Names): Parsed {
  const scope: string[] = [];
  let filter: HistoryFilter = {};
  const next = (change: HistoryFilter) => historyCommand({ ...filter, ...change }, scope);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const lower = word.toLowerCase();
    const value = words[index + 1];
    const only = Object.hasOwn(kinds, lower) ? kinds[lower] : undefined;
    if (lower === 'by' || lower === 'since') {
      index += 1;
      if (value === undefined)
        return lower === 'by' ? mistake('By whom?', next({ by: 'me' })) : mistake('Since when?', next({ since: '7d' }));
      if (lower === 'since' && !isMoment(value))
        return mistake(`"${quoted(value)}" is not a time such as 7d, 12h or 2026-11-01.`, next({ since: '7d' }));
      filter = { ...filter, [lower]: value.replace(/^@/, '') };
    } else if (only !== undefined && !names.services.includes(lower)) filter = { ...filter, only };
    else scope.push(word);
  }
  const read = readScope(scope, names);
  if (read.kind === 'scope') return command({ kind: 'history', ...read.scope, ...filter });
  const near = scope.map((word) => nearest(word, Object.keys(kinds), 1)[0]).find((kind) => kind !== undefined);
  if (read.meant === undefined && near !== undefined)
    return mistake(`${read.message} Or did you mean "${near}"?`, typed('history', near));
  return mistake(read.message, read.meant === undefined ? undefined : historyCommand(filter, [read.meant]));
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) || (parseDurationMs(text) ?? 0) > 0;
}

function historyCommand(filter: HistoryFilter, scope: readonly string[]): string {
  return typed('history', [...scope, historyWords(filter)].join(' ').trim());
}
