import type { Notice } from '../../vocabulary/notice.ts';
import { actions, button, foreign, type MessageBody, section } from '../../words/blocks.ts';
import { fitting, message } from './words.ts';

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
