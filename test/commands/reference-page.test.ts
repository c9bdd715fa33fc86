import { describe, expect, test } from 'vitest';
import { commandTable, exampleOf, typed } from '../../src/chat/command-table.ts';
import { referencePages } from '../../src/commands/reference.ts';
import { commandsPage, configurationPage, policiesPage } from '../../src/commands/reference-page.ts';
import { settingsOf } from '../../src/commands/settings-page.ts';
import { policyKindWords } from '../../src/decision/kinds.ts';
import { policyKinds } from '../../src/decision/typed-line.ts';
import { toFlow } from '../../src/doors/yaml.ts';
import { checkSluiceFile, configJsonSchema, environmentJsonSchema, sluiceJsonSchema } from '../../src/sluice-yaml.ts';
import { sluiceYaml } from '../support/builders.ts';

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

describe('the page about the configuration', () => {
  const schemas = {
    environment: environmentJsonSchema(),
    deployment: configJsonSchema(),
    sluice: sluiceJsonSchema(),
  };
  const page = configurationPage(schemas);

  test.each(
    Object.entries(schemas).flatMap(([file, schema]) =>
      settingsOf(schema, ['policies']).map((setting) => [file, setting.path, setting] as const),
    ),
  )('of %s tells what %s is and takes', (_file, path, { says, takes }) => {
    expect([says, takes].filter((text) => text === '')).toEqual([]);
    const lines = page.split('\n');
    expect(lines.some((line) => line === `### ${path}` || line.startsWith(`| \`${path}\` |`))).toBe(true);
  });

  test.each([
    ['repositories.NAME.url', { isNeeded: true, takes: 'text' }],
    ['repositories.NAME.password', { isNeeded: false, takes: '`{ env: NAME }` or `{ file: /path }`' }],
    ['announce.webhooks[].url', { isNeeded: true }],
    ['log', { takes: '`debug`, `info`, `warn`, `error`; default `info`' }],
    ['artifacts.oidc[].audience', { example: 'audience: https://sluice.example.com' }],
  ])('has %s as the schema has it', (path, expected) => {
    expect(settingsOf(schemas.deployment).find((setting) => setting.path === path)).toMatchObject(expected);
  });

  test('tells of a setting that several forms have once, with what it is in each', () => {
    const digests = settingsOf(schemas.sluice).filter(({ path }) => path === 'services.NAME.place.digest');
    expect(digests.map(({ says }) => says)).toEqual([expect.stringMatching(/spec\.values.*; or: .*variable/)]);
  });

  test('has no cell that ends too early', () => {
    const cells = page.split('\n').filter((line) => line.startsWith('|'));
    expect(new Set(cells.map((line) => line.match(/(?<!\\)\|/g)?.length))).toEqual(new Set([6]));
  });
});

test('all pages are printed together, one by its name, and nothing for a name that there is not', async () => {
  const all = await referencePages([]);
  for (const title of ['Policies', 'Commands', 'Metrics', 'Configuration']) expect(all).toContain(`# ${title}\n`);
  expect(await referencePages(['metrics'])).toMatch(/^# Metrics\n(?![\s\S]*^# )/m);
  await expect(referencePages(['constructor'])).rejects.toThrow('reference takes policies, commands, metrics');
  await expect(referencePages(['metrics', 'policies'])).rejects.toThrow('not "metrics policies"');
});
