import type { Silence } from '../../vocabulary/silence.ts';
import { code, context, escapeText, header, type MessageBody, spoken } from '../../words/blocks.ts';
import { rowsWithButtons } from './rows.ts';
import { day, heldWords, reply } from './words.ts';

/** What somebody is not called about, and what squads are not told, each with the button that ends it. */
export function mutesReply(own: readonly Silence[], squads: readonly Silence[]): MessageBody {
  const hint = `Mute with ${code('/release mute web staging for 8h')}, or ${code('/release mute squad NAME everything for 2h')}`;
  if (own.length + squads.length === 0) return reply('Nothing is muted: you are told of all that concerns you.', hint);
  const words = [...own, ...squads].map(muteWords);
  const rows = rowsWithButtons(
    [...own, ...squads].map((silence, index) => ({
      text: words[index] ?? '',
      button: 'Unmute',
      action: 'mute.end',
      value: silence.id,
    })),
  );
  const more = words.length - rows.length;
  return {
    text: spoken(`Muted: ${words.join('; ')}`),
    blocks: [header('Muted'), ...rows, context(...(more > 0 ? [`… ${more} more`] : []), hint)],
  };
}

/** `*web in staging* for you until 16:00`. */
export function muteWords(silence: Silence): string {
  const { whose, until, by } = silence;
  const whom = whose.kind === 'person' ? 'you' : `${escapeText(whose.squad)}, by ${escapeText(by.name)}`;
  return `*${heldWords(silence)}* for ${whom}, until ${day(until)}`;
}
