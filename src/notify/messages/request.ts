import type { Plan, Release } from '../../vocabulary/release.ts';
import { context, foreign, type KnownBlock, section } from '../../words/blocks.ts';
import { checkBlocks, commitWords, lineWords, riskBlocks } from '../../words/plan-words.ts';
import { chainWords } from './chain.ts';
import { fitting, people } from './words.ts';

const commitsShown = 4;
const linesShown = 3;

/** What those who vote look at, from what matters most to what is quiet: risks, checks, commits, lines, reason. */
export function requestBlocks(release: Release): KnownBlock[] {
  const { plan } = release;
  return [
    ...(plan === undefined
      ? []
      : [...riskBlocks(plan, release.decision?.warnings), ...checkBlocks(plan.artifact), ...changeBlocks(plan)]),
    ...reasonBlocks(release),
  ];
}

/** What a long request leaves out of its message, for the thread; nothing of a short one. */
export function detailSections(plan: Plan): KnownBlock[] {
  const more = plan.commitCount - plan.commits.length;
  const commits = [
    ...plan.commits.map((commit) => `• ${commitWords(commit)}`),
    ...(more > 0 ? [`… ${more} more`] : []),
  ];
  const lines = plan.lines.map((line) => `• ${lineWords(line)}`);
  return [
    ...(plan.commitCount > commitsShown ? [section(fitting([`*${plan.commitCount} commits*`, ...commits]))] : []),
    ...(lines.length > linesShown ? [section(fitting([`*${lines.length} lines*`, ...lines]))] : []),
  ];
}

/** What changed since it was shown; votes for that stay visible as such. Null where nothing did. */
export function changedWords({ decision, votes }: Release): string | null {
  const former = votes.filter(({ vote, bound }) => vote === 'approve' && bound !== decision?.bound);
  const changes = decision?.changed ?? [];
  if (former.length === 0 && changes.length === 0) return null;
  const voters = [...new Set(former.map(({ person }) => person.user))];
  const was = voters.length === 0 ? '' : ` ${people(voters)} had approved what was shown before.`;
  return fitting([
    `*Asked again: it changed since it was shown.*${was}`,
    ...changes.map((what) => `• ${foreign(what, 400)}`),
  ]);
}

function changeBlocks(plan: Plan): KnownBlock[] {
  const commits = plan.commits.slice(0, commitsShown).map(commitWords);
  const moreCommits = plan.commitCount - commits.length;
  const lines = plan.lines.slice(0, linesShown).map(lineWords);
  const moreLines = plan.lines.length - lines.length;
  const list = (words: readonly string[], more: number) =>
    [...words, ...(more > 0 ? [`… ${more} more in the thread`] : [])].join(' · ');
  return [
    ...(commits.length === 0 ? [] : [context(`*Commits*  ${list(commits, moreCommits)}`)]),
    ...(lines.length === 0 ? [] : [context(`*Change*  ${list(lines, moreLines)}`)]),
  ];
}

function reasonBlocks(release: Release): KnownBlock[] {
  const { request, plan } = release;
  const chain = chainWords(release);
  const words = [
    ...(chain === null ? [] : [chain]),
    ...(request.because === undefined ? [] : [`because ${foreign(request.because, 300)}`]),
    ...(request.ref === undefined ? [] : [foreign(request.ref, 100)]),
    ...(plan?.chosen === undefined ? [] : [`chosen: ${foreign(plan.chosen, 200)}`]),
  ];
  return words.length === 0 ? [] : [context(words.join(' · '))];
}
