import { z } from 'zod';
import { toFlow } from '../doors/yaml.ts';
import { type Setting, settingsOf } from './settings-page.ts';

const settingSchema = z.looseObject({ description: z.string().optional(), examples: z.array(z.unknown()).optional() });
const kindSchema = z.looseObject({
  description: z.string().default(''),
  examples: z.array(z.unknown()).default([]),
  required: z.array(z.string()).default([]),
  properties: z.looseObject({ kind: z.looseObject({ const: z.string() }) }),
});
const fileSchema = z.looseObject({
  properties: z.looseObject({ policies: z.looseObject({ items: z.looseObject({ oneOf: z.array(kindSchema) }) }) }),
});

/** Every kind of policy with its settings, as Markdown, out of the JSON Schema of `sluice.yaml`. */
export function policiesPage(jsonSchema: object): string {
  const kinds = fileSchema.parse(jsonSchema).properties.policies.items.oneOf;
  return page('Policies', 'Lines of `policies:` in `sluice.yaml`.', kinds.map(kindPart));
}

function kindPart({ description, examples, required, properties }: z.infer<typeof kindSchema>): string {
  const { kind, ...settings } = properties;
  const rows = Object.entries(settings).map(([name, raw]) => {
    const setting = settingSchema.parse(raw);
    const example = setting.examples?.[0];
    const shown = example === undefined ? '' : `\`${name}: ${toFlow(example)}\``;
    return `| \`${name}\` | ${required.includes(name) ? 'yes' : ''} | ${cell(setting.description ?? '')} | ${cell(shown)} |`;
  });
  return [
    `## ${kind.const}`,
    '',
    description,
    '',
    ...examples.flatMap((example) => ['```yaml', `- ${toFlow(example)}`, '```', '']),
    '| setting | needed | | example |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Every command as Markdown, out of the table that the parser and the help read. */
export function commandsPage(
  rows: readonly { readonly usage: string; readonly summary: string; readonly example: string }[],
): string {
  const lines = rows.map(
    ({ usage, summary, example }) => `| ${cell(`\`${usage}\``)} | ${cell(summary)} | ${cell(`\`${example}\``)} |`,
  );
  const table = ['| command | does | example |', '|---|---|---|', ...lines].join('\n');
  return page('Commands', 'All of them also as a mention: `@sluice release web dev`.', [table]);
}

/** Every metric as Markdown, out of the table that they are registered from. */
export function metricsPage(
  table: Readonly<
    Record<
      string,
      { readonly type: string; readonly labels: readonly string[]; readonly says: string; readonly look: string }
    >
  >,
): string {
  const rows = Object.entries(table).map(([name, { type, labels, says, look }]) =>
    [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(' '), says, look].map(cell).join(' | '),
  );
  const head = ['| metric | type | labels | is | tells |', '|---|---|---|---|---|'];
  const about =
    'At `/metrics`, beside the usual `process_*` and `nodejs_*`. Labels hold closed lists and names of the configuration only, never what people type.';
  return page('Metrics', about, [[...head, ...rows.map((row) => `| ${row} |`)].join('\n')]);
}

/** What both files and the environment may say, as Markdown, out of the JSON Schemas that they are checked by. */
export function configurationPage(schemas: {
  readonly environment: object;
  readonly deployment: object;
  readonly sluice: object;
}): string {
  const parts = [
    '## The environment of `serve`',
    settingsTable(settingsOf(schemas.environment)),
    "## The deployment's own file: `SLUICE_CONFIG`",
    ...settingsParts(settingsOf(schemas.deployment)),
    '## `sluice.yaml`',
    ...settingsParts(settingsOf(schemas.sluice, ['policies'])),
    'What `policies` may hold: `npm start -- reference policies`.',
  ];
  const about = 'In a path, `NAME` is a name that you choose, and `[]` stands for each entry of a list.';
  return page('Configuration', about, parts);
}

/** A part for each setting at the top that has others below it, and one for the rest. */
function settingsParts(settings: readonly Setting[]): string[] {
  const parts = Map.groupBy(settings, ({ path }) => path.split(/[.[]/)[0] ?? path);
  const alone = [...parts.values()].filter(({ length }) => length === 1).flat();
  const whole = [...parts].filter(([, { length }]) => length > 1);
  return [
    ...whole.flatMap(([name, [own, ...below]]) => [`### ${name}`, own?.says ?? '', settingsTable(below)]),
    '### Alone',
    settingsTable(alone),
  ];
}

function settingsTable(settings: readonly Setting[]): string {
  const rows = settings.map(({ path, isNeeded, takes, says, example }) =>
    [`\`${path}\``, isNeeded ? 'yes' : '', takes, says, example === '' ? '' : `\`${example}\``].map(cell).join(' | '),
  );
  const head = ['| setting | needed | takes | is | example |', '|---|---|---|---|---|'];
  return [...head, ...rows.map((row) => `| ${row} |`)].join('\n');
}

function page(title: string, about: string, parts: readonly string[]): string {
  return [`# ${title}`, about, ...parts].join('\n\n');
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
