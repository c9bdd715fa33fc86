import type { Instant } from '../../doors/time.ts';
import { type Release, versionOf } from '../../vocabulary/release.ts';
import type { Verdict } from '../../vocabulary/verdict.ts';
import { code, context, escapeText, type MessageBody, mention, section, spoken } from '../../words/blocks.ts';
import { typed } from '../command-table.ts';
import { day, reply, shortId, stateWords, verdictWords } from './words.ts';

/** One service in one environment: what Git holds, what each cluster shows, and what is on its way there. */
export interface Stand {
  readonly environment: string;
  readonly version: string;
  /** The release that wrote it; absent where none of Sluice's did. */
  readonly written?: Release | undefined;
  readonly clusters: readonly SeenOn[];
  readonly open: readonly Release[];
}

export interface SeenOn {
  readonly cluster: string;
  /** Absent while nothing is known. */
  readonly verdict?: Verdict | undefined;
  /** Since when it is so, where that is known. */
  readonly since?: Instant | undefined;
  /** Since when the cluster does not answer. */
  readonly stale?: Instant | undefined;
}

/** Where a service stands and runs, environment by environment. */
export function whereReply(service: string, stands: readonly Stand[]): MessageBody {
  if (stands.length === 0) return reply(`${escapeText(service)} has no place in any environment yet.`);
  const behind = stands.findLast(({ version }, index) => index > 0 && version !== stands[index - 1]?.version);
  return {
    text: spoken(`${service}: ${stands.map(({ version, environment }) => `${version} in ${environment}`).join(', ')}.`),
    blocks: [
      section(`*${escapeText(service)}*`),
      ...stands.slice(0, 30).map((stand) => section(standWords(stand))),
      ...(behind === undefined
        ? []
        : [context(`What would change: ${code(typed('diff', `${service} ${behind.environment}`))}`)]),
    ],
  };
}

function standWords({ environment, version, written, clusters, open }: Stand): string {
  const by =
    written === undefined ? '' : `, written ${day(written.since)} for ${mention(written.request.requester.user)}`;
  return [
    `*${escapeText(environment)}*  *${escapeText(version)}*${by}`,
    ...clusters.slice(0, 10).map((seen) => `• ${clusterWords(seen, version)}`),
    ...open.slice(0, 5).map((release) => `• On its way: ${onItsWay(release)}`),
  ].join('\n');
}

function clusterWords({ cluster, verdict, since, stale }: SeenOn, version: string): string {
  const name = escapeText(cluster);
  if (stale !== undefined) return `${name}: not seen since ${day(stale)}`;
  if (verdict === undefined) return `${name}: not heard of yet`;
  const running = 'running' in verdict ? verdict.running : undefined;
  const runs = running === undefined ? '' : ` runs ${escapeText(running)}${running === version ? '' : ' still'},`;
  // Healthy is what it runs, not what it is to run.
  if (verdict.kind === 'healthy' && running !== undefined && running !== version) return `${name}${runs.slice(0, -1)}`;
  const time = since === undefined ? '' : ` since ${day(since)}`;
  return `${name}${runs} ${verdictWords(verdict)}${time}`;
}

function onItsWay(release: Release): string {
  const to = versionOf(release) || '…';
  return `*${escapeText(to)}* ${code(shortId(release))} by ${mention(release.request.requester.user)}, ${stateWords(release)}`;
}
