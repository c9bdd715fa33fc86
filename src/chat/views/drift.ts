import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import { type Drift, signalOf } from '../../vocabulary/drift.ts';
import type { Mute } from '../../vocabulary/mute.ts';
import {
  actions,
  button,
  code,
  context,
  escapeText,
  foreign,
  header,
  type KnownBlock,
  type MessageBody,
  mention,
  section,
  spoken,
} from '../../words/blocks.ts';
import { byClient, fluxCommand, valueWords, whatDrifts } from '../../words/drift-words.ts';
import { day, fitting, when } from './words.ts';

export interface DriftList {
  readonly open: readonly Drift[];
  /** Of the last week, the newest first. */
  readonly ended: readonly Drift[];
  readonly mutes: readonly Mute[];
  readonly environment?: string | undefined;
}

/** What drifts now, what did in the last week, and who is not told of it until when. */
export function driftReply({ open, ended, mutes, environment }: DriftList): MessageBody {
  const where = environment === undefined ? '' : ` in ${escapeText(environment)}`;
  // What is told as one is listed one by one.
  const shown = open.filter((drift) => signalOf(drift) !== 'many').toSorted((a, b) => b.since.localeCompare(a.since));
  const title =
    shown.length === 0 ? `No drift${where}` : `${shown.length} ${shown.length === 1 ? 'drift' : 'drifts'}${where}`;
  const rows = shown.map((drift) => `• ${whatDrifts(drift)}; ${sinceWords(drift)}`);
  const past = ended
    .filter((drift) => signalOf(drift) !== 'many')
    .map((drift) => `• ${day(drift.since)}, ${lastedWords(drift)}: ${whatDrifts(drift)}`);
  const blocks: KnownBlock[] = [
    header(title),
    section(rows.length === 0 ? 'Every cluster matches Git, as far as Sluice watches.' : listOf(rows, 2_900)),
    ...(past.length === 0 ? [] : [section(`*In the last week*\n${listOf(past, 2_500)}`)]),
    ...mutes.slice(0, 10).flatMap(muteRow),
  ];
  return { text: spoken(`${title}. ${rows.join('; ')}`), blocks };
}

function listOf(rows: readonly string[], limit: number): string {
  const shown = fitting(rows, limit);
  return [...shown, ...(rows.length > shown.length ? [`… ${rows.length - shown.length} more`] : [])].join('\n');
}

function muteRow(mute: Mute): KnownBlock[] {
  const words = `${escapeText(mute.environment)} is muted by ${mention(mute.by.user)} until ${when(mute.until)}`;
  return [
    { ...section(words), accessory: button({ text: 'Unmute', action: 'drift.unmute-all', value: mute.environment }) },
  ];
}

function sinceWords({ manager, since, muted }: Drift): string {
  const by = byClient(manager);
  const quiet =
    muted === undefined
      ? ''
      : `, muted by ${mention(muted.by.user)} ${muted.until === undefined ? 'until it ends' : `until ${when(muted.until)}`}`;
  return `${by === '' ? '' : `${by} `}since ${day(since)}${quiet}`;
}

function lastedWords({ state, since }: Drift): string {
  if (state.kind !== 'ended') return 'not over';
  return `${state.how} after ${spokenDuration(epochMsOf(state.at) - epochMsOf(since))}`;
}

/** What exactly differs, for the one who asks. */
export function diffReply(drift: Drift): MessageBody {
  const { object, cluster, field, live, wanted, appliedBy, note } = drift;
  const command = fluxCommand('reconcile', appliedBy);
  const lines = [
    `*${foreign(object, 200)}* on ${foreign(cluster, 80)}`,
    `Field: ${code(field, 300)}`,
    `Live: ${valueWords(live)}`,
    `Git: ${wanted === '' ? 'another value, or none; nobody watched before the edit' : valueWords(wanted)}`,
    ...(note === undefined || note === '' ? [] : [`Flux says: ${foreign(note, 600)}`]),
  ];
  const by = byClient(drift.manager);
  const hints = [
    `${by === '' ? 'Since' : `Changed ${by},`} ${day(drift.since)}`,
    ...(appliedBy === undefined ? [] : [`Brought by ${code(appliedBy, 200)}`]),
    ...(command === null || signalOf(drift) === 'suspended' ? [] : [`Put right at once with ${code(command, 300)}`]),
  ];
  return { text: spoken(lines.join('; ')), blocks: [section(lines.join('\n')), context(...hints)] };
}

/** For how long, and how much of it. */
export function muteChoices(drift: Drift): MessageBody {
  const sentence = `Mute *${foreign(drift.object, 200)}* on ${foreign(drift.cluster, 80)}, or all new drift in ${foreign(drift.environment, 80)}?`;
  const choice = (text: string, action: string) => button({ text, action: `drift.${action}`, value: drift.id });
  return {
    text: spoken(sentence),
    blocks: [
      section(sentence),
      actions(
        choice('This for 1 h', 'mute-1h'),
        choice('This for 8 h', 'mute-8h'),
        choice('This until it ends', 'mute-end'),
        choice(`All of ${drift.environment} for 1 h`, 'mute-all-1h'),
        choice(`All of ${drift.environment} for 8 h`, 'mute-all-8h'),
      ),
      context(`What is muted is still listed: ${code(`/release drift ${drift.environment}`)}`),
    ],
  };
}
