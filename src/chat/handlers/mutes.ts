import { own } from '../../doors/own.ts';
import { epochMsOf, instantOf, wallTime } from '../../doors/time.ts';
import { slackIdSchema } from '../../vocabulary/person.ts';
import { type Silence, silenceId, type Whose } from '../../vocabulary/silence.ts';
import { code, escapeText, type MessageBody } from '../../words/blocks.ts';
import type { MuteCommand, UnmuteCommand } from '../command.ts';
import type { Directory } from '../directory.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { mutesReply } from '../views/mutes.ts';
import { heldWords, reply, when } from '../views/words.ts';
import { scopeOf } from './hold-rights.ts';
import { endOf } from './holds.ts';

export interface MutePorts extends ChatPorts {
  readonly directory: Pick<Directory, 'membersOf'>;
}

/** So long where nothing else is typed: a working day. */
const defaultMs = 8 * 3_600_000;

/** Keeps mentions and direct messages from whoever typed it, or copies from a squad; that one is told who did so. */
export async function mute(ports: MutePorts, asker: Asker, command: MuteCommand): Promise<MessageBody> {
  const refused = await refusal(ports, asker, command.squad);
  if (refused !== null) return refused;
  const whose = whoseOf(asker, command.squad);
  if (whose === null) return reply('Only a person of this workspace can be muted.');
  const end = endOf(ports, asker, command);
  if (end.kind === 'past')
    return reply(
      `${code(command.until ?? '')} is not a time to come.`,
      `For example ${code(`/release mute ${wordsOf(command)} until 16:00`)}`,
    );
  const until = end.until ?? instantOf(ports.clock.now() + defaultMs);
  const wanted = { whose, ...scopeOf(command), by: asker.person, until };
  await ports.silence(wanted);
  const unmute = `End it with ${code(`/release unmute ${wordsOf(command)}`)}`;
  const about = escapeText(heldWords(command));
  if (command.squad === undefined)
    return reply(
      `Muted until ${when(until)}: you are neither mentioned nor written to about ${about}. The channels still show everything.`,
      unmute,
    );
  const channel = channelOf(ports, command.squad);
  if (channel !== null)
    await ports.notice({
      kind: 'notice',
      id: `silence:${silenceId(wanted)}`,
      channel,
      level: 'info',
      text: `${asker.person.name} has muted ${about} for ${command.squad} until ${wallTime(epochMsOf(until), asker.timeZone)} (${asker.timeZone}): nothing of it is copied here until then. End it with /release unmute ${wordsOf(command)}`,
    });
  return reply(
    `Muted until ${when(until)}: ${escapeText(command.squad)} is not told of ${about}${channel === null ? '' : ` in ${escapeText(channel)}, which says so`}.`,
    unmute,
  );
}

export async function unmute(ports: MutePorts, asker: Asker, command: UnmuteCommand): Promise<MessageBody> {
  const whose = whoseOf(asker, command.squad);
  const holding = await ports.silences();
  const found = whose === null ? undefined : holding.find(({ id }) => id === silenceId({ whose, ...scopeOf(command) }));
  if (found === undefined)
    return reply(
      `${escapeText(heldWords(command))} is not muted${command.squad === undefined ? ' for you' : ` for ${escapeText(command.squad)}`}.`,
      `What is: ${code('/release mutes')}`,
    );
  return end(ports, asker, found);
}

/** By its button. */
export async function unmuteById(ports: MutePorts, asker: Asker, id: string): Promise<MessageBody> {
  const found = (await ports.silences()).find((silence) => silence.id === id);
  return found === undefined ? reply('That has ended already.') : end(ports, asker, found);
}

/** What the asker is not called about, and what squads are not told. */
export async function listMutes(ports: MutePorts, { person }: Asker): Promise<MessageBody> {
  const silences = await ports.silences();
  return mutesReply(
    silences.filter(({ whose }) => whose.kind === 'person' && whose.user === person.user),
    silences.filter(({ whose }) => whose.kind === 'squad'),
  );
}

async function end(ports: MutePorts, asker: Asker, silence: Silence): Promise<MessageBody> {
  const { whose } = silence;
  if (whose.kind === 'person' && whose.user !== asker.person.user)
    return reply('That is muted for somebody else, who alone may end it.');
  const squad = whose.kind === 'squad' ? whose.squad : undefined;
  const refused = await refusal(ports, asker, squad);
  if (refused !== null) return refused;
  await ports.endSilence(silence.id, asker.person);
  const about = escapeText(heldWords(silence));
  if (squad === undefined) return reply(`You are called about ${about} again.`);
  await ports.endNotice(`silence:${silence.id}`, `unmuted by ${asker.person.name}`);
  return reply(`${escapeText(squad)} is told of ${about} again.`);
}

function whoseOf({ person }: Asker, squad: string | undefined): Whose | null {
  if (squad !== undefined) return { kind: 'squad', squad };
  const user = slackIdSchema.safeParse(person.user);
  return user.success ? { kind: 'person', user: user.data } : null;
}

/** A squad is muted by one of its own, an owner of one of its services, or by an operator. */
async function refusal(ports: MutePorts, { person }: Asker, squad: string | undefined): Promise<MessageBody | null> {
  if (squad === undefined || (await ports.decision.may(person.user, 'operator', {}))) return null;
  const owners = new Set(servicesOf(ports, squad).flatMap((service) => ports.catalog.service(service)?.owners ?? []));
  for (const owner of owners) if ((await membersOf(ports, owner)).includes(person.user)) return null;
  const who = owners.size === 0 ? '' : ` (${[...owners].map((owner) => escapeText(owner)).join(', ')})`;
  return reply(`You may not mute ${escapeText(squad)}: that takes one of the squad${who} or an operator.`);
}

function servicesOf({ catalog }: MutePorts, squad: string): string[] {
  return catalog.names().services.filter((service) => catalog.squad(service)?.name === squad);
}

function channelOf(ports: MutePorts, squad: string): string | null {
  const [service] = servicesOf(ports, squad);
  return service === undefined ? null : (ports.catalog.squad(service)?.channel ?? null);
}

/** A user group of Slack, or one person by the name that sluice.yaml gives them. */
async function membersOf(ports: MutePorts, owner: string): Promise<readonly string[]> {
  if (owner.startsWith('@')) return ports.directory.membersOf(owner);
  const snapshot = ports.catalog.snapshot();
  const file = snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file;
  const person = file === undefined ? undefined : own(file.people, owner);
  return person === undefined ? [] : [person.slack];
}

function wordsOf({ squad, service, environment }: Omit<MuteCommand, 'kind'>): string {
  const scope = [service, environment].filter((part) => part !== undefined);
  return [...(squad === undefined ? [] : ['squad', squad]), ...(scope.length === 0 ? ['everything'] : scope)].join(' ');
}
