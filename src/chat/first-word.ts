import { pause } from '../doors/time.ts';
import type { MessageBody } from '../words/blocks.ts';
import type { Accepted } from './handlers/release.ts';
import type { ChatPorts } from './ports.ts';

/** Most requests are decided within a fraction of this; whoever waits longer wants to hear something. */
const patienceMs = 1_500;
const stepMs = 100;

/**
 * What is said of what came of a command: of an accepted request after it was decided for the first time, for a while at most,
 * and null where it was refused, or runs already, as whoever tells that says why and what to do.
 */
export async function firstWord(
  ports: Pick<ChatPorts, 'release'>,
  { body, release }: { readonly body: MessageBody | null; readonly release?: Accepted['release'] },
): Promise<MessageBody | null> {
  if (release === undefined || body === null) return body;
  for (let waited = 0; waited < patienceMs; waited += stepMs) {
    const state = (await ports.release(release.id).catch(() => null))?.state.kind;
    if (state === 'denied' || state === 'unchanged') return null;
    if (state !== undefined && state !== 'requested') return body;
    await pause(stepMs);
  }
  return body;
}
