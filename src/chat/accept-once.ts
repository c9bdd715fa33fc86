import { Refusal } from '../doors/errors.ts';
import { act, isRequest } from './act.ts';
import type { Parsed } from './grammar.ts';
import type { ListenerPorts } from './guarded.ts';
import type { Accepted } from './handlers/release.ts';
import type { Asker } from './ports.ts';
import type { Claim } from './slack/claim.ts';

/** Whether what was typed asks for one release: the write that accepts it can remember the signature as well. */
export function asksForOne(parsed: Parsed): boolean {
  return parsed.kind === 'command' && isRequest(parsed.command) && parsed.command.onwards === undefined;
}

/** Accepts one release and takes the claim on it in one durable step. Null where the request came before. */
export async function acceptOnce(
  ports: ListenerPorts,
  claim: Claim,
  user: string,
  asked: Asker['asked'],
  payload: string,
  parsed: Parsed,
): Promise<Accepted | null> {
  const accept: ListenerPorts['accept'] = async (request, name) => {
    const accepted = await claim.takeBy((signature) => ports.acceptSigned(request, name, signature));
    if (accepted.kind === 'replayed') throw new Refusal('That was sent before, and is done only once.');
    return accepted;
  };
  const done = await act({ ...ports, accept }, user, asked, payload, parsed);
  // What was refused may not be sent again either.
  if (done.release === undefined) await claim.take();
  return claim.state() === 'replay' ? null : done;
}
