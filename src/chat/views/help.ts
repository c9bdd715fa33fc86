import { code, context, escapeText, header, type MessageBody, section } from '../../words/blocks.ts';
import { commandGroups, commandTable, exampleOf, typed, type Verb } from '../command-table.ts';
import type { Names } from '../grammar.ts';
import { type Rights, rightsWords } from './hello.ts';

/** Built from the parser's own table and the live names, so that it cannot drift from what is understood. */
export function helpReply(about: Verb | undefined, names: Names, rights?: Rights): MessageBody {
  const row = commandTable.find(({ verb }) => verb === about);
  if (row !== undefined) {
    return {
      text: `${typed(row.verb, row.usage)}: ${row.summary}.`,
      blocks: [
        section(`${code(typed(row.verb, row.usage))}\n${row.summary}.`),
        context(`For example ${code(exampleOf(row))}`),
      ],
    };
  }
  const parts = commandGroups.map((group) => {
    const lines = commandTable
      .filter((each) => each.group === group)
      .map(({ verb, usage, summary }) => `${code(typed(verb, usage))} ${summary}`);
    return section([`*${group}*`, ...lines].join('\n'));
  });
  const known = (what: string, all: readonly string[]) =>
    `*${what}:* ${all.length === 0 ? 'none known yet' : escapeText(all.slice(0, 30).join(', '))}`;
  return {
    text: `Commands: ${commandTable.map(({ verb }) => verb).join(', ')}. Type /release help COMMAND for one of them.`,
    blocks: [
      header('What you can type'),
      ...parts,
      context(
        known('Services', names.services),
        known('Environments', names.environments),
        'All of it also as a mention: `@sluice release web dev`',
        ...(rights === undefined ? [] : [rightsWords(rights)]),
      ),
    ],
  };
}
