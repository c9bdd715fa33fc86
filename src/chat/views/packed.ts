/** A message has 50 blocks and about 13,200 characters in all of them (bolt-js#2509). */
const sectionsShown = 45;
const textLimit = 11_500;

/** Lines in as few sections as they fit into. */
export function packed(lines: readonly string[]): string[] {
  const sections: string[] = [];
  for (const line of lines) {
    const last = sections.at(-1);
    if (last !== undefined && last.length + line.length < 2_900) sections.splice(-1, 1, `${last}\n${line}`);
    else sections.push(line);
  }
  return sections;
}

/** As many of these texts, a section each, as one message takes. */
export function withinMessage(texts: readonly string[]): readonly string[] {
  let left = textLimit;
  const end = texts.slice(0, sectionsShown).findIndex((text) => {
    left -= text.length;
    return left < 0;
  });
  return texts.slice(0, end === -1 ? sectionsShown : end);
}
