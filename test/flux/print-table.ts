import type { Row } from './game.ts';

const columns = ['scenario', 'where', 'expected', 'when', 'after', 'seen'] as const;
const widest = 76;

/** The rows as one table of aligned columns; a scenario is named once for each cluster it played on. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ scenario, where, expected, time, seen, afterS, ok }, index) => {
    const before = rows[index - 1];
    const again = before?.scenario === scenario && before.where === where;
    const after = afterS > 0 ? `${afterS.toFixed(1)} s` : '';
    return [again ? '' : scenario, again ? '' : where, expected, time, after, `${ok ? '✓' : '✗'} ${seen}`];
  });
  const all = [[...columns], ...cells];
  const widths = columns.map((_, column) =>
    Math.min(widest, Math.max(...all.map((line) => line[column]?.length ?? 0))),
  );
  const lines = all.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, '─'.repeat(head.length), ...body].join('\n');
}

/** Where the playground said something else than the real thing: what it tells should be mended there. */
export function differencesOf(rows: readonly Row[]): string[] {
  return [...Map.groupBy(rows, ({ scenario }) => scenario).values()].flatMap((own) => {
    const simulated = own.filter(({ where }) => where === 'playground');
    const real = own.filter(({ where }) => where !== 'playground');
    return real.flatMap(({ scenario, where, expected, seen }, index) => {
      const other = simulated[index];
      if (other === undefined || words(other.seen) === words(seen)) return [];
      return [`${scenario}: ${expected}\n  playground: ${other.seen}\n  ${where}: ${seen}`];
    });
  });
}

/** Without what differs from run to run: commits, times, hashes, what a server answered, and counts of pods on the way. */
function words(seen: string): string {
  return seen
    .replaceAll(/\b[0-9a-f]{7,}\b|\d\d:\d\d UTC|(?<=unable to list remote for ).*/g, '…')
    .replaceAll(/\d+(?:\.\d+)?m?s\b|\b\d of \d\b|\b\d\/\d pods/g, '…');
}
