import { instantOf } from '../../doors/time.ts';
import type { Release } from '../../vocabulary/release.ts';
import { escapeText, type MessageBody } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply, stepOf } from '../views/words.ts';

const tries = 5;

/** Somebody else's second look at what passed a policy or went back past them. Rights are read again, whatever the button said. */
export async function reviewRelease(
  ports: ChatPorts,
  asker: Asker,
  seen: Release,
  because?: string,
): Promise<MessageBody> {
  let release = seen;
  for (let round = 0; round < tries; round += 1) {
    const { review } = release;
    if (review === undefined) return reply(`${stepOf(release)} asks for no review.`);
    if (review.done !== undefined)
      return reply(`${stepOf(release)} has been reviewed already, by ${escapeText(review.done.by.name)}.`);
    const may = await ports.decision.mayReview(asker.person, release);
    if (may.kind === 'may-not') return reply(`You cannot review ${stepOf(release)}: ${escapeText(may.because)}.`);
    const said = because === undefined ? {} : { because: because.slice(0, 500) };
    const done = { by: asker.person, at: instantOf(ports.clock.now()), ...said };
    const moved = await ports.transition(
      release,
      { review: { ...review, done } },
      {
        event: 'release.reviewed',
        by: asker.person,
        text: `reviewed by ${asker.person.name}${because === undefined ? '' : `: ${because.slice(0, 500)}`}`,
      },
    );
    if (moved.kind === 'done') return reply(`Reviewed: ${stepOf(release)}.`);
    release = moved.record;
  }
  return reply(`${stepOf(release)} changes faster than it can be reviewed; click again.`);
}
