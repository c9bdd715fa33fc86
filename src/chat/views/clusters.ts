import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import { foreign, header, type MessageBody, section, spoken } from '../../words/blocks.ts';
import type { ClusterOverview } from '../ports.ts';
import { packed, withinMessage } from './packed.ts';
import { reply, sinceWords } from './words.ts';

const namesShown = 4;

/** Every cluster: whether it is heard, which Flux runs there, and what of it is not as it should be; those with trouble first. */
export function clustersReply(clusters: readonly ClusterOverview[], nowMs: number): MessageBody {
  if (clusters.length === 0) return reply('No cluster is watched.');
  const odd = clusters.filter((each) => troubles(each).length > 0 || !each.reachable);
  const calm = clusters.filter((each) => !odd.includes(each));
  const texts = [
    ...odd.map((each) => [headOf(each, nowMs), ...troubles(each).map((line) => `• ${line}`)].join('\n')),
    ...packed(calm.map((each) => headOf(each, nowMs))),
  ];
  const shown = withinMessage(texts);
  return {
    text: spoken(`Clusters: ${[...odd, ...calm].map((each) => said(each)).join('; ')}`),
    blocks: [
      header(clusters.length === 1 ? '1 cluster' : `${clusters.length} clusters`),
      ...shown.map(section),
      ...(shown.length < texts.length ? [section(`… ${texts.length - shown.length} more`)] : []),
    ],
  };
}

/** `✓ prod-eu watched, heard 3 s ago · Flux v2.9.0 · 12 Kustomizations, 3 HelmReleases, 9 services`. */
function headOf(overview: ClusterOverview, nowMs: number): string {
  const { cluster, reachable, kustomizations, helmReleases, services } = overview;
  const isOdd = !reachable || troubles(overview).length > 0;
  const parts = [
    `${isOdd ? '!' : '✓'} *${foreign(cluster, 80)}* ${contactWords(overview, nowMs)}`,
    fluxWords(overview),
    [count(kustomizations, 'Kustomization'), count(helmReleases, 'HelmRelease'), count(services, 'service')].join(', '),
  ];
  return parts.join(' · ');
}

function contactWords({ reachable, staleSince, because, heardAt }: ClusterOverview, nowMs: number): string {
  if (reachable) {
    const ago = heardAt === undefined ? 0 : nowMs - epochMsOf(heardAt);
    return `watched${heardAt === undefined ? '' : `, heard ${ago < 1_000 ? 'just now' : `${spokenDuration(ago)} ago`}`}`;
  }
  const since = staleSince === undefined ? '' : ` ${sinceWords(staleSince, nowMs)}`;
  return `*not reachable*${since}${because === undefined ? '' : ` (${foreign(because, 160)})`}`;
}

function fluxWords({ flux, versions, reachable }: ClusterOverview): string {
  if (flux === 'absent') return '*no Flux*';
  if (versions.length > 0) return `Flux ${some(versions.map((version) => foreign(version, 80)))}`;
  return reachable ? 'Flux version unknown (its Deployments are not seen)' : 'Flux version unknown';
}

function troubles(overview: ClusterOverview): string[] {
  const { suspended, behind, failing, down, missingRights } = overview;
  const line = (word: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`*${word}*: ${some(names.map((name) => foreign(name, 200)))}`];
  return [
    ...line(
      'Failing',
      failing.map(({ object, words }) => `${object} (${words})`),
    ),
    ...line('Behind', behind),
    ...line('Suspended', suspended),
    ...line('Not running', down),
    ...line('May not list and watch', missingRights),
  ];
}

function some(names: readonly string[]): string {
  return [
    ...names.slice(0, namesShown),
    ...(names.length > namesShown ? [`${names.length - namesShown} more`] : []),
  ].join(', ');
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

/** `prod-eu watched, Flux v2.9.0, 1 failing`. */
function said(overview: ClusterOverview): string {
  const { cluster, reachable, failing, behind, suspended } = overview;
  const odd = [
    ...(failing.length > 0 ? [`${failing.length} failing`] : []),
    ...(behind.length > 0 ? [`${behind.length} behind`] : []),
    ...(suspended.length > 0 ? [`${suspended.length} suspended`] : []),
  ];
  return [`${foreign(cluster, 80)} ${reachable ? 'watched' : 'not reachable'}`, fluxWords(overview), ...odd].join(', ');
}
