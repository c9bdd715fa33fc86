/** What a look at one part of a deployment found. */
export interface Finding {
  /** `redis`, `cluster prod-eu`. */
  readonly about: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly seen: string;
  /** What to do about it. */
  readonly mend?: string;
}

const seenLimit = 600;

/** For terminals and logs of CI: foreign text brings no line of its own, no colours, and no end of it. */
export function plainFinding({ about, level, seen, mend }: Finding): Finding {
  return { about: plain(about), level, seen: plain(seen), ...(mend === undefined ? {} : { mend: plain(mend) }) };
}

function plain(text: string): string {
  const line = text
    .replace(/\p{Cc}|\p{Cf}/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return line.length > seenLimit ? `${line.slice(0, seenLimit)}…` : line;
}

/** One line each: level, part, what was seen, and behind an arrow how to mend it. */
export function findingLines(findings: readonly Finding[]): string {
  const widest = Math.max(0, ...findings.map(({ about }) => about.length));
  return findings
    .map(
      ({ about, level, seen, mend }) =>
        `${level.padEnd(4)}  ${about.padEnd(widest)}  ${seen}${mend === undefined ? '' : ` → ${mend}`}`,
    )
    .join('\n');
}
