import { type PolicyChange, scopeOfLine } from '../../vocabulary/policy-change.ts';
import {
  actions,
  button,
  code,
  context,
  foreign,
  link,
  type MessageBody,
  mention,
  section,
} from '../../words/blocks.ts';
import { policyWords } from '../../words/policy-words.ts';
import { message, when } from './words.ts';

export interface PolicyView {
  readonly commitUrl?: string | undefined;
  /** `@platform` as a mention that notifies. */
  readonly mentions: ReadonlyMap<string, string>;
}

/** One message for a change of the policies, from the Commit button to the commit. */
export function policyChangeMessage(change: PolicyChange, view: PolicyView): MessageBody {
  const { edit, by, because, state } = change;
  const { environments } = scopeOfLine(edit.line);
  const where = environments === undefined ? '' : ` for ${foreign(environments.join(', '), 100)}`;
  const deed = edit.kind === 'add' ? 'adds a policy' : `removes the policy ${code(edit.id, 100)}`;
  const sentence = `${mention(by.user)} ${deed}${where}: ${foreign(policyWords(edit.line), 300)}. ${stateWords(change, view)}`;
  const why = because === undefined ? [] : [context(`because: ${foreign(because, 300)}`)];
  const diff = change.diff.slice(0, 8).map((line) => code(line, 300));
  return message(sentence, [
    section(sentence),
    section(`${code('sluice.yaml')}\n${diff.join('\n')}`),
    ...why,
    ...(state.kind === 'held' || state.kind === 'queued'
      ? [
          actions(...buttonsOf(change)),
          context(`Typed: ${code(`/release approve ${change.id.slice(-8)}`)}, reject, cancel`),
        ]
      : []),
  ]);
}

function stateWords(change: PolicyChange, { commitUrl, mentions }: PolicyView): string {
  const { state, reasons = [], votes, bound } = change;
  switch (state.kind) {
    case 'queued':
    case 'writing':
      return 'It is on its way.';
    case 'held': {
      const asked = [...new Set(reasons.flatMap(({ demand }) => demand?.from ?? []))];
      const whom =
        asked.length === 0 ? '' : `${asked.map((name) => mentions.get(name) ?? foreign(name, 100)).join(' ')}: `;
      const approved = votes.filter((vote) => vote.bound === bound).map(({ person }) => mention(person.user));
      const so = approved.length === 0 ? '' : ` Approved by ${approved.join(' and ')}.`;
      const until = change.expiresAt === undefined ? '' : ` Expires ${when(change.expiresAt)}.`;
      return `${whom}it waits: ${foreign(reasons.map(({ text }) => text).join('; '), 600)}.${so}${until}`;
    }
    case 'written': {
      const short = state.commit.slice(0, 7);
      const commit = commitUrl === undefined ? code(short) : link(commitUrl.replace('{commit}', state.commit), short);
      const approved = votes.filter((vote) => vote.bound === bound).map(({ person }) => mention(person.user));
      return `Written as ${commit}${approved.length === 0 ? '' : `, approved by ${approved.join(' and ')}`}; it holds from now on.`;
    }
    case 'refused':
      return `Not written: ${foreign(state.because, 500)}.`;
    case 'rejected':
      return `Rejected by ${mention(state.by.user)}${state.because === undefined ? '' : `: ${foreign(state.because, 300)}`}.`;
    case 'withdrawn':
      return `Withdrawn by ${mention(state.by.user)}.`;
    case 'expired':
      return 'Expired: the votes did not come in time.';
  }
}

function buttonsOf(change: PolicyChange): ReturnType<typeof button>[] {
  const votes = (change.reasons ?? []).some(({ demand }) => demand !== undefined);
  const withdraw = button({ text: 'Withdraw', action: 'policy.withdraw', value: change.id });
  if (!votes) return [withdraw];
  return [
    button({ text: 'Approve the change', action: 'policy.approve', value: change.id, style: 'primary' }),
    button({ text: 'Reject', action: 'policy.reject', value: change.id, style: 'danger' }),
    withdraw,
  ];
}
