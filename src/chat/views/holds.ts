import type { Hold } from '../../vocabulary/hold.ts';
import { code, context, header, type MessageBody, shorten, spoken } from '../../words/blocks.ts';
import { rowsWithButtons } from './rows.ts';
import { day, holdWords, reply } from './words.ts';

/** The locks and freezes that hold now, each with the button that ends it; reasons are cut so that forty fit. */
export function locksReply(holds: readonly Hold[]): MessageBody {
  if (holds.length === 0) return reply('There are no locks or freezes.');
  const words = holds.map((hold) => holdWords({ ...hold, because: shorten(hold.because, 100) }));
  const rows = rowsWithButtons(
    holds.map((hold, index) => ({
      text: `${words[index]} (since ${day(hold.since)})`,
      button: hold.what === 'freeze' ? 'Unfreeze' : 'Unlock',
      action: 'hold.unlock',
      value: hold.id,
    })),
  );
  const more = holds.length - rows.length;
  const hint = `… ${more} more; end one by its name: ${code('/release unlock web production')}`;
  return {
    text: spoken(`Locks and freezes: ${words.join('; ')}`),
    blocks: [header('Locks and freezes'), ...rows, ...(more > 0 ? [context(hint)] : [])],
  };
}
