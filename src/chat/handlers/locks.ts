import { ulid } from 'ulid';
import { code, escapeText, type MessageBody, mention } from '../../blocks.ts';
import type { Hold } from '../../release.ts';
import { instantOf, readMomentMs } from '../../time.ts';
import type { Command } from '../grammar.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { holdWords, reply, scopeWords } from '../views/words.ts';

type Scope = { readonly service?: string; readonly environment?: string };

function scopeOf({
  service,
  environment,
}: {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}): Scope {
  return { ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) };
}

function isSame(hold: Hold, scope: Scope): boolean {
  return hold.service === scope.service && hold.environment === scope.environment;
}

/** Whoever may release in a scope may lock it; the channel of the environment is told. */
export async function setLock(
  ports: ChatPorts,
  asker: Asker,
  command: Extract<Command, { kind: 'lock' }>,
): Promise<MessageBody> {
  const scope = scopeOf(command);
  const { user } = asker.person;
  if (!(await ports.decision.may(user, 'releaser', scope)) && !(await ports.decision.may(user, 'operator', scope))) {
    return reply(
      `You may not lock ${scopeWords(scope)}: nobody may stop what they may not release. Ask a releaser or an operator.`,
    );
  }
  const known = (await ports.holds()).find((hold) => isSame(hold, scope));
  if (known !== undefined)
    return reply(`It is locked already: ${holdWords(known)}.`, `End that one first: ${code(unlockCommand(scope))}`);
  const now = ports.clock.now();
  const untilMs = command.until === undefined ? undefined : readMomentMs(command.until, now, asker.timeZone);
  if (untilMs === null || (untilMs !== undefined && untilMs <= now))
    return reply(
      `${code(command.until ?? '')} is not a time to come.`,
      `For example ${code(`/release lock ${words(scope)} until 16:00 because audit`)}`,
    );
  const until = command.forMs === undefined ? untilMs : now + command.forMs;
  const hold = await ports.hold(
    {
      kind: 'hold',
      id: ulid(now),
      ...scope,
      because: command.because.slice(0, 300),
      by: asker.person,
      since: instantOf(now),
      ...(until === undefined ? {} : { until: instantOf(until) }),
    },
    { event: 'hold.set', by: asker.person, text: command.because.slice(0, 300) },
  );
  return reply(`Locked. ${holdWords(hold)}.`, `End it with ${code(unlockCommand(scope))}`);
}

/** Its owner or an operator may end a lock. */
export async function endLocks(ports: ChatPorts, asker: Asker, scope: Scope): Promise<MessageBody> {
  const holds = await ports.holds();
  const found = holds.filter((hold) => isSame(hold, scopeOf(scope)));
  if (found.length === 0) {
    const near = holds.find(
      ({ service, environment }) =>
        (scope.service ?? service) === service && (scope.environment ?? environment) === environment,
    );
    if (near === undefined) return reply(`${scopeWords(scope)} is not locked.`, `All locks: ${code('/release locks')}`);
    const next = code(unlockCommand(scopeOf(near)));
    return reply(`${scopeWords(scope)} as a whole is not locked, but ${holdWords(near)}.`, `Next: ${next}`);
  }
  const answers: string[] = [];
  for (const hold of found) answers.push(await endLock(ports, asker, hold));
  return reply(answers.join('\n'));
}

export async function endLockById(ports: ChatPorts, asker: Asker, id: string): Promise<MessageBody> {
  const hold = (await ports.holds()).find((each) => each.id === id);
  return reply(hold === undefined ? 'That lock has ended already.' : await endLock(ports, asker, hold));
}

async function endLock(ports: ChatPorts, asker: Asker, hold: Hold): Promise<string> {
  const own = hold.by.user === asker.person.user;
  if (!own && !(await ports.decision.may(asker.person.user, 'operator', scopeOf(hold)))) {
    return `Only ${mention(hold.by.user)} or an operator may unlock ${scopeWords(hold)}.`;
  }
  await ports.endHold(hold.id, asker.person, {
    event: 'hold.ended',
    by: asker.person,
    text: `unlocked by ${asker.person.name}`,
  });
  // What was held may go now; the sweep would find it a little later.
  for (const release of await ports.open(scopeOf(hold))) {
    await ports.markDue(`release/${release.id}`);
    ports.nudge(`release/${release.id}`);
  }
  return `Unlocked: ${scopeWords(hold)} (${escapeText(hold.because)}).`;
}

function words(scope: Scope): string {
  return [scope.service, scope.environment].filter((part) => part !== undefined).join(' ');
}

function unlockCommand(scope: Scope): string {
  return `/release unlock ${words(scope)}`;
}
