import { decide } from '../../src/decision/decide.ts';
import type { Question } from '../../src/decision/question.ts';
import { ruleInput } from '../../src/decision/rule-input.ts';
import { ruleOf } from '../../src/decision/rule-language.ts';
import { linearPattern } from '../../src/doors/linear-pattern.ts';
import { anArtifact, aPlan, aReadFile, aRequest, at, bo, cy, sha, sluiceYaml, someFacts } from '../support/builders.ts';

// decide with 200 policies, 20 of them rules, against a tenth of a tenth in the same run: growth is at most linear. All
// of them hold for the release that is decided, so that each has to be looked at.
const rounds = 400;
const few = 10;
const many = 200;

/** Ten lines of every kind in use; `number` makes each differ from the others. */
function tenLines(number: number): string[] {
  const two = String(number).padStart(2, '0');
  return [
    `{ kind: rule, message: few, expression: 'plan.commitCount < ${100 + number} && plan.titles.all(t, !t.contains("WIP"))' }`,
    ...[1, 2, 3].map(
      (each) => `{ kind: branch-restriction, branches: "^(main|hotfix/.+|release/${number}.${each})$" }`,
    ),
    ...[1, 2].map((each) => `{ kind: approvals, from: ["@platform", "@team-${number}-${each}"], count: 2 }`),
    `{ kind: freeze-window, days: [fri], from: "20:${two}", to: "24:00", timezone: Europe/Copenhagen }`,
    `{ kind: freeze-window, from: "2027-01-01 00:${two}", to: "2027-01-02", timezone: UTC }`,
    `{ kind: checks, checks: [ci, check-${number}], within: 7d, vulnerabilities: { critical: 0 } }`,
    `{ kind: reference, pattern: "^CHG[0-9]+(-${number})?$" }`,
  ];
}

function aQuestion(policies: number): Question {
  const head = sluiceYaml.slice(0, sluiceYaml.indexOf('policies:'));
  const lines = Array.from({ length: policies / 10 }, (_, number) => tenLines(number)).flat();
  const policy = aReadFile(`${head}policies:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  const groups = policy.file.policies.flatMap((line) => (line.kind === 'approvals' ? (line.from ?? []) : []));
  const facts = someFacts({
    policy,
    members: new Map([...someFacts().members, ...groups.map((group) => [group, [bo.user, cy.user]] as const)]),
    checked: {
      checks: ['ci', ...Array.from({ length: 20 }, (_, number) => `check-${number}`)].map(
        (name) => ({ name, state: 'passed', at: at(-60_000) }) as const,
      ),
      vulnerabilities: { critical: 0, high: 1, medium: 2, low: 3, at: at(-60_000) },
    },
  });
  const commits = Array.from({ length: 20 }, (_, index) => ({
    sha: sha('c2'),
    title: `Commit ${index}`,
    author: 'Bo',
  }));
  return {
    request: aRequest({ ref: 'CHG42' }),
    plan: aPlan({ commits, commitCount: 20 }),
    votes: [],
    facts,
    now: at(),
  };
}

function timeMs(run: () => unknown): number {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}

const atPart = (sorted: readonly number[], part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;

const questions = [aQuestion(few), aQuestion(many)] as const;
const codes = questions.map((question) => [...new Set(decide(question).reasons.map(({ code }) => code))].join());
if (codes.some((code) => code !== 'approvals-missing')) throw new Error(`the bench decides something else: ${codes}`);
for (let round = 0; round < 50; round += 1) for (const question of questions) decide(question);
const times: [number[], number[]] = [[], []];
for (let round = 0; round < rounds; round += 1)
  for (const [index, question] of questions.entries()) times[index]?.push(timeMs(() => decide(question)));
const [small, large] = times.map((all) => all.toSorted((a, b) => a - b)) as [number[], number[]];
const line = (policies: number, sorted: readonly number[]) =>
  `decide with ${policies} policies: ${Math.round(1_000 / atPart(sorted, 0.5))} a second, median ${atPart(sorted, 0.5).toFixed(2)} ms, p99 ${atPart(sorted, 0.99).toFixed(2)} ms`;
console.log(line(few, small));
console.log(line(many, large));
console.log(
  `   growth ${(atPart(large, 0.5) / atPart(small, 0.5)).toFixed(1)}x for ${many / few}x the policies (linear: ${many / few}x)`,
);

const usual = ['^main$', '^(main|hotfix/.+)$', '^release/\\d+\\.\\d+$', 'feature', '.*-rc\\.\\d+$'];
const evil = [
  '(a+)+$',
  '(a|aa)+$',
  '(a|a?)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(.*a){12}b',
  '(x+x+)+y',
  '^(\\w+\\s?)*$',
  '(a?){50}a{50}',
  '[ab]*a[ab]{20}[xz]$',
];
const subject = (length: number) =>
  `${Array.from({ length }, (_, index) => (Math.sin(index ** 2) < 0 ? 'a' : 'b')).join('')}!`;
const branches = [subject(12_500), subject(100_000)] as const;
const measured = [...usual, ...evil].map((text) => {
  const pattern = linearPattern(text);
  if (pattern.kind === 'refused') throw new Error(`${text}: ${pattern.because}`);
  const quickest = (branch: string) =>
    Math.min(...Array.from({ length: 5 }, () => timeMs(() => pattern.matches(branch))));
  return { text, short: quickest(branches[0]), long: quickest(branches[1]) };
});
const worst = measured.toSorted((a, b) => b.long - a.long);
console.log(
  `a branch name of 100 kB against ${measured.length} patterns; the slowest, and its growth for 8x the length:`,
);
for (const { text, short, long } of worst.slice(0, 4))
  console.log(`   ${text}  ${long.toFixed(2)} ms, ${(long / Math.max(short, 0.001)).toFixed(1)}x`);
const grown = aPlan({ artifact: anArtifact({ branch: 'a'.repeat(250) }) });
const wholeMs = Math.min(...Array.from({ length: 50 }, () => timeMs(() => decide({ ...questions[1], plan: grown }))));
console.log(`   and all ${many} policies against the longest branch that is taken (250): ${wholeMs.toFixed(2)} ms`);

/** The most expensive expressions that are accepted: as many of a part as still pass. */
const titles = Array.from({ length: 64 }, (_, index) => ({ sha: sha('c2'), title: subject(199), author: `${index}` }));
const input = ruleInput({
  ...questions[0],
  plan: aPlan({ commits: titles }),
  request: aRequest({ because: subject(299) }),
});
const parts = {
  'time zones': ['time.getHours("Europe/Copenhagen") > 30', ' || '],
  durations: ['duration("1h30m20s") == duration("2h")', ' || '],
  globs: ['glob(t, "*a*b*a*b*c")', ' || '],
  searches: ['t.contains("aaaaaaaaab")', ' || '],
  comparisons: ['t + "x" in plan.titles', ' || '],
  patterns: ['re(t, "[ab]*a[ab]{60}[xc]$")', ' || '],
} as const;
const costs = Object.entries(parts).map(([name, [part, joint]]) => {
  let accepted = ruleOf('true');
  for (let count = 1; count < 300; count += 1) {
    const next = ruleOf(`plan.titles.exists(t, ${Array(count).fill(part).join(joint)})`);
    if (next.kind === 'refused') break;
    accepted = next;
  }
  const rule = accepted;
  return {
    name,
    ms: rule.kind === 'rule' ? Math.min(...[1, 2, 3, 4, 5].map(() => timeMs(() => rule.judge(input)))) : 0,
  };
});
const dearest = costs.toSorted((a, b) => b.ms - a.ms);
console.log(
  `the dearest rules that are accepted: ${dearest.map(({ name, ms }) => `${name} ${ms.toFixed(1)} ms`).join(', ')}`,
);
