import { Retryable } from '../../doors/errors.ts';
import { instantOf } from '../../doors/time.ts';
import type { Release, Request } from '../../vocabulary/release.ts';
import { code, escapeText, type MessageBody } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import type { Target } from '../target.ts';
import { reply } from '../views/words.ts';

export interface Accepted {
  readonly body: MessageBody;
  /** Absent where nothing could be accepted. */
  readonly release?: Release;
}

/** Writes the request down and says so; everything else happens afterwards, whatever becomes of this process. */
export async function acceptRelease(ports: ChatPorts, asker: Asker, command: Target): Promise<Accepted> {
  const request: Request = {
    intent: command.kind,
    service: command.service,
    environment: command.environment,
    wanted: command.wanted,
    ...(command.because === undefined ? {} : { because: command.because.slice(0, 500) }),
    ...(command.ref === undefined ? {} : { ref: command.ref.slice(0, 100) }),
    ...(command.override === undefined ? {} : { override: command.override }),
    requester: asker.person,
    at: instantOf(ports.clock.now()),
    asked: asker.asked,
  };
  try {
    const release = await accepted(ports, request, command, asker.payload);
    ports.nudge(`release/${release.id}`);
    return { body: onIt(ports, command), release };
  } catch (error) {
    if (!(error instanceof Retryable)) throw error;
    ports.log.warn({ err: error.message }, 'a request was not accepted');
    const { service, wanted } = command;
    const version = wanted.kind === 'named' ? wanted.name : wanted.kind === 'from' ? `from ${wanted.environment}` : '';
    const again = `/${command.kind} ${service} ${wayOf(command).join(',')} ${version}`.trim();
    return {
      body: reply(
        '*Not accepted*: Sluice cannot write to its Redis, so nothing was written down.',
        `Try again in a minute: ${code(again)}`,
      ),
    };
  }
}

function wayOf({ environment, onwards = [] }: Target): readonly string[] {
  return [environment, ...onwards];
}

/** The release of the first environment; those that follow are written down with it. */
async function accepted(ports: ChatPorts, request: Request, command: Target, payload: string): Promise<Release> {
  if (command.onwards === undefined) return (await ports.accept(request, payload)).release;
  const [first] = await ports.acceptChain(request, wayOf(command), payload);
  if (first === undefined) throw new Retryable('a chain was accepted without a step');
  return first.release;
}

function onIt(ports: ChatPorts, command: Target): MessageBody {
  const { kind, service, environment, wanted } = command;
  const way = wayOf(command);
  const channels = [...new Set(way.flatMap((each) => ports.catalog.environment(each)?.channel ?? []))];
  const version =
    wanted.kind === 'named'
      ? ` ${escapeText(wanted.name)}`
      : wanted.kind === 'from'
        ? ` from ${escapeText(wanted.environment)}`
        : '';
  const what =
    kind === 'rollback'
      ? `rolling back *${escapeText(service)}${version}* in *${escapeText(environment)}*`
      : `*${escapeText(service)}${version} → ${way.map(escapeText).join(' → ')}*`;
  const each = way.length === 1 ? '' : ', each when it is healthy in the one before';
  const where = channels.length === 0 ? '' : ` Progress in ${channels.map(escapeText).join(', ')}.`;
  return reply(`On it: ${what}${each}.${where}`);
}
