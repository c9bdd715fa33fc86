import { describe, expect, test } from 'vitest';
import { commandTable, exampleOf, typed } from '../src/chat/command-table.ts';
import { policyKindWords } from '../src/decision/kinds.ts';
import { policyKinds } from '../src/decision/typed-line.ts';
import { commandsPage, policiesPage } from '../src/reference-page.ts';
import { checkSluiceFile, sluiceJsonSchema } from '../src/sluice-yaml.ts';
import { toFlow } from '../src/yaml.ts';
import { sluiceYaml } from './support/builders.ts';

describe('the page about policies', () => {
  const page = policiesPage(sluiceJsonSchema());

  test.each(policyKinds())('tells of $kind with every setting and an example', ({ kind, settings }) => {
    const part = page.split('\n## ').find((each) => each.startsWith(`${kind}\n`)) ?? '';
    for (const name of settings) expect(part).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\| .+ \\|`, 'm'));
    expect(part).toContain(`\`\`\`yaml\n- { kind: ${kind}`);
  });

  test.each(Object.values(policyKindWords).map(({ example }) => [example.kind, example] as const))(
    'has an example of %s that the file takes as it is written',
    (_, example) => {
      const text = sluiceYaml.replace(/policies:[\s\S]*/, `policies:\n  - ${toFlow(example)}\n`);
      expect(checkSluiceFile(text, 'sluice.yaml')).toMatchObject({ kind: 'parsed' });
    },
  );
});

test('the page about commands has a row for each, and no cell that ends too early', () => {
  const rows = commandTable.map((row) => ({
    usage: typed(row.verb, row.usage),
    summary: row.summary,
    example: exampleOf(row),
  }));
  const page = commandsPage(rows);
  for (const { example } of rows) expect(page).toContain(`\`${example}\``);
  const cells = page.split('\n').filter((line) => line.startsWith('|'));
  expect(new Set(cells.map((line) => line.match(/(?<!\\)\|/g)?.length))).toEqual(new Set([4]));
});
