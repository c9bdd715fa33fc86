import { describe, expect, test } from 'vitest';
import { policyChangeMessage } from '../../../src/notify/messages/policy-change.ts';
import { type PolicyChange, policyChangeSchema } from '../../../src/vocabulary/policy-change.ts';
import { aLane, at, aVote, bo, mia, releaseId, sha } from '../../support/builders.ts';

const change = (over: object): PolicyChange =>
  policyChangeSchema.parse({
    kind: 'policy-change',
    id: releaseId(1),
    revision: 1,
    edit: { kind: 'add', item: {}, line: { kind: 'reference', environments: ['production'], pattern: '^<!channel>' } },
    by: mia,
    at: at(),
    because: '*audit*',
    diff: ['+ - { kind: reference }'],
    channel: '#releases',
    lane: aLane,
    head: sha('0e'),
    votes: [aVote(bo, { bound: 'b' })],
    bound: 'b',
    ...over,
  });
const shown = (over: object) => {
  const { text, blocks } = policyChangeMessage(change(over), {
    commitUrl: 'https://git.test/{commit}',
    mentions: new Map([['@platform', '<!subteam^S1>']]),
  });
  return { text: text.replaceAll('\u200b', ''), all: JSON.stringify(blocks) };
};
const demand = { from: ['@platform'], count: 2, have: [], may: [] };
const waits = {
  state: { kind: 'held' },
  reasons: [{ code: 'approvals-missing', effect: 'hold', text: 'needs 2 approvals', demand }],
};

describe('the message of a change of the policies', () => {
  test.each<[string, object, string]>([
    [
      'waits, and notifies those who may vote',
      waits,
      '<@UMIA> adds a policy for production: a ticket like ^&lt;!channel&gt;. <!subteam^S1>: it waits: needs 2 approvals. Approved by <@UBO>.',
    ],
    [
      'is written',
      { state: { kind: 'written', commit: sha('aa') } },
      `Written as <https://git.test/${sha('aa')}|aaaaaaa>, approved by <@UBO>; it holds from now on.`,
    ],
    ['is refused', { state: { kind: 'refused', because: 'no' } }, 'Not written: no.'],
    ['is rejected', { state: { kind: 'rejected', by: bo, because: 'why?' } }, 'Rejected by <@UBO>: why?.'],
    ['is withdrawn', { state: { kind: 'withdrawn', by: mia } }, 'Withdrawn by <@UMIA>.'],
    ['expires', { state: { kind: 'expired' } }, 'Expired: the votes did not come in time.'],
  ])('%s', (_, over, words) => {
    expect(shown(over).text).toContain(words);
  });

  test('has buttons only while it waits', () => {
    expect(shown(waits).all).toContain('policy.approve');
    expect(shown({ state: { kind: 'queued' } }).all).toContain('policy.withdraw');
    expect(shown({ state: { kind: 'queued' } }).all).not.toContain('policy.approve');
    expect(shown({ state: { kind: 'written', commit: sha('aa') } }).all).not.toContain('policy.');
  });

  test('names what is taken out by its id', () => {
    const edit = { kind: 'remove', id: 'ticket', line: { kind: 'reference', pattern: 'x' } };
    expect(shown({ edit, state: { kind: 'queued' } }).text).toContain('removes the policy ticket: a ticket like x');
  });
});
