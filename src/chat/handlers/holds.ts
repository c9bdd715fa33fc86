import { ulid } from 'ulid';
import { instantOf, readMomentMs } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import { code, escapeText, type MessageBody, mention } from '../../words/blocks.ts';
import type { End, HoldCommand } from '../hold-words.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { heldWords, holdWords, reply, scopeWords, when } from '../views/words.ts';
import { mayEnd, maySet, type Scope, scopeOf, type What } from './hold-rights.ts';
import { offerTakeOver } from './take-over.ts';

function isSame(hold: Hold, what: What, scope: Scope): boolean {
  return (hold.what ?? 'lock') === what && hold.service === scope.service && hold.environment === scope.environment;
}

/** Sets a lock or a freeze; the channels that it concerns are told. What somebody else holds is taken over only on their word. */
export async function setHold(ports: ChatPorts, asker: Asker, command: HoldCommand): Promise<MessageBody> {
  const scope = scopeOf(command);
  if (!(await maySet(ports, asker.person, command.kind, scope))) return reply(refusal(command.kind, scope));
  const end = endOf(ports, asker, command);
  if (end.kind === 'past')
    return reply(
      `${code(command.until ?? '')} is not a time to come.`,
      `For example ${code(`/release ${[command.kind, ...wordsOf(scope)].join(' ')} until 16:00 because audit`)}`,
    );
  const now = instantOf(ports.clock.now());
  const because = command.because.slice(0, 300).trim();
  const known = (await ports.holds()).find((hold) => isSame(hold, command.kind, scope));
  const until = end.until === undefined ? {} : { until: end.until };
  if (known !== undefined && known.by.user !== asker.person.user)
    return offerTakeOver(ports, asker, known, { by: asker.person, at: now, because, ...until });
  const entry = { event: 'hold.set', by: asker.person, text: because };
  if (known !== undefined) {
    const changed = await ports.changeHold(known.id, (hold) => renewed(hold, known, { because, ...until }), {
      ...entry,
      event: 'hold.changed',
    });
    return changed === null
      ? reply('It has changed meanwhile; type it again.')
      : reply(`Changed. ${holdWords(changed)}.`, `End it with ${code(endCommand(changed))}`);
  }
  const hold = await ports.hold(
    {
      kind: 'hold',
      id: ulid(ports.clock.now()),
      ...(command.kind === 'freeze' ? { what: 'freeze' as const } : {}),
      ...scope,
      because,
      by: asker.person,
      since: now,
      ...until,
    },
    entry,
  );
  const ending = hold.until === undefined ? '' : ` until ${when(hold.until)}`;
  return reply(
    `${command.kind === 'freeze' ? 'Frozen' : 'Locked'}: *${heldWords(hold)}*${ending} (${escapeText(because)}).`,
    `End it with ${code(endCommand(hold))}`,
  );
}

/** Its owner says it anew; null where it is somebody else's by now. */
function renewed(hold: Hold, seen: Hold, change: Pick<Hold, 'because' | 'until'>): Hold | null {
  const { until: _, ...rest } = hold;
  return hold.by.user === seen.by.user ? { ...rest, ...change } : null;
}

function refusal(what: What, scope: Scope): string {
  return what === 'lock'
    ? `You may not lock ${scopeWords(scope)}: nobody may stop what they may not release. Ask a releaser or an operator.`
    : `You may not freeze ${heldWords(scope)}: that takes an operator ${scopeWords(scope) === '' ? 'of everything' : 'there'}.`;
}

/** The moment that was typed as the end, if there was one; `past` where it is none to come. */
export function endOf(ports: ChatPorts, asker: Asker, { until, forMs }: End) {
  const now = ports.clock.now();
  const untilMs = until === undefined ? undefined : readMomentMs(until, now, asker.timeZone);
  if (untilMs === null || (untilMs !== undefined && untilMs <= now)) return { kind: 'past' as const };
  const end = forMs === undefined ? untilMs : now + forMs;
  return { kind: 'end' as const, until: end === undefined ? undefined : instantOf(end) };
}

/** Ends every lock, or every freeze, of exactly this scope. */
export async function endHolds(ports: ChatPorts, asker: Asker, what: What, scope: Scope): Promise<MessageBody> {
  const holds = await ports.holds();
  const found = holds.filter((hold) => isSame(hold, what, scope));
  if (found.length === 0) {
    const near = holds.find(
      ({ service, environment }) =>
        (scope.service ?? service) === service && (scope.environment ?? environment) === environment,
    );
    const none = `There is no ${what} of ${heldWords(scope)}`;
    if (near === undefined) return reply(`${none}.`, `All locks and freezes: ${code('/release locks')}`);
    const whole = scopeWords(scope) === '' ? '' : ' as a whole';
    return reply(`${none}${whole}, but ${holdWords(near)}.`, `Next: ${code(endCommand(near))}`);
  }
  const answers: string[] = [];
  for (const hold of found) answers.push(await endHold(ports, asker, hold));
  return reply(answers.join('\n'));
}

export async function endHoldById(ports: ChatPorts, asker: Asker, id: string): Promise<MessageBody> {
  const hold = (await ports.holds()).find((each) => each.id === id);
  return reply(hold === undefined ? 'That has ended already.' : await endHold(ports, asker, hold));
}

async function endHold(ports: ChatPorts, asker: Asker, hold: Hold): Promise<string> {
  const isFreeze = hold.what === 'freeze';
  if (!(await mayEnd(ports, asker.person, hold)))
    return isFreeze
      ? `Only an operator ${scopeWords(hold) === '' ? 'of everything' : 'there'} may unfreeze ${heldWords(hold)}.`
      : `Only ${mention(hold.by.user)} or an operator may unlock ${scopeWords(hold)}.`;
  const done = isFreeze ? 'unfrozen' : 'unlocked';
  await ports.endHold(hold.id, asker.person, {
    event: 'hold.ended',
    by: asker.person,
    text: `${done} by ${asker.person.name}`,
  });
  // What was held is asked about now; the sweep would find it a little later.
  for (const release of await ports.open(scopeOf(hold))) {
    await ports.markDue(`release/${release.id}`);
    ports.nudge(`release/${release.id}`);
  }
  return `${capital(done)}: ${heldWords(hold)} (${escapeText(hold.because)}).`;
}

function wordsOf(scope: Parameters<typeof scopeOf>[0]): string[] {
  return [scope.service, scope.environment].filter((part) => part !== undefined);
}

function endCommand(hold: Hold): string {
  return ['/release', hold.what === 'freeze' ? 'unfreeze' : 'unlock', ...wordsOf(hold)].join(' ');
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
