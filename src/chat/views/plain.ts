import type { MessageBody } from '../../words/blocks.ts';

/** A message as lines for a terminal: no markup, no buttons, no characters that a terminal obeys; people by their names. */
export function plainText({ blocks }: MessageBody, nameOf: (user: string) => string | undefined): string {
  const lines = blocks.flatMap((block) => {
    switch (block.type) {
      case 'section':
        return [block.text?.text ?? '', ...(block.fields ?? []).map(({ text }) => text)];
      case 'context':
        return block.elements.flatMap((element) => ('text' in element ? [element.text] : []));
      case 'header':
        return [block.text.text];
      default:
        return [];
    }
  });
  return lines
    .map((line) => withoutMarkup(line, nameOf))
    .filter((line) => line.trim() !== '')
    .join('\n');
}

/** Foreign text without what a terminal obeys: colours, titles, moves of the cursor. Lines stay. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '');
}

function withoutMarkup(text: string, nameOf: (user: string) => string | undefined): string {
  return harmless(
    text
      .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
      .replace(/<!subteam\^[A-Z0-9]+(?:\|@?([^>]*))?>/g, '@$1')
      .replace(/<([@#])([A-Z0-9]+)>/g, (_, sign: string, id: string) => `${sign}${nameOf(id) ?? id}`)
      .replace(/<([^|>]+)\|([^>]*)>/g, '$2 ($1)')
      .replace(/[*`]/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );
}
