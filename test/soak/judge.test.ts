import { describe, expect, test } from 'vitest';
import type { State } from '../../src/vocabulary/release.ts';
import { anArtifact, aPlan, aRelease, at, releaseId, sha } from '../support/builders.ts';
import { differences, type Evidence, unfinished } from './judge.ts';

const commit = sha('c1');
const message = { channel: 'C1', ts: '1.1' };
const healthy = { clusters: { dev: { kind: 'healthy', since: at() } } } as const;

function release(state: State, over: Parameters<typeof aRelease>[0] = {}) {
  const plan = aPlan({ artifact: anArtifact({ version: '1.4.2' }) });
  return aRelease({ plan, message, request: { because: 'soak-1' }, arrival: healthy, ...over, state });
}
const own = release({ kind: 'written', commit });
const root = { release: own.id, ...message };

/** One release as it should be; each case changes one thing of it. */
function evidence(over: Partial<Evidence> = {}): Evidence {
  return {
    asked: [{ mark: 'soak-1', answer: 'accepted' }],
    records: [own],
    commits: [{ commit, release: own.id }],
    roots: [root],
    running: () => '1.4.2',
    ...over,
  };
}

test('a release that was accepted, written, told and is healthy shows no difference', () => {
  expect([...differences(evidence()), ...unfinished(evidence())]).toEqual([]);
});

describe('what must be true at any moment', () => {
  test.each<[string, Partial<Evidence>, RegExp]>([
    ['a lost request', { records: [], commits: [], roots: [] }, /soak-1: accepted, and there is no record/],
    ['a refusal that was none', { asked: [{ mark: 'soak-1', answer: 'refused' }] }, /refused, and there is a record/],
    ['a doubled request', { records: [own, release(own.state, { id: releaseId(2) })] }, /there are 2 records/],
    ['a record of nobody', { asked: [] }, /nobody asked for/],
    ['two commits', { commits: [commit, sha('c2')].map((each) => ({ commit: each, release: own.id })) }, /2 commits/],
    ['a commit of nobody', { records: [], asked: [] }, /in Git as \w+, and there is no record/],
    ['a lost commit', { commits: [] }, /says written, and Git has no commit/],
    ['another commit', { commits: [{ commit: sha('c2'), release: own.id }] }, /its record names another/],
    ['a commit of what was not written', { records: [release({ kind: 'held' })] }, /and its record says held/],
    ['two messages', { roots: [root, { ...root, ts: '2.2' }] }, /2 messages/],
    ['a message of nobody', { records: [], commits: [], asked: [] }, /a message in C1 1.1, and there is no record/],
  ])('%s', (_, over, difference) => {
    expect(differences(evidence(over))).toEqual(expect.arrayContaining([expect.stringMatching(difference)]));
  });

  test.each(['unpromised', 'failed'] as const)('a request that was %s may be on record or not', (answer) => {
    const asked = [{ mark: 'soak-1', answer }];
    expect(differences(evidence({ asked }))).toEqual([]);
    expect(differences(evidence({ asked, records: [], commits: [], roots: [] }))).toEqual([]);
  });
});

describe('what must be true besides when nothing is under way', () => {
  const superseded = { clusters: { dev: { kind: 'superseded', by: '1.4.3', since: at() } } } as const;
  test.each<[string, Partial<Evidence>, RegExp]>([
    ['one that is still open', { records: [release({ kind: 'queued' })] }, /still queued/],
    ['one without a message', { roots: [] }, /no message in Slack/],
    ['a message that its record does not know', { roots: [{ ...root, ts: '2.2' }] }, /its record names 1.1/],
    ['a healthy one that does not run', { running: () => '1.4.1' }, /is healthy; wanted 1.4.2, running 1.4.1/],
    [
      'one that runs and is called superseded',
      { records: [release(own.state, { arrival: superseded })] },
      /is superseded; wanted 1.4.2, running 1.4.2/,
    ],
    [
      'an earlier one that is not superseded',
      { records: [own, release({ kind: 'written', commit: sha('c2') }, { id: releaseId(2) })] },
      /another one is written since, and it is healthy/,
    ],
  ])('%s', (_, over, difference) => {
    expect(unfinished(evidence(over))).toEqual(expect.arrayContaining([expect.stringMatching(difference)]));
  });

  test.each<State>([{ kind: 'unchanged' }, { kind: 'superseded', by: releaseId(2) }])(
    'what is %j before it was planned needs no message',
    (state) => {
      const quiet = aRelease({ state, request: { because: 'soak-1' } });
      expect(unfinished(evidence({ records: [quiet], commits: [], roots: [] }))).toEqual([]);
    },
  );
});
