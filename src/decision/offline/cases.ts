import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import type { ReadFile } from '../../sluice-yaml.ts';
import { type Decision, reasonCodeSchema } from '../../vocabulary/reasons.ts';
import { textTable } from '../../words/text-table.ts';
import { decide } from '../decide.ts';
import { type Given, givenSchema, givenShape } from './given.ts';
import { questionOf } from './question-of.ts';

const kindSchema = z.enum(['allowed', 'held', 'denied']);
const expectSchema = z
  .union([
    kindSchema,
    z.strictObject({
      decision: kindSchema,
      reasons: z.array(reasonCodeSchema).optional().describe('Exactly these codes, in any order; default: any'),
      warnings: z.array(reasonCodeSchema).optional(),
    }),
  ])
  .describe('What must be decided')
  .meta({ examples: ['allowed', { decision: 'denied', reasons: ['not-healthy-before'] }] });

/** A file of cases that stands beside `sluice.yaml`. */
export const casesSchema = z.strictObject({
  policies: z
    .string()
    .default('sluice.yaml')
    .describe('The file that decides, relative to this one')
    .meta({ examples: ['sluice.yaml'] }),
  given: givenSchema.prefault({}).describe('What holds in every case that does not say otherwise'),
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        ...z.object(givenShape).partial().shape,
        expect: expectSchema,
      }),
    )
    .min(1)
    .meta({
      examples: [[{ name: 'web goes to dev', request: { service: 'web', environment: 'dev' }, expect: 'allowed' }]],
    }),
});
export type Cases = z.infer<typeof casesSchema>;

export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: string;
  readonly decided: string;
  /** What the decision says, where it is not the expected one. */
  readonly details: readonly string[];
}

/** Decides every case under a file. */
export function runCases(policy: ReadFile, { given, cases }: Cases): readonly CaseResult[] {
  return cases.map(({ name, expect, ...own }): CaseResult => {
    const expected = typeof expect === 'string' ? { decision: expect } : expect;
    try {
      const decision = decide(questionOf(policy, merged(given, own)));
      const passed =
        decision.kind === expected.decision &&
        isSame(expected.reasons, codesOf(decision.reasons)) &&
        isSame(expected.warnings, codesOf(decision.warnings ?? []));
      return {
        name,
        passed,
        expected: words(expected.decision, expected.reasons),
        decided: words(decision.kind, codesOf(decision.reasons)),
        details: passed ? [] : detailsOf(decision),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const decided = 'could not be decided';
      return {
        name,
        passed: false,
        expected: words(expected.decision, expected.reasons),
        decided,
        details: [error.message],
      };
    }
  });
}

/** What people read in a terminal: a row for each case, and the reasons of those that went otherwise. */
export function casesTable(results: readonly CaseResult[]): string {
  const rows = results.map(({ name, passed, expected, decided }) => [
    passed ? 'ok' : 'FAILED',
    name,
    expected,
    decided,
  ]);
  const failed = results.filter(({ passed }) => !passed);
  const details = failed.flatMap(({ name, details: lines }) => ['', `${name}:`, ...lines.map((line) => `  ${line}`)]);
  const count =
    failed.length === 0
      ? `All ${results.length} as expected.`
      : `${failed.length} of ${results.length} went otherwise.`;
  return [textTable([['', 'case', 'expected', 'decided'], ...rows]), ...details, '', count].join('\n');
}

/** A case says more than what is given to all; of request, artifact, healthy and members part by part. */
function merged(given: Given, own: Given): Given {
  return {
    ...given,
    ...own,
    request: { ...given.request, ...own.request },
    artifact: { ...given.artifact, ...own.artifact },
    healthy: { ...given.healthy, ...own.healthy },
    members: { ...given.members, ...own.members },
  };
}

function codesOf(reasons: Decision['reasons']): readonly string[] {
  return reasons.map(({ code }) => code);
}

function isSame(expected: readonly string[] | undefined, codes: readonly string[]): boolean {
  return expected === undefined || [...new Set(expected)].toSorted().join() === [...new Set(codes)].toSorted().join();
}

function words(kind: string, codes: readonly string[] = []): string {
  return codes.length === 0 ? kind : `${kind}: ${[...new Set(codes)].join(', ')}`;
}

function detailsOf({ reasons, warnings = [] }: Decision): readonly string[] {
  const all = [...reasons, ...warnings].map(
    ({ code, text, source }) => `${code}: ${text}${source === undefined ? '' : ` (${source.replace(/@.*/, '')})`}`,
  );
  return all.length === 0 ? ['nothing speaks against it'] : all;
}
