import { code, context, foreign, type KnownBlock, link, section } from '../../blocks.ts';
import type { Plan, Release } from '../../release.ts';
import { fitting, people } from './words.ts';

const commitsShown = 4;
const linesShown = 3;

/** What those who vote look at, from what matters most to what is quiet: risks, checks, commits, lines, reason. */
export function requestBlocks(release: Release): KnownBlock[] {
  const { plan } = release;
  return [
    ...(plan === undefined ? [] : [...riskBlocks(plan, release), ...checkBlocks(plan), ...changeBlocks(plan)]),
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

function riskBlocks({ risks = [] }: Plan, { decision }: Release): KnownBlock[] {
  const words = [
    ...risks.map(({ text }) => foreign(text, 300)),
    ...(decision?.warnings ?? []).map(({ text }) => `Warning: ${foreign(text, 300)}`),
  ];
  return words.length === 0 ? [] : [section(`:warning: ${words.join(' · ')}`)];
}

const checkMarks = { passed: '✓', failed: '✗ failed:', pending: '… still runs:' } as const;

function checkBlocks({ artifact }: Plan): KnownBlock[] {
  const checks = (artifact.checks ?? []).slice(0, 12).map(({ name, state, url }) => {
    const shown = url === undefined ? foreign(name, 80) : link(url, name.slice(0, 80));
    return `${checkMarks[state]} ${shown}`;
  });
  const { vulnerabilities } = artifact;
  const found =
    vulnerabilities === undefined
      ? []
      : [`${vulnerabilities.critical} critical, ${vulnerabilities.high} high vulnerabilities`];
  const words = [...checks, ...found];
  return words.length === 0 ? [] : [context(`*Checks*  ${words.join(' · ')}`)];
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

function commitWords({ title, author }: Plan['commits'][number]): string {
  return `${foreign(title, 80)} (${foreign(author.replace(/\s*<[^>]*>$/, ''), 40)})`;
}

/** `apps/production/shop/kustomization.yaml:9 newTag: 1.4.1 → newTag: 1.4.2`. */
function lineWords({ path, line, before, after }: Plan['lines'][number]): string {
  return `${code(`${path}:${line}`, 120)} ${code(before.trim(), 80)} → ${code(after.trim(), 80)}`;
}

function reasonBlocks({ request, plan }: Release): KnownBlock[] {
  const words = [
    ...(request.because === undefined ? [] : [`because ${foreign(request.because, 300)}`]),
    ...(request.ref === undefined ? [] : [foreign(request.ref, 100)]),
    ...(plan?.chosen === undefined ? [] : [`chosen: ${foreign(plan.chosen, 200)}`]),
  ];
  return words.length === 0 ? [] : [context(words.join(' · '))];
}
