// @ts-check

/**
 * @typedef {{ insert: string, label: string, hint: string, description: string }} Completion
 * @typedef {{ commands: import('./state.js').Command[], people: { name: string, real_name: string }[] }} Known
 */

/** What could be meant by what stands before the caret, and from where on it would be replaced. @param {string} text @param {number} caret @param {Known} known @returns {{ from: number, items: Completion[] }} */
export function completionsFor(text, caret, { commands, people }) {
  const typed = text.slice(0, caret);
  if (/^\/\S*$/.test(typed)) {
    const items = commands
      .filter(({ command }) => command.startsWith(typed.toLowerCase()))
      .map(({ command, usage_hint = '', description = '' }) => ({
        insert: `${command} `,
        label: command,
        hint: usage_hint,
        description,
      }));
    return { from: 0, items };
  }
  const word = /(?:^|\s)@([a-z0-9._-]*)$/i.exec(typed)?.[1];
  if (word === undefined) return { from: 0, items: [] };
  const items = people
    .filter(({ name, real_name }) =>
      `${name} ${real_name}`
        .toLowerCase()
        .split(/[\s.]+/)
        .some((part) => part.startsWith(word.toLowerCase())),
    )
    .slice(0, 8)
    .map(({ name, real_name }) => ({ insert: `@${name} `, label: `@${name}`, hint: '', description: real_name }));
  return { from: caret - word.length - 1, items };
}

/** How the command that is being typed goes on. @param {string} text @param {import('./state.js').Command[]} commands */
export function hintFor(text, commands) {
  return commands.find(({ command }) => text.startsWith(`${command} `)) ?? null;
}
