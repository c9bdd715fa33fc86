import type { RichTextBlock, RichTextList, RichTextSection, RichTextText } from '@slack/types';
import { epochMsOf, type Instant } from '../../doors/time.ts';
import type { Delivery, DeliveryNode } from '../../vocabulary/delivery.ts';
import type { Verdict } from '../../vocabulary/verdict.ts';
import {
  code,
  context,
  escapeText,
  flat,
  foreign,
  header,
  type KnownBlock,
  type MessageBody,
  section,
  spoken,
} from '../../words/blocks.ts';
import { momentFormat, reply, sinceWords, timeOrDay, verdictWords } from './words.ts';

export interface WholeWay {
  readonly service: string;
  readonly environment: string;
  readonly deliveries: readonly Delivery[];
  /** Clusters of the environment of which nothing is known yet. */
  readonly missing: readonly string[];
  readonly nowMs: number;
}

/** All blocks of a message hold about 13,200 characters (bolt-js#2509). */
const clustersShown = 10;
const textLimit = 11_500;

/** The way from the commit to the pods, cluster by cluster, those that have not arrived first. */
export function deliveryReply({ service, environment, deliveries, missing, nowMs }: WholeWay): MessageBody {
  const [first] = deliveries;
  const title = `${service} in ${environment}`;
  if (first === undefined)
    return reply(`Nothing is known yet of ${escapeText(title)}.`, `What is: ${code('/release status')}`);
  const ordered = deliveries.toSorted((a, b) => Number(hasArrived(a.verdict)) - Number(hasArrived(b.verdict)));
  const limit = Math.min(2_900, Math.floor(textLimit / Math.min(ordered.length, clustersShown)));
  const shown = ordered.slice(0, clustersShown);
  const left = ordered.length - shown.length;
  const hints = [
    ...missing.slice(0, 5).map((cluster) => `${escapeText(cluster)}: not looked at yet`),
    ...(left > 0 ? [`… ${left} more clusters, where all of it has arrived or is told above`] : []),
  ];
  return {
    text: spoken(
      `${title}: ${ordered.map(({ cluster, version, verdict }) => `${version} on ${cluster} ${verdict === undefined ? 'not looked at yet' : verdictWords(verdict)}`).join('; ')}`,
    ),
    blocks: [
      header(title),
      section(commitLine(first, nowMs)),
      ...shown.flatMap((delivery) => clusterBlocks(delivery, limit, nowMs)),
      ...(hints.length === 0 ? [] : [context(...hints)]),
    ],
  };
}

function hasArrived(verdict: Verdict | undefined): boolean {
  return verdict?.kind === 'healthy';
}

function commitLine({ version, commit, branch, writtenAt }: Delivery, nowMs: number): string {
  const written = writtenAt === undefined ? '' : `, written by Sluice ${timeOrDay(writtenAt, nowMs)}`;
  return `✓ Git: ${code(commit.slice(0, 7))} in ${escapeText(branch)} holds *${foreign(version, 130)}*${written}`;
}

/** Its head, and below it the tree: a list that is set in by depth, which a narrow window breaks where it should. */
function clusterBlocks(delivery: Delivery, limit: number, nowMs: number): KnownBlock[] {
  const { cluster, verdict, staleSince, nodes } = delivery;
  const stale =
    staleSince === undefined ? '' : `\n*Not seen ${sinceWords(staleSince, nowMs)}*: what follows is as it was then.`;
  const head = `*${foreign(cluster, 80)}*: ${summary(verdict, nodes.some(isMarked), nowMs)}${stale}`;
  const rows = nodes.flatMap((node) => rowsOf(node, 0, verdict, nowMs));
  let left = limit - head.length;
  const end = rows.findIndex(({ row }) => {
    left -= row.reduce((sum, element) => sum + (element.type === 'text' ? element.text.length : 20), 0);
    return left < 0;
  });
  const shown = end === -1 ? rows : rows.slice(0, end);
  const more: Row[] = end === -1 ? [] : [{ depth: 0, row: [words(`… ${rows.length - end} more`)] }];
  return [section(head), ...(rows.length === 0 ? [] : [tree([...shown, ...more])])];
}

/** Where a node below says what it waits for, the head does not. */
function summary(verdict: Verdict | undefined, marked: boolean, nowMs: number): string {
  if (verdict === undefined) return 'not looked at yet';
  const runs = 'running' in verdict && verdict.running !== undefined ? `, runs ${foreign(verdict.running, 130)}` : '';
  const since = sinceWords(verdict.since, nowMs);
  switch (verdict.kind) {
    case 'healthy':
      return `healthy ${since}${verdict.note === undefined ? '' : ` (${foreign(verdict.note, 200)})`}`;
    case 'waiting':
    case 'unverified':
    case 'failed': {
      const word = { waiting: 'on its way', unverified: '*not proven*', failed: '*failed*' }[verdict.kind];
      return marked ? `${word}${runs}` : `${word} ${since}${runs}: ${foreign(verdict.because, 400)}`;
    }
    default:
      return verdictWords(verdict);
  }
}

function isMarked(node: DeliveryNode): boolean {
  return node.state === 'here' || node.state === 'failed' || node.below.some(isMarked);
}

type Element = RichTextSection['elements'][number];
interface Row {
  readonly depth: number;
  readonly row: readonly Element[];
}

function tree(rows: readonly Row[]): RichTextBlock {
  const elements = rows.map(
    ({ depth, row }): RichTextList => ({
      type: 'rich_text_list',
      style: 'bullet',
      indent: Math.min(depth, 8),
      elements: [{ type: 'rich_text_section', elements: [...row] }],
    }),
  );
  return { type: 'rich_text', elements };
}

type Stopped = Extract<Verdict, { readonly kind: 'waiting' | 'unverified' | 'failed' }>;

const marks = { done: '✓', here: '➜', failed: '✗', open: '○' } as const;

function rowsOf(node: DeliveryNode, depth: number, verdict: Verdict | undefined, nowMs: number): Row[] {
  const what = `${marks[node.state]} ${node.aside === true ? 'after ' : ''}${flat(node.what, 120)}`;
  const facts = flat(node.facts, 160);
  const own = [facts, flat(node.words, 240)].filter((part) => part !== '').join('; ');
  const row =
    isHere(node) && isStopped(verdict)
      ? hereRow(what, facts, verdict, nowMs)
      : [words(`${what}${own === '' ? '' : `: ${own}`}`)];
  return [{ depth, row }, ...node.below.flatMap((below) => rowsOf(below, depth + 1, verdict, nowMs))];
}

function isHere({ state }: DeliveryNode): boolean {
  return state === 'here' || state === 'failed';
}

function isStopped(verdict: Verdict | undefined): verdict is Stopped {
  return verdict?.kind === 'waiting' || verdict?.kind === 'unverified' || verdict?.kind === 'failed';
}

/** `Kustomization shop waits here since 14:03: Flux waits for api's health check (still at main@a1b2c3d)`. */
function hereRow(what: string, facts: string, { kind, because, since }: Stopped, nowMs: number): Element[] {
  const word = { waiting: 'waits here', unverified: 'is as far as it got', failed: 'failed' }[kind];
  return [
    { ...words(`${what} ${word} since `), style: { bold: true } },
    moment(since, nowMs),
    words(`: ${flat(because, 400)}${facts === '' ? '' : ` (${facts})`}`),
  ];
}

function words(text: string): RichTextText {
  return { type: 'text', text };
}

function moment(instant: Instant, nowMs: number): Element {
  const { format, fallback } = momentFormat(instant, nowMs);
  return { type: 'date', timestamp: Math.floor(epochMsOf(instant) / 1000), format, fallback, style: { bold: true } };
}
