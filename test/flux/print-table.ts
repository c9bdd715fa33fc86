import type { Row } from './game.ts';

const columns = ['scenario', 'where', 'expected', 'seen', 'after'] as const;

/** The rows as one table of aligned columns; a scenario is named once for each cluster it played on. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ scenario, where, expected, seen, afterS, ok }, index) => {
    const before = rows[index - 1];
    const again = before?.scenario === scenario && before.where === where;
    const after = afterS > 0 ? `${afterS.toFixed(1)} s` : '';
    return [again ? '' : scenario, again ? '' : where, expected, ok ? 'as expected' : `✗ ${seen}`, after];
  });
  const all = [[...columns], ...cells];
  const widths = columns.map((_, column) => Math.min(110, Math.max(...all.map((line) => line[column]?.length ?? 0))));
  const lines = all.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, '─'.repeat(head.length), ...body].join('\n');
}
