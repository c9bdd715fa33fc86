import {
  code,
  context,
  escapeText,
  header,
  link,
  type MessageBody,
  mention,
  section,
  shorten,
  spoken,
} from '../../blocks.ts';
import { type Artifact, type Release, severitySchema } from '../../release.ts';
import { spokenDuration } from '../../time.ts';
import type { ClusterStatus } from '../ports.ts';
import { day, reply, shortId, stateWords, stepOf, verdictWords, when } from './words.ts';

const rowLimit = 20;

/** A titled list that says how much of it is not shown. */
function list(title: string, rows: readonly string[], hint?: string): MessageBody {
  const shown = fitting(rows);
  const more = rows.length > shown.length ? [`… ${rows.length - shown.length} more`] : [];
  return {
    text: spoken(`${title}: ${shown.join('; ')}`),
    blocks: [header(title), section([...shown, ...more].join('\n')), ...(hint === undefined ? [] : [context(hint)])],
  };
}

/** Whole rows only: one that is cut could end in the middle of a mention or a link. */
export function fitting(rows: readonly string[], limit = 2_900): readonly string[] {
  let left = limit;
  const end = rows.slice(0, rowLimit).findIndex((row) => {
    left -= row.length + 1;
    return left < 0;
  });
  return rows.slice(0, end === -1 ? rowLimit : end);
}

export function queueReply(open: readonly Release[], nowMs: number): MessageBody {
  if (open.length === 0) return reply('Nothing waits.');
  const rows = open.map((release) => {
    const age = spokenDuration(nowMs - Date.parse(release.request.at));
    return `• ${code(shortId(release))} *${stepOf(release)}* by ${mention(release.request.requester.user)}, ${age}: ${stateWords(release)}`;
  });
  return list(
    `${open.length} ${open.length === 1 ? 'release waits' : 'releases wait'}`,
    rows,
    `Withdraw one with ${code(`/release cancel ${open[0] === undefined ? '' : shortId(open[0])}`)}`,
  );
}

export function historyReply(releases: readonly Release[], what: string): MessageBody {
  if (releases.length === 0) return reply(`There are no releases${what === '' ? '' : ` of ${escapeText(what)}`} yet.`);
  const rows = releases.map(
    (release) =>
      `• ${day(release.request.at)} ${code(shortId(release))} *${stepOf(release)}* by ${mention(release.request.requester.user)}: ${stateWords(release)}`,
  );
  return list(`History${what === '' ? '' : ` of ${what}`}`, rows);
}

export function artifactsReply(service: string, artifacts: readonly Artifact[]): MessageBody {
  if (artifacts.length === 0)
    return reply(`There are no artifacts of ${escapeText(service)} yet; CI says so with POST /artifacts.`);
  const rows = artifacts.map((artifact) => {
    const { version, branch, commit, author, commits, builtAt } = artifact;
    const title = commits[0]?.title;
    const said = title === undefined ? '' : `: ${escapeText(shorten(title, 80))}`;
    const found = checkWords(artifact);
    return `• *${escapeText(version)}* ${escapeText(branch)} ${code(commit.slice(0, 7))}, ${day(builtAt)}, ${escapeText(author)}${said}${found === '' ? '' : ` · ${found}`}`;
  });
  return list(
    `Artifacts of ${service}`,
    rows,
    `Release one with ${code(`/release ${service} dev ${artifacts[0]?.version ?? ''}`)}`,
  );
}

/** `✓ ci, ✗ scan, … e2e; 1 critical, 2 high`; a check with an address is a link to it. */
function checkWords({ checks = [], vulnerabilities }: Artifact): string {
  const mark = { passed: '✓', failed: '✗', pending: '…' } as const;
  const shown = checks.slice(0, 8).map(({ name, state, url }) => {
    const label = shorten(name, 40);
    return `${mark[state]} ${url === undefined ? escapeText(label) : link(url, label)}`;
  });
  const more = checks.length > shown.length ? [`${checks.length - shown.length} more checks`] : [];
  const counts = severitySchema.options
    .filter((severity) => (vulnerabilities?.[severity] ?? 0) > 0)
    .map((severity) => `${vulnerabilities?.[severity]} ${severity}`);
  const scan =
    vulnerabilities === undefined ? [] : [counts.length === 0 ? 'no known vulnerabilities' : counts.join(', ')];
  return [[...shown, ...more].join(', '), ...scan].filter((part) => part !== '').join('; ');
}

export function clustersReply(clusters: readonly ClusterStatus[]): MessageBody {
  if (clusters.length === 0) return reply('No cluster is watched.');
  const rows = clusters.map(
    ({ cluster, reachable, staleSince, services }) =>
      `• *${escapeText(cluster)}* ${reachable ? 'watched' : `not reachable${staleSince === undefined ? '' : ` since ${when(staleSince)}`}`}, ${services.length} services`,
  );
  return list('Clusters', rows);
}

const voteWords = { approve: 'Approved', reject: 'Rejected', 'take-back': 'Approval taken back' } as const;

/** Everything about one release. */
export function describeReply(release: Release): MessageBody {
  const { request, plan, votes, decision } = release;
  const clusters = Object.entries(release.arrival?.clusters ?? {}).map(
    ([cluster, verdict]) => `${escapeText(cluster)}: ${verdictWords(verdict)}`,
  );
  const lines = [
    `Asked by ${mention(request.requester.user)} ${day(request.at)}${request.because === undefined ? '' : `, because ${escapeText(request.because)}`}`,
    ...(plan === undefined
      ? []
      : [
          `Artifact ${code(`${plan.artifact.image}:${plan.artifact.version}`)}${plan.artifact.digest === undefined ? '' : ` ${code(plan.artifact.digest.slice(0, 19))}`}, ${plan.commitCount} commits`,
        ]),
    ...(plan?.lines ?? []).map(
      ({ path, line, before, after }) =>
        `${code(`${path}:${line}`)} ${code(shorten(before, 60))} → ${code(shorten(after, 60))}`,
    ),
    ...votes.map(
      ({ person, vote, at, bound, as = [], because }) =>
        `${voteWords[vote]} by ${mention(person.user)} ${when(at)}${as.length === 0 ? '' : `, of ${escapeText(as.join(' and '))}`}${because === undefined ? '' : `: ${escapeText(because)}`}${bound === decision?.bound ? '' : ' (for what was shown before)'}`,
    ),
    ...(decision?.approvals ?? []).map(
      ({ from, count, have }) =>
        `${have.length} of ${count} from ${escapeText(from.join(' or '))}${have.length === 0 ? '' : `: ${have.map(({ user, as }) => `${mention(user)} (${escapeText(as.join(', '))})`).join(', ')}`}`,
    ),
    ...(decision?.uncounted ?? []).map(({ user, because }) => `Not counted: ${mention(user)} ${escapeText(because)}`),
    ...(decision?.overridden ?? []).map(
      ({ policy = '', text }) => `Overridden: ${code(policy)} ${escapeText(shorten(text, 200))}`,
    ),
    ...(release.review?.done === undefined
      ? []
      : [
          `Reviewed by ${mention(release.review.done.by.user)} ${day(release.review.done.at)}${release.review.done.because === undefined ? '' : `: ${escapeText(shorten(release.review.done.because, 200))}`}`,
        ]),
    ...(decision?.policy === undefined ? [] : [`Decided by sluice.yaml ${code(decision.policy.slice(0, 7))}`]),
    ...(release.state.kind === 'written' ? [`Commit ${code(release.state.commit.slice(0, 7))}`] : []),
    ...clusters,
  ];
  return {
    text: spoken(`${stepOf(release)}: ${stateWords(release)}`),
    blocks: [
      section(`*${stepOf(release)}* (${code(release.id)})\n${stateWords(release)}`),
      section(fitting(lines).join('\n')),
    ],
  };
}
