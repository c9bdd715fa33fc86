import { expect, test } from 'vitest';
import { findingLines, plainFinding } from '../../src/vocabulary/finding.ts';

test('findings are a line each, whatever they hold', () => {
  const findings = [
    plainFinding({ about: 'redis', level: 'ok', seen: 'is version 7.4.1' }),
    plainFinding({
      about: 'cluster dev',
      level: 'fail',
      seen: `no\nanswer \u001b[31m\u202e${'x'.repeat(5_000)}`,
      mend: 'look\r\nthere',
    }),
  ];
  const lines = findingLines(findings).split('\n');
  expect(lines[0]).toBe('ok    redis        is version 7.4.1');
  expect(lines[1]).toMatch(/^fail {2}cluster dev {2}no answer \[31m x+… → look there$/);
  expect(lines).toHaveLength(2);
  expect(lines[1]?.length).toBeLessThan(700);
});
