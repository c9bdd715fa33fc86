import { z } from 'zod';
import { type Release, releaseIdSchema } from '../../vocabulary/release.ts';
import { code, type MessageBody, type ModalView, modal, section, textInput } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply, shortId, stepOf } from '../views/words.ts';
import { castVote, refusedVote } from './votes.ts';

export const rejectModalName = 'release.reject';

const reasonLimit = 500;
const aboutSchema = z.object({
  release: releaseIdSchema,
  channel: z.string(),
  thread: z.string().exactOptional(),
});

/** Asks why: the reason is shown to everybody. Who may not vote is told so instead; a modal that Slack does not open leaves the command. */
export async function askWhyRejected(
  ports: ChatPorts,
  asker: Asker,
  release: Release,
  open: (view: ModalView) => Promise<boolean>,
): Promise<MessageBody | null> {
  const refusal = await refusedVote(ports, asker.person, release);
  if (refusal !== null) return refusal;
  return (await open(rejectModal(asker, release)))
    ? null
    : reply(
        'Slack did not open the dialog.',
        `Type instead: ${code(`/release reject ${shortId(release)} because the migration is missing`)}`,
      );
}

function rejectModal({ asked }: Asker, release: Release): ModalView {
  const title = `${release.request.service} ${release.plan?.artifact.version ?? ''}`.trim();
  return modal({
    callback: rejectModalName,
    about: JSON.stringify({ release: release.id, ...asked }),
    title: 'Reject a release',
    submit: 'Reject',
    blocks: [
      section(`*${stepOf(release)}*\nThat ends this release; it can be asked for again.`),
      textInput({
        name: 'because',
        label: `Why is ${title} not to go?`,
        placeholder: 'Everybody in the channel reads it: what is wrong, and what would mend it?',
        limit: reasonLimit,
      }),
    ],
  });
}

/** What was filled in is a vote like any other: rights and state are read again. */
export async function submitReject(
  ports: ChatPorts,
  asker: Asker,
  about: string,
  because: string,
): Promise<MessageBody> {
  const release = await ports.release(aboutSchema.parse(JSON.parse(about)).release);
  if (release === null) return reply('That release is no longer on record.');
  return castVote(ports, asker, release, {
    vote: 'reject',
    ...(because.trim() === '' ? {} : { because: because.trim() }),
  });
}

/** Where the button was, so that the answer comes there. */
export function askedIn(about: string): Asker['asked'] {
  const { channel, thread } = aboutSchema.parse(JSON.parse(about));
  return { channel, ...(thread === undefined ? {} : { thread }) };
}
