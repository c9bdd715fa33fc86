import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import type { Verdict } from '../../vocabulary/verdict.ts';
import { code, context, escapeText, foreign, header, type MessageBody, section, spoken } from '../../words/blocks.ts';
import type { Lag } from '../ports.ts';
import { packed, withinMessage } from './packed.ts';
import { fitting, reply, sinceWords, when } from './words.ts';

/** One service in one environment, as Git and its clusters show it. */
export interface Standing {
  readonly service: string;
  readonly environment: string;
  /** What Git holds. */
  readonly version: string;
  readonly clusters: readonly SeenOn[];
  /** How it stands to the environments before, or, where there is none, to the newest of the main branch (`main`). */
  readonly lags: readonly { readonly than: string; readonly lag: Lag }[];
  readonly holds: readonly Hold[];
  readonly drifts: number;
}

export interface SeenOn {
  readonly cluster: string;
  /** Absent until it was judged once. */
  readonly verdict?: Verdict | undefined;
  /** Since when the verdict holds, as the record has it. */
  readonly since?: Instant | undefined;
  readonly staleSince?: Instant | undefined;
  readonly suspended: readonly string[];
}

export interface StatusList {
  readonly title: string;
  /** Of the services that are shown, those that need somebody first. */
  readonly standings: readonly Standing[];
  /** How many services are left out. */
  readonly more: number;
  readonly nowMs: number;
}

/** Every service in every environment: what runs there, since when, how healthy, how far behind, and what is odd about it. */
export function statusReply({ title, standings, more, nowMs }: StatusList): MessageBody {
  const [example] = standings;
  if (example === undefined) return reply('Nothing is known about that yet.');
  const services = [...Map.groupBy(standings, ({ service }) => service).values()];
  const calm = services.length === 1 ? [] : services.filter(isCalm);
  const whole = services
    .filter((own) => !calm.includes(own))
    .map((own) => {
      const name = own[0]?.service ?? '';
      const lines = own.map((each) => lineOf(each, nowMs));
      // Of one service alone the title has said it.
      return fitting(name === title ? lines : [`*${foreign(name, 80)}*`, ...lines]);
    });
  const texts = [...whole.map((lines) => lines.join('\n')), ...packed(calm.map((own) => calmLine(own, nowMs)))];
  const shown = withinMessage(texts);
  const left = more + (shown.length < texts.length ? texts.length - shown.length : 0);
  const hints = [
    ...(left > 0 ? [`… ${left} more; name one: ${code(`/release status ${example.service}`)}`] : []),
    `The whole way of one, from commit to pod: ${code(`/release status ${example.service} ${example.environment}`)}`,
  ];
  return {
    text: spoken(`${title}: ${services.flat().map(said).join('; ')}`),
    blocks: [header(title), ...shown.map(section), context(...hints)],
  };
}

/** How much a service needs somebody: 0 where something failed, 4 where there is nothing to say. */
export function urgencyOf(standings: readonly Standing[]): number {
  const seen = standings.flatMap(({ clusters }) => clusters);
  if (seen.some(({ verdict }) => verdict?.kind === 'failed')) return 0;
  const isOdd = seen.some(
    (each) => each.staleSince || each.suspended.length > 0 || each.verdict?.kind === 'unverified',
  );
  if (isOdd || standings.some(({ drifts }) => drifts > 0)) return 1;
  if (seen.some(({ verdict }) => verdict?.kind !== 'healthy') || standings.some(({ holds }) => holds.length > 0))
    return 2;
  return new Set(standings.map(({ version }) => version)).size > 1 ? 3 : 4;
}

/** Healthy everywhere at one version, with nothing newer to take and nothing odd: one line says it. */
function isCalm(standings: readonly Standing[]): boolean {
  return urgencyOf(standings) === 4 && standings.every(({ lags }) => lags.every(({ lag }) => lag.kind === 'same'));
}

function calmLine(standings: readonly Standing[], nowMs: number): string {
  const { service = '', version = '' } = standings[0] ?? {};
  const where = standings.map(({ environment }) => escapeText(environment)).join(', ');
  const since = latest(standings.flatMap(({ clusters }) => clusters));
  return `✓ *${foreign(service, 80)}* ${foreign(version, 130)} in ${where}: healthy${since === undefined ? '' : ` ${sinceWords(since, nowMs)}`}`;
}

/** `✓ production *1.4.0*: healthy 6/6 since Nov 12 · 1 version (3 commits) behind staging · locked by mia (audit)`. */
function lineOf(standing: Standing, nowMs: number): string {
  const { environment, version, clusters, lags } = standing;
  const parts = [
    healthWords(clusters, version, nowMs),
    ...lags.flatMap(({ than, lag }) => lagWords(lag, than) ?? []),
    ...oddities(standing),
  ];
  return `${markOf(standing)} ${escapeText(environment)} *${foreign(version, 130)}*: ${parts.join(' · ')}`;
}

/** For the eye alone: the words beside it say the same. */
function markOf(standing: Standing): string {
  const urgency = urgencyOf([standing]);
  if (urgency <= 1) return urgency === 0 ? '✗' : '!';
  return standing.clusters.every(({ verdict }) => verdict?.kind === 'healthy') ? '✓' : '…';
}

function healthWords(clusters: readonly SeenOn[], version: string, nowMs: number): string {
  const allWell = clusters.every(({ verdict, staleSince }) => verdict?.kind === 'healthy' && staleSince === undefined);
  const since = latest(clusters);
  if (allWell && clusters.length > 0)
    return `healthy${podsOf(clusters)}${since === undefined ? '' : ` ${sinceWords(since, nowMs)}`}`;
  const words = clusters.map((each) => {
    const name = clusters.length === 1 ? '' : `${foreign(each.cluster, 80)} `;
    return `${name}${seenWords(each, version, nowMs)}`;
  });
  return words.length === 0 ? 'on no cluster' : words.join(', ');
}

function seenWords({ verdict, since, staleSince }: SeenOn, version: string, nowMs: number): string {
  const unseen = staleSince === undefined ? '' : `*not seen* ${sinceWords(staleSince, nowMs)}`;
  if (verdict === undefined) return unseen === '' ? 'not looked at yet' : unseen;
  const words = `${kindWords(verdict)}${since === undefined || unseen !== '' ? '' : ` ${sinceWords(since, nowMs)}`}`;
  const because = 'because' in verdict ? `: ${foreign(verdict.because.replace(/\.$/, ''), 160)}` : '';
  const running = 'running' in verdict && verdict.running !== undefined && verdict.running !== version;
  const runs = running ? ` (runs ${foreign(verdict.running ?? '', 130)})` : '';
  return unseen === '' ? `${words}${because}${runs}` : `${words}${runs}, ${unseen}`;
}

function kindWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'healthy':
      return `healthy${podsOf([{ verdict }])}`;
    case 'failed':
      return '*failed*';
    case 'waiting':
      return 'on its way';
    case 'unverified':
      return '*not proven*';
    case 'superseded':
      return `superseded by ${foreign(verdict.by, 130)}`;
    case 'gone':
      return 'gone';
  }
}

function podsOf(clusters: readonly Pick<SeenOn, 'verdict'>[]): string {
  const pods = clusters.flatMap(({ verdict }) =>
    verdict !== undefined && 'pods' in verdict ? (verdict.pods ?? []) : [],
  );
  if (pods.length < clusters.length) return '';
  const sum = (of: 'ready' | 'wanted') => pods.reduce((total, each) => total + each[of], 0);
  return ` ${sum('ready')}/${sum('wanted')}`;
}

/** Since the last of them is as it is. */
function latest(clusters: readonly SeenOn[]): Instant | undefined {
  return clusters
    .flatMap(({ since }) => since ?? [])
    .toSorted((a, b) => epochMsOf(a) - epochMsOf(b))
    .at(-1);
}

function lagWords(lag: Lag, than: string): string | null {
  if (lag.kind === 'same') return null;
  if (lag.kind === 'unknown') return `differs from ${escapeText(than)}`;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const commits = lag.commits === 0 ? '' : ` (${count(lag.commits, 'commit')})`;
  return `${count(lag.versions, 'version')}${commits} ${lag.kind === 'behind' ? 'behind' : 'ahead of'} ${escapeText(than)}`;
}

/** What is odd about it: suspended, locked, frozen, drifted. */
function oddities({ clusters, holds, drifts }: Standing): string[] {
  const paused = clusters.flatMap(({ cluster, suspended }) =>
    suspended.map((object) => `${foreign(object, 100)}${clusters.length === 1 ? '' : ` on ${foreign(cluster, 80)}`}`),
  );
  return [
    ...(paused.length === 0 ? [] : [`*suspended*: ${some(paused)}`]),
    ...(holds.length === 0 ? [] : [some(holds.map(holdMark))]),
    ...(drifts === 0 ? [] : [`*${drifts} ${drifts === 1 ? 'drift' : 'drifts'}*`]),
  ];
}

/** By name and not as a mention: whoever asks in a thread is answered before everybody, and calls nobody. */
function holdMark({ what, by, because, until }: Hold): string {
  const end = until === undefined ? '' : ` until ${when(until)}`;
  return `*${what === 'freeze' ? 'frozen' : 'locked'}* by ${foreign(by.name, 80)}${end} (${foreign(because, 60)})`;
}

function some(words: readonly string[]): string {
  return [...words.slice(0, 2), ...(words.length > 2 ? [`${words.length - 2} more`] : [])].join(', ');
}

/** `web 1.4.1 in dev, healthy`. */
function said({ service, environment, version, clusters }: Standing): string {
  const kinds = clusters.map(({ verdict, staleSince }) =>
    staleSince !== undefined ? 'not seen' : verdict === undefined ? 'not looked at yet' : kindWords(verdict),
  );
  return `${escapeText(service)} ${escapeText(version)} in ${escapeText(environment)}${kinds.length === 0 ? '' : `, ${[...new Set(kinds)].join(' and ')}`}`;
}
