import { own } from '../../doors/own.ts';
import { policyIds } from '../../vocabulary/policy-id.ts';
import type { Reason } from '../../vocabulary/reasons.ts';
import { holdsFor, type Limits } from '../../vocabulary/scope.ts';
import { textTable } from '../../words/text-table.ts';
import { boundOf } from '../bound.ts';
import { decide } from '../decide.ts';
import type { Policy } from '../policy-file.ts';
import type { Question } from '../question.ts';

export type Word = 'agrees' | 'denies' | 'holds' | 'warns' | 'does not hold here';

export interface Explained {
  /** The id of a line, or what Sluice always looks at. */
  readonly policy: string;
  readonly source: string;
  readonly word: Word;
  readonly because: string;
}

/** What every policy says of one release by itself, with the facts that it looked at. */
export function explain(question: Question): readonly Explained[] {
  const { policy } = question.facts;
  const ids = policyIds(policy.file.policies);
  return [
    ...always(question),
    ...policy.file.policies.map((line, index): Explained => {
      const at = { policy: ids[index] ?? line.kind, source: `sluice.yaml:${policy.lineOf(['policies', index])}` };
      if (!holdsFor(line, question.request, policy.file))
        return { ...at, word: 'does not hold here', because: limitsOf(line) };
      const alone = judged(question, [line]);
      const none = new Set(judged(question, []).map(({ code, text }) => `${code} ${text}`));
      const own = alone.filter(({ code, text }) => !none.has(`${code} ${text}`));
      return { ...at, ...verdictOf(own, factsFor(line, question)) };
    }),
  ];
}

/** As people read it in a terminal. */
export function explainTable(rows: readonly Explained[]): string {
  return textTable([
    ['policy', 'where', 'says', 'because'],
    ...rows.map(({ policy, source, word, because }) => [policy, source, word, because]),
  ]);
}

/** What no line of `policies` asks for: rights, the order of environments, locks. */
function always(question: Question): readonly Explained[] {
  const { policy } = question.facts;
  const reasons = judged(question, []);
  const { environment, requester } = question.request;
  const after = own(policy.file.environments, environment)?.after ?? [];
  const row = (name: string, path: readonly PropertyKey[], codes: readonly string[], facts: string): Explained => ({
    policy: name,
    source: path.length === 0 ? '' : `sluice.yaml:${policy.lineOf(path)}`,
    ...verdictOf(
      reasons.filter(({ code }) => codes.includes(code)),
      facts,
    ),
  });
  const known = ['not-authorized', 'not-healthy-before', 'locked'];
  const others = [...new Set(reasons.map(({ code }) => code))].filter((code) => !known.includes(code));
  return [
    row('authorization', ['roles'], ['not-authorized'], `${requester.name} may release there`),
    after.length === 0
      ? {
          policy: 'promotion-order',
          source: `sluice.yaml:${policy.lineOf(['environments', environment])}`,
          word: 'does not hold here',
          because: 'the environment comes after none',
        }
      : row(
          'promotion-order',
          ['environments', environment, 'after'],
          ['not-healthy-before'],
          `it was healthy in ${after.join(' and ')}`,
        ),
    row('locks', [], ['locked'], question.facts.holds.length === 0 ? 'nothing is locked' : 'no lock stops it'),
    ...others.map((code) => row(code, [], [code], '')),
  ];
}

/** All reasons under a file with these lines alone; votes stay bound to what they were cast for. */
function judged(question: Question, policies: readonly Policy[]): readonly Reason[] {
  const { request, plan, facts } = question;
  const file = { ...facts.policy.file, policies: [...policies] };
  const [whole, alone] = [boundOf(request, plan, facts.policy.file), boundOf(request, plan, file)];
  const votes = question.votes.map((vote) => (vote.bound === whole ? { ...vote, bound: alone } : vote));
  const { reasons, warnings = [] } = decide({
    ...question,
    votes,
    facts: { ...facts, policy: { ...facts.policy, file } },
  });
  return [...reasons, ...warnings];
}

function verdictOf(reasons: readonly Reason[], facts: string): { readonly word: Word; readonly because: string } {
  const effect = (['deny', 'hold', 'warn'] as const).find((each) => reasons.some((reason) => reason.effect === each));
  if (effect === undefined) return { word: 'agrees', because: facts };
  const word = ({ deny: 'denies', hold: 'holds', warn: 'warns' } as const)[effect];
  return { word, because: reasons.map(({ text }) => text).join('; ') };
}

function limitsOf({ environments, environment, services, squads }: Limits): string {
  const parts = [
    ...(services === undefined ? [] : [`services ${services.join(', ')}`]),
    ...(squads === undefined ? [] : [`squads ${squads.join(', ')}`]),
    ...(environments === undefined ? [] : [`environments ${environments.join(', ')}`]),
    ...(environment === undefined ? [] : [`environment ${environment}`]),
  ];
  return `it is for ${parts.join(' and ')}`;
}

/** What an agreeing line looked at. */
function factsFor(line: Policy, { request, plan, votes, now }: Question): string {
  switch (line.kind) {
    case 'branch-restriction':
      return `built from ${plan.artifact.branch}`;
    case 'reference':
      return `ticket ${request.ref}`;
    case 'approvals':
      return `approved by ${
        votes
          .filter(({ vote }) => vote === 'approve')
          .map(({ person }) => person.name)
          .join(', ') || 'nobody, and none is needed'
      }`;
    case 'auto-release':
      return `it asks for releases of ${line.branch} and stops none`;
    case 'on-failure':
      return 'it rolls back what fails, and stops nothing';
    case 'freeze-window':
      return `no window holds at ${now.slice(0, 16).replace('T', ' ')} UTC`;
    default:
      return 'nothing speaks against it';
  }
}
