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
} from '../../blocks.ts';
import type { Notice } from '../../notice.ts';
import type { Hold } from '../../release.ts';
import { fitting, message, when } from './words.ts';

/** What the channel is told when a lock begins or ends. */
export function holdMessage(hold: Hold): MessageBody {
  const scope = [hold.service, hold.environment]
    .filter((part) => part !== undefined)
    .map(escapeText)
    .join(' in ');
  const because = foreign(hold.because, 300);
  if (hold.state.kind === 'ended') {
    const by = hold.state.by === undefined ? 'its time is over' : `by ${mention(hold.state.by.user)}`;
    const sentence = `*${scope}* is unlocked, ${by} (was: ${because}).`;
    return message(sentence, [section(sentence)]);
  }
  const until = hold.until === undefined ? '' : ` until ${when(hold.until)}`;
  const sentence = `*${scope}* is locked by ${mention(hold.by.user)}${until}: ${because}`;
  const command = `/release unlock ${[hold.service, hold.environment].filter((part) => part !== undefined).join(' ')}`;
  return message(sentence, [
    { ...section(sentence), accessory: button({ text: 'Unlock', action: 'hold.unlock', value: hold.id }) },
    context(`Its owner or an operator ends it with ${code(command)}`),
  ]);
}

const offers = {
  'confirm-record': {
    text: 'Confirm and go on',
    title: 'Go on without the record?',
    confirm: 'Go on',
    warning: 'Locks, votes and artifacts that were in Redis are not there any more. Restore Redis instead if you can.',
  },
  'resume-lane': {
    text: 'Resume',
    title: 'Try again?',
    confirm: 'Resume',
    warning: 'Sluice pushes again. Mend what refused it first.',
  },
} as const;

export function noticeMessage(notice: Notice): MessageBody {
  const lines = notice.text.split('\n').map((line) => foreign(line, 700));
  // Slack takes no empty text.
  const text = fitting(lines.filter((line) => line !== '')) || 'Something is to be told, but it has no words.';
  if (notice.state.kind === 'ended') {
    const sentence = `Over (${foreign(notice.state.how, 100)}): ${text}`;
    return message(sentence, [section(sentence)]);
  }
  if (notice.offer === undefined) return message(text, [section(text)]);
  const offer = offers[notice.offer];
  const offered = button({
    text: offer.text,
    action: `notice.${notice.offer}`,
    value: notice.about ?? '-',
    style: 'danger',
    confirm: { title: offer.title, text: offer.warning, confirm: offer.confirm },
  });
  return message(text, [section(text), actions(offered)]);
}
