import type { Artifact } from '../vocabulary/artifact.ts';
import type { Plan } from '../vocabulary/release.ts';
import { code, context, foreign, type KnownBlock, link, section } from './blocks.ts';

/** `3 commits`, or `1 commit back` of a step to what was built before. */
export function countWords({ commitCount, backwards }: Pick<Plan, 'commitCount' | 'backwards'>): string {
  const count = commitCount === 1 ? '1 commit' : `${commitCount} commits`;
  return backwards ? `${count} back` : count;
}

/** `3 commits, main`; `3 commits, 1 line, main` where somebody is to look at them. */
export function betweenWords(plan: Plan, withLines = false): string {
  const lines = plan.lines.length === 1 ? '1 line, ' : `${plan.lines.length} lines, `;
  return `${countWords(plan)}, ${withLines ? lines : ''}${foreign(plan.artifact.branch, 100)}`;
}

/** `Fix the checkout (Ana Andersen)`. */
export function commitWords({ title, author }: Plan['commits'][number]): string {
  return `${foreign(title, 80)} (${foreign(author.replace(/\s*<[^>]*>$/, ''), 40)})`;
}

/** `apps/production/shop/kustomization.yaml:9 newTag: 1.4.1 → newTag: 1.4.2`; `new` or `gone` where there is but one of the two. */
export function lineWords({ path, line, before, after }: Plan['lines'][number]): string {
  const [was, is] = [before.trim(), after.trim()];
  const where = code(`${path}:${line}`, 120);
  if (was === '') return `${where} new ${code(is, 80)}`;
  return is === '' ? `${where} gone ${code(was, 80)}` : `${where} ${code(was, 80)} → ${code(is, 80)}`;
}

/** What to look at twice; nothing where there is nothing. */
export function riskBlocks({ risks = [] }: Plan, warnings: readonly { readonly text: string }[] = []): KnownBlock[] {
  const words = [
    ...risks.map(({ text }) => foreign(text, 300)),
    ...warnings.map(({ text }) => `Warning: ${foreign(text, 300)}`),
  ];
  return words.length === 0 ? [] : [section(`:warning: ${words.join(' · ')}`)];
}

const checkMarks = { passed: '✓', failed: '✗ failed:', pending: '… still runs:' } as const;

/** What CI and scanners found out about an artifact. */
export function checkBlocks({ checks = [], vulnerabilities }: Artifact): KnownBlock[] {
  const shown = checks.slice(0, 12).map(({ name, state, url }) => {
    const words = url === undefined ? foreign(name, 80) : link(url, name.slice(0, 80));
    return `${checkMarks[state]} ${words}`;
  });
  const found =
    vulnerabilities === undefined
      ? []
      : [`${vulnerabilities.critical} critical, ${vulnerabilities.high} high vulnerabilities`];
  const words = [...shown, ...found];
  return words.length === 0 ? [] : [context(`*Checks*  ${words.join(' · ')}`)];
}
