import type { Command, Parsed } from './grammar.ts';
import { guarded, type ListenerPorts } from './guarded.ts';
import { answer } from './handlers/answer.ts';
import { oneRelease } from './handlers/lookups.ts';
import { type Accepted, acceptRelease } from './handlers/release.ts';
import { rollBack } from './handlers/roll-back.ts';
import type { Asker } from './ports.ts';
import { helpReply } from './views/help.ts';
import { mistakeReply } from './views/words.ts';

/** Whether it writes something down, which is waited for. */
export function isRequest(command: Command): command is Extract<Command, { kind: 'release' | 'rollback' }> {
  return command.kind === 'release' || command.kind === 'rollback';
}

/** Whether it is asked for with a modal. */
export function isForm(command: Command): command is Extract<Command, { kind: 'form' | 'policy-form' }> {
  return command.kind === 'form' || command.kind === 'policy-form';
}

/** Does what was typed; what went wrong is a private answer. */
export function act(
  ports: ListenerPorts,
  user: string,
  asked: Asker['asked'],
  payload: string,
  parsed: Parsed,
): Promise<Accepted> {
  return guarded(ports, user, asked, payload, async (asker) => {
    if (parsed.kind === 'mistake') {
      ports.log.info({ user }, 'a command was not understood');
      return { body: mistakeReply(parsed.message, parsed.next) };
    }
    // A mention brings nothing that a modal could be opened with.
    if (isForm(parsed.command))
      return { body: helpReply(parsed.command.kind === 'form' ? undefined : 'policy', ports.catalog.names()) };
    const { command } = parsed;
    if (command.kind === 'roll-back') {
      const found = await oneRelease(ports, command.release);
      return 'release' in found ? rollBack(ports, asker, found.release, command.because) : found;
    }
    return isRequest(command) ? acceptRelease(ports, asker, command) : { body: await answer(ports, asker, command) };
  });
}
