import { button, type KnownBlock, section } from '../../words/blocks.ts';

/** A message has 50 blocks (Block Kit) and about 13,200 characters in all of them (bolt-js#2509); the rest is for what stands around them. */
const rowsShown = 40;
const textLimit = 12_300;

export interface Row {
  readonly text: string;
  readonly button: string;
  readonly action: string;
  readonly value: string;
}

/** As many whole rows, each with its button, as one message takes. */
export function rowsWithButtons(rows: readonly Row[]): readonly KnownBlock[] {
  let left = textLimit;
  const end = rows.slice(0, rowsShown).findIndex((row) => {
    left -= row.text.length + row.button.length;
    return left < 0;
  });
  return rows.slice(0, end === -1 ? rowsShown : end).map((row) => ({
    ...section(row.text),
    accessory: button({ text: row.button, action: row.action, value: row.value }),
  }));
}
