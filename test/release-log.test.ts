import { expect, test } from 'vitest';
import { logTransitions } from '../src/release-log.ts';
import type { Release } from '../src/vocabulary/release.ts';
import { aDecision, aPlan, aRelease, at, aVote, bo, releaseId, sha } from './support/builders.ts';

/** What is logged of one step: level, message, and the fields that are not the same in every line. */
function logged(before: Release | null, after: Release) {
  const lines: unknown[] = [];
  const note = (level: string) => (fields: object, message: string) => {
    expect(fields).toMatchObject({ release: after.id, service: 'web', environment: 'production' });
    const { release: _, service: __, environment: ___, ...rest } = Object(fields);
    lines.push([level, message, rest]);
  };
  logTransitions({ debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') })(before, after);
  return lines;
}

const asked = aRelease();
const held = aRelease({
  state: { kind: 'held' },
  decision: aDecision({ kind: 'held', reasons: [{ code: 'approvals-missing', effect: 'hold', text: '<!channel>' }] }),
});
const written = aRelease({ state: { kind: 'written', commit: sha('c9') }, plan: aPlan() });
const failing = {
  ...written,
  arrival: {
    clusters: {
      'prod-eu': { kind: 'failed', stage: 'rollout', reason: 'X', because: 'x'.repeat(900), since: at() },
    },
  },
} as const;

test.each<[string, Release | null, Release, unknown[]]>([
  [
    'a request',
    null,
    asked,
    [['info', 'a release was asked for', { intent: 'release', by: 'UANA', channel: 'C0RELEASES' }]],
  ],
  ['a hold', asked, held, [['info', 'a release is held', { from: 'requested', reasons: ['approvals-missing'] }]]],
  ['a vote', held, { ...held, votes: [aVote()] }, [['info', 'a vote was given', { by: 'UBO', vote: 'approve' }]]],
  ['a commit', asked, written, [['info', 'a release is written', { from: 'requested', commit: sha('c9') }]]],
  [
    'a cancel',
    held,
    { ...held, state: { kind: 'cancelled', by: bo } },
    [['info', 'a release is cancelled', { from: 'held', by: 'UBO' }]],
  ],
  [
    'a newer one',
    held,
    { ...held, state: { kind: 'superseded', by: releaseId(9) } },
    [['info', 'a release is superseded', { from: 'held', by: releaseId(9) }]],
  ],
  [
    'a failure',
    written,
    failing,
    [
      ['info', 'a release is failed in a cluster', { cluster: 'prod-eu', because: 'x'.repeat(300) }],
      ['warn', 'a release failed', { because: 'x'.repeat(300) }],
    ],
  ],
  ['the same verdict again', failing, { ...failing, revision: 9 }, []],
])('%s is a line that carries the release', (_, before, after, lines) => {
  expect(logged(before, after)).toEqual(lines);
});
