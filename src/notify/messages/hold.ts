import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import {
  actions,
  button,
  code,
  context,
  escapeText,
  foreign,
  type MessageBody,
  mention,
  section,
} from '../../words/blocks.ts';
import { message, when } from './words.ts';

/** What the channel is told when a lock or a freeze begins, changes hands, or ends. */
export function holdMessage(hold: Hold): MessageBody {
  const words = wordsOf(hold);
  const because = foreign(hold.because, 300);
  if (hold.state.kind === 'ended') {
    const by = hold.state.by === undefined ? 'its time is over' : `by ${mention(hold.state.by.user)}`;
    const sentence = `*${subjectOf(hold)}* is ${words.ended}, ${by} (was: ${because}).`;
    return message(sentence, [section(sentence)]);
  }
  const until = hold.until === undefined ? '' : ` until ${when(hold.until)}`;
  const from = hold.taken === undefined ? '' : `, taken over from ${mention(hold.taken.from.user)}`;
  const sentence = `*${subjectOf(hold)}* is ${words.begun} by ${mention(hold.by.user)}${from}${until}: ${because}`;
  const command = ['/release', words.verb, ...partsOf(hold)].join(' ');
  return message(sentence, [
    { ...section(sentence), accessory: endButton(hold) },
    context(`${words.who} ends it with ${code(command)}`),
  ]);
}

/** Whoever has lost it hears so, with what it is for now. */
export function takenMessage(hold: Hold, taken: NonNullable<Hold['taken']>): MessageBody {
  const text = `${mention(taken.from.user)} ${mention(hold.by.user)} has taken over your ${hold.what ?? 'lock'} of *${subjectOf(hold)}*: ${foreign(hold.because, 300)}`;
  return message(text, [section(text)]);
}

/** Once a day: is it still needed? Answered or over, the buttons are gone. */
export function stillNeededMessage(hold: Hold, asked: string): MessageBody {
  const lasted = spokenDuration(epochMsOf(asked) - epochMsOf(hold.since));
  const question = `${mention(hold.by.user)} *${subjectOf(hold)}* has been ${wordsOf(hold).begun} for ${lasted} without an end: ${foreign(hold.because, 300)}`;
  if (hold.state.kind === 'ended') return message(question, [section(`${question}. It has ended.`)]);
  if (hold.kept !== undefined && hold.kept.at >= asked) {
    const text = `${question}. Still needed, says ${mention(hold.kept.by.user)}.`;
    return message(text, [section(text)]);
  }
  const text = `${question}. Is it still needed?`;
  const keep = button({ text: 'Keep', action: 'hold.keep', value: hold.id });
  return message(text, [section(text), actions(endButton(hold), keep)]);
}

function endButton(hold: Hold) {
  return button({ text: wordsOf(hold).button, action: 'hold.unlock', value: hold.id });
}

function wordsOf({ what }: Hold) {
  return what === 'freeze'
    ? { begun: 'frozen', ended: 'unfrozen', verb: 'unfreeze', button: 'Unfreeze', who: 'An operator' }
    : { begun: 'locked', ended: 'unlocked', verb: 'unlock', button: 'Unlock', who: 'Its owner or an operator' };
}

function partsOf({ service, environment }: Hold): string[] {
  return [service, environment].filter((part) => part !== undefined);
}

/** A freeze that names neither service nor environment is of everything. */
function subjectOf(hold: Hold): string {
  return partsOf(hold).map(escapeText).join(' in ') || 'Everything';
}
