import { actions, button, code, context, foreign, type MessageBody, nextWords, section } from '../../words/blocks.ts';
import { policyWords } from '../../words/policy-words.ts';
import type { PolicyPreview } from '../ports.ts';
import { reply } from './words.ts';

/** The exact lines that would change, what it takes, and the button that has them committed. */
export function previewReply(preview: PolicyPreview): MessageBody {
  if (preview.kind === 'refused') {
    const problems = preview.problems
      .slice(0, 8)
      .map(({ setting, message }) => `• ${setting === '' ? '' : `${code(setting)} `}${foreign(message, 300)}`);
    const hints = preview.next === undefined ? [] : [`Next: ${nextWords(preview.next)}`];
    return reply([`Nothing was changed: ${foreign(preview.because, 300)}.`, ...problems].join('\n'), ...hints);
  }
  const { draft, reasons, notes } = preview;
  const deed = draft.edit.kind === 'add' ? 'This would add:' : `This would remove ${code(draft.edit.id)}:`;
  const diff = draft.diff.slice(0, 12).map((line) => code(line, 400));
  const doubts = notes.map((note) => `• ${foreign(note, 300)}`);
  const votes = reasons.map(({ text }) => `• ${foreign(text, 300)}`);
  const sentence = `${deed} ${foreign(policyWords(draft.edit.line), 300)}.`;
  return {
    text: `${sentence} Nothing is written yet.`,
    blocks: [
      section(`${sentence}\n${code('sluice.yaml')}\n${diff.join('\n')}`),
      ...(doubts.length === 0 ? [] : [section(`*Look again*\n${doubts.join('\n')}`)]),
      ...(votes.length === 0 ? [] : [section(`*It will wait*\n${votes.join('\n')}`)]),
      actions(button({ text: 'Commit the change', action: 'policy.commit', value: draft.id, style: 'primary' })),
      context(
        `Committed in your name, and told in ${foreign(draft.channel, 100)}. Without the button nothing happens.`,
      ),
    ],
  };
}
