import { boundOf } from '../../src/decision/bound.ts';
import type { Question } from '../../src/decision/question.ts';
import type { ReadFile } from '../../src/sluice-yaml.ts';
import type { Person } from '../../src/vocabulary/person.ts';
import type { Vote } from '../../src/vocabulary/release.ts';
import { aPlan, aReadFile, aRequest, at, aVote, bo, sluiceYaml, someFacts } from '../support/builders.ts';

/** May web 1.4.2 go to production? It lacks nothing but its two approvals. */
export function aQuestion(over: Partial<Question> = {}): Question {
  return { request: aRequest(), plan: aPlan(), votes: [], facts: someFacts(), now: at(), ...over };
}

/** The company's `sluice.yaml` with these policies besides its own: `withPolicies('kind: reference, pattern: "^CHG"')`. */
export function withPolicies(...lines: readonly string[]): ReadFile {
  return aReadFile(`${sluiceYaml}${lines.map((line) => `  - { ${line} }\n`).join('')}`);
}

/** Somebody's approval of exactly what a question shows. */
export function aVoteOn({ request, plan, facts }: Question, person: Person = bo, over: Partial<Vote> = {}): Vote {
  return aVote(person, { bound: boundOf(request, plan, facts.policy.file), ...over });
}

/** The same question after these people have approved it, one second after the other. */
export function approvedBy(question: Question, voters: readonly Person[]): Question {
  return { ...question, votes: voters.map((person, index) => aVoteOn(question, person, { at: at(index * 1_000) })) };
}
