import { Refusal } from '../doors/errors.ts';
import { commandsPage, configurationPage, metricsPage, policiesPage } from './reference-page.ts';

/** Each page is made from what the service itself reads, which is loaded for it alone. */
const pages: Readonly<Record<string, () => Promise<string>>> = {
  policies: async () => policiesPage((await import('../sluice-yaml.ts')).sluiceJsonSchema()),
  commands: async () => {
    const { commandTable, exampleOf, typed } = await import('../chat/command-table.ts');
    return commandsPage(
      commandTable.map((row) => ({
        usage: typed(row.verb, row.usage),
        summary: row.summary,
        example: exampleOf(row),
      })),
    );
  },
  metrics: async () => metricsPage((await import('../doors/metrics-table.ts')).metricsTable),
  configuration: async () => {
    const { configJsonSchema, environmentJsonSchema, sluiceJsonSchema } = await import('../sluice-yaml.ts');
    return configurationPage({
      environment: environmentJsonSchema(),
      deployment: configJsonSchema(),
      sluice: sluiceJsonSchema(),
    });
  },
};

/** The page that is named, as Markdown, or all of them; a Refusal where there is none of that name. */
export async function referencePages(names: readonly string[]): Promise<string> {
  const [name, ...more] = names;
  const made = name === undefined ? Object.values(pages) : Object.hasOwn(pages, name) ? [pages[name]] : [];
  if (made.length === 0 || more.length > 0)
    throw new Refusal(
      `reference takes ${Object.keys(pages).join(', ')}, or nothing for all of them, not "${names.join(' ')}".`,
    );
  return (await Promise.all(made.map((make) => make?.()))).join('\n\n');
}
