import { instantOf } from '../../doors/time.ts';
import { type Drift, signalOf } from '../../vocabulary/drift.ts';
import { code, escapeText, type MessageBody } from '../../words/blocks.ts';
import { fluxCommand } from '../../words/drift-words.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { diffReply, driftReply, muteChoices } from '../views/drift.ts';
import { reply, when } from '../views/words.ts';

const endedLimit = 30;
const hourMs = 3_600_000;

/** How long a mute lasts by its button; null until the drift ends. */
const muteSpans: Readonly<Record<string, { readonly ms: number | null; readonly all: boolean }>> = {
  'drift.mute-1h': { ms: hourMs, all: false },
  'drift.mute-8h': { ms: 8 * hourMs, all: false },
  'drift.mute-end': { ms: null, all: false },
  'drift.mute-all-1h': { ms: hourMs, all: true },
  'drift.mute-all-8h': { ms: 8 * hourMs, all: true },
};

export async function listDrift(ports: ChatPorts, environment: string | undefined): Promise<MessageBody> {
  const isMeant = (each: { readonly environment: string }) =>
    environment === undefined || each.environment === environment;
  const [open, ended, mutes] = await Promise.all([ports.drifts(), ports.endedDrifts(500), ports.mutes()]);
  return driftReply({
    open: open.filter(isMeant),
    ended: ended.filter(isMeant).slice(0, endedLimit),
    mutes: mutes.filter(isMeant),
    environment,
  });
}

/** What a click on the message of a drift does; the drift and the rights are read again. */
export async function clickDrift(ports: ChatPorts, asker: Asker, action: string, value: string): Promise<MessageBody> {
  if (action === 'drift.unmute-all') return unmuteAll(ports, asker, value.slice(0, 64));
  const drift = await ports.drift(value.slice(0, 64));
  if (drift === null) return reply('That drift is no longer on record.');
  if (action === 'drift.diff') return showDiff(ports, drift);
  if (drift.state.kind === 'ended')
    return reply('That drift has ended already.', `All of them: ${code('/release drift')}`);
  if (!(await mayHandle(ports, asker, drift)))
    return reply(
      `You may not act on drift in ${escapeText(drift.environment)}: only its releasers and operators may.`,
      `What you may do: ${code(`/release policies ${drift.environment}`)}`,
    );
  if (action === 'drift.reconcile') return reconcile(ports, asker, drift);
  if (action === 'drift.mute') return muteChoices(drift);
  const span = Object.hasOwn(muteSpans, action) ? muteSpans[action] : undefined;
  if (span === undefined) return reply('That button is of an older Sluice; type the command instead.');
  if (span.all && span.ms !== null) return muteAll(ports, asker, drift.environment, span.ms);
  return muteOne(ports, asker, drift, span.ms);
}

async function mayHandle(ports: ChatPorts, { person }: Asker, { service, environment }: Drift): Promise<boolean> {
  const scope = { environment, ...(service === undefined ? {} : { service }) };
  return (
    (await ports.decision.may(person.user, 'releaser', scope)) ||
    (await ports.decision.may(person.user, 'operator', scope))
  );
}

async function showDiff(ports: ChatPorts, drift: Drift): Promise<MessageBody> {
  if (signalOf(drift) !== 'many') return diffReply(drift);
  const members = (await ports.drifts()).filter(({ bundle }) => bundle === drift.id);
  return driftReply({ open: members, ended: [], mutes: [], environment: drift.environment });
}

async function muteOne(ports: ChatPorts, { person }: Asker, drift: Drift, ms: number | null): Promise<MessageBody> {
  const nowMs = ports.clock.now();
  const until = ms === null ? undefined : instantOf(nowMs + ms);
  const by = { user: person.user, name: person.name };
  const muted = { by, at: instantOf(nowMs), ...(until === undefined ? {} : { until }) };
  await ports.changeDrift(drift.id, { muted }, { event: 'drift.muted', by: person });
  return reply(`Muted ${until === undefined ? 'until it ends' : `until ${when(until)}`}. The message says so, too.`);
}

async function muteAll(ports: ChatPorts, { person }: Asker, environment: string, ms: number): Promise<MessageBody> {
  const untilMs = ports.clock.now() + ms;
  await ports.muteEnvironment(environment, person, untilMs);
  await showAgain(ports, environment);
  return reply(
    `Nobody is told of new drift in ${escapeText(environment)} until ${when(instantOf(untilMs))}.`,
    `It is listed, and unmuted, with ${code(`/release drift ${environment}`)}`,
  );
}

async function unmuteAll(ports: ChatPorts, asker: Asker, environment: string): Promise<MessageBody> {
  const mute = (await ports.mutes()).find((each) => each.environment === environment);
  if (mute === undefined) return reply('That mute is over already.');
  const own = mute.by.user === asker.person.user;
  if (!own && !(await ports.decision.may(asker.person.user, 'operator', { environment })))
    return reply('Only who muted it or an operator may unmute it.');
  await ports.unmuteEnvironment(environment, asker.person);
  await showAgain(ports, environment);
  return reply(`${escapeText(environment)} is told of drift again.`);
}

/** Every message that shows the mute is looked at again. */
async function showAgain(ports: ChatPorts, environment: string): Promise<void> {
  for (const drift of await ports.drifts())
    if (drift.environment === environment) await ports.markDirty(`drift/${drift.id}`);
}

/** Asks Flux for a run where that right was given to Sluice; else says what to type. */
async function reconcile(ports: ChatPorts, { person }: Asker, drift: Drift): Promise<MessageBody> {
  const command = fluxCommand('reconcile', drift.appliedBy);
  if (drift.appliedBy === undefined || command === null)
    return reply('Nothing is known of what applies it, so there is nothing to reconcile.');
  const outcome = await ports.reconcile(drift.cluster, drift.appliedBy);
  const typed = `Next: ${code(command, 300)} (on ${escapeText(drift.cluster)})`;
  switch (outcome.kind) {
    case 'asked':
    case 'poked': {
      const asked = { by: { user: person.user, name: person.name }, at: instantOf(ports.clock.now()) };
      await ports.changeDrift(drift.id, { asked }, { event: 'drift.reconciled', by: person });
      if (outcome.kind === 'asked') return reply('Asked Flux for a run now; the message says when it has ended.');
      return reply('Told Flux to fetch now. That makes a run only where Git has something new; else type it.', typed);
    }
    case 'not-granted':
      return reply(`Sluice may not write to ${escapeText(drift.cluster)}, so it cannot ask for a run.`, typed);
    case 'failed':
      return reply(`${escapeText(drift.cluster)} did not take it: ${escapeText(outcome.because)}`, typed);
  }
}
