import { messageOf, Refusal, Retryable } from '../doors/errors.ts';
import type { Directory } from './directory.ts';
import type { Answered } from './handlers/buttons.ts';
import type { Accepted } from './handlers/release.ts';
import type { Asker, ChatPorts } from './ports.ts';
import { mistakeReply, reply } from './views/words.ts';
import type { Whispers } from './whispers.ts';

export interface ListenerPorts extends ChatPorts {
  readonly directory: Directory;
  readonly whispers: Whispers;
}

/** Finds out who asks, and turns what went wrong into a private answer that says what to do. */
export async function guarded<A extends Answered>(
  ports: ListenerPorts,
  user: string,
  asked: Asker['asked'],
  payload: string,
  run: (asker: Asker) => Promise<A>,
): Promise<A | Accepted> {
  try {
    const person = await ports.directory.person(user);
    if (person === null)
      return {
        body: reply(
          'Sluice listens to members of this workspace only: not to bots, guests or people of other companies.',
        ),
      };
    return await run({ person, timeZone: await ports.directory.timeZoneOf(user), asked, payload });
  } catch (error) {
    if (error instanceof Refusal) return { body: mistakeReply(error.message, undefined) };
    ports.log.error({ err: messageOf(error), user }, 'a command failed');
    const why = error instanceof Retryable ? error.message : 'something went wrong inside; the log of Sluice says what';
    return { body: mistakeReply(`That did not work: ${why}. Nothing was changed; try again in a minute.`, undefined) };
  }
}
