import type { Artifact } from '../../vocabulary/artifact.ts';
import type { HealthyRecord } from '../../vocabulary/proven.ts';
import type { Release } from '../../vocabulary/release.ts';
import {
  code,
  context,
  escapeText,
  foreign,
  type MessageBody,
  mention,
  section,
  shorten,
  spoken,
} from '../../words/blocks.ts';
import { checkBlocks, commitWords, countWords, lineWords } from '../../words/plan-words.ts';
import { typed } from '../command-table.ts';
import { pastWords } from './history.ts';
import { bulleted, day, fitting, reply, stateWords, stepOf, verdictWords, when } from './words.ts';

const voteWords = { approve: 'Approved', reject: 'Rejected', 'take-back': 'Approval taken back' } as const;

/** Everything about one release. */
export function releaseReply(release: Release): MessageBody {
  const { request, plan, votes, decision } = release;
  const clusters = Object.entries(release.arrival?.clusters ?? {}).map(
    ([cluster, verdict]) => `${escapeText(cluster)}: ${verdictWords(verdict)}`,
  );
  const lines = [
    `Asked by ${mention(request.requester.user)} ${day(request.at)}${request.because === undefined ? '' : `, because ${escapeText(request.because)}`}`,
    ...(plan === undefined
      ? []
      : [
          `Artifact ${code(`${plan.artifact.image}:${plan.artifact.version}`)}${plan.artifact.digest === undefined ? '' : ` ${code(plan.artifact.digest.slice(0, 19))}`}, ${countWords(plan)}`,
        ]),
    ...(plan?.lines ?? []).map(lineWords),
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

/** An artifact, and what became of it in one environment. */
export interface Fared {
  readonly environment: string;
  /** Whether Git holds it there now. */
  readonly stands: boolean;
  /** Exactly this version and digest; null where it was never seen healthy. */
  readonly healthy: HealthyRecord | null;
  readonly clusters: readonly string[];
}

/** Everything about one artifact: where it came from, what it brings, and where it has been. */
export function artifactReply(
  artifact: Artifact,
  fared: readonly Fared[],
  releases: readonly Release[],
  next: string | undefined,
): MessageBody {
  const { service, version, image, digest, branch, commit, author, builtAt, commits } = artifact;
  const lines = [
    `*${foreign(service, 80)} ${foreign(version, 130)}* from ${foreign(branch, 100)} ${code(commit.slice(0, 7))}`,
    `Built ${day(builtAt)} by ${foreign(author.replace(/\s*<[^>]*>$/, ''), 80)}`,
    `${code(`${image}:${version}`, 300)}${digest === undefined ? '' : ` ${code(digest.slice(0, 19))}`}`,
  ];
  return {
    text: spoken(`${lines[0]}. ${lines[1]}. ${fared.map(faredWords).join('. ')}.`),
    blocks: [
      section(lines.join('\n')),
      ...checkBlocks(artifact),
      ...(commits.length === 0 ? [] : [section(bulleted('Commits', commits.map(commitWords)))]),
      ...(fared.length === 0 ? [] : [section(bulleted('Where', fared.map(faredWords)))]),
      ...(releases.length === 0 ? [] : [section(bulleted('Releases', releases.map(pastWords)))]),
      ...(next === undefined ? [] : [context(`Release it: ${code(next)}`)]),
    ],
  };
}

function faredWords({ environment, stands, healthy, clusters }: Fared): string {
  const seen = clusters.flatMap((cluster) => {
    const since = healthy?.clusters[cluster];
    const on = clusters.length === 1 ? '' : `${escapeText(cluster)} `;
    return since === undefined ? [] : [`${on}first healthy ${day(since)}`];
  });
  const now = stands ? 'stands there now' : seen.length > 0 ? 'was there' : 'never healthy there';
  return `${escapeText(environment)}: ${[now, ...seen].join(', ')}`;
}

/** The same name in several places: which one is meant? */
export function whichReply(name: string, artifacts: readonly Artifact[]): MessageBody {
  const commands = artifacts
    .slice(0, 10)
    .map(({ service, version }) => code(typed('describe', `${service} ${version}`)));
  return reply(`${code(name)} is an artifact of ${artifacts.length} services.`, `Next: ${commands.join(' or ')}`);
}
