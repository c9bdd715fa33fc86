import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driftMessage } from '../../../src/notify/messages/drift.ts';
import { holdMessage, stillNeededMessage, takenMessage } from '../../../src/notify/messages/hold.ts';
import { refusalMessage } from '../../../src/notify/messages/refusal.ts';
import { releaseMessage } from '../../../src/notify/messages/release.ts';
import { noticeMessage } from '../../../src/notify/messages/standing.ts';
import type { Release, State } from '../../../src/vocabulary/release.ts';
import type { MessageBody } from '../../../src/words/blocks.ts';
import {
  aDecision,
  aHold,
  anArtifact,
  ana,
  aPerson,
  aPlan,
  aRelease,
  at,
  aVote,
  bo,
  sha,
} from '../../support/builders.ts';

const pieces = [
  '<!channel>',
  '<!here|x>',
  '<@UEVIL>',
  '<@UEVIL|bo>',
  '<!subteam^SEVIL>',
  '<http://evil.test|Approve>',
  '<#CEVIL>',
  '<mailto:x@evil.test>',
  '&lt;!channel&gt;',
  '*bold*',
  '_it_',
  '~no~',
  '`code`',
  '```block```',
  '\n> quote',
  '\u202egnp.exe',
  '\u200b',
  '😀'.repeat(30),
  '&'.repeat(400),
  '<'.repeat(400),
  'x'.repeat(5_000),
  '\u0000',
  '|',
  '>',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 40 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

/** Everything in a message that Slack reads as mrkdwn. */
function markupOf(body: MessageBody): string[] {
  const found: string[] = [body.text];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      if ('type' in value && value.type === 'mrkdwn' && 'text' in value && typeof value.text === 'string') {
        found.push(value.text);
        expect(value).toHaveProperty('verbatim', true);
      } else Object.values(value).forEach(collect);
    }
  };
  collect(body.blocks);
  return found;
}

/** Our own markup, which alone may stand in a message. */
const own =
  /<@U(?:ANA|BO|MIA)>|<!date\^\d+\^(?:\{date_short_pretty\} at )?\{time\}\|(?:\d{4}-\d\d-\d\d )?\d\d:\d\d UTC>|<https:\/\/git\.acme\.test\/commit\/[0-9a-f]{40}\|[0-9a-f]{7}>/g;

function check(body: MessageBody): void {
  expect(body.blocks.length).toBeLessThanOrEqual(50);
  expect(body.text.length).toBeLessThanOrEqual(4_000);
  expect(body.text.trim()).not.toBe('');
  let total = 0;
  for (const text of markupOf(body)) {
    total += text.length;
    expect(text.length).toBeLessThanOrEqual(3_000);
    const others = text.replace(own, '');
    expect(others).not.toMatch(/[<>]/);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    // Of our own marks there is always a pair; a foreign one is kept from being one by the character before it.
    expect(others.replace(/\u200b[*_~`]/g, '').replace(/`[^`\n]*`/g, '')).not.toMatch(/[_~`]/);
  }
  expect(total).toBeLessThan(13_000 + 3_000);
}

const states: readonly ((text: string) => State)[] = [
  () => ({ kind: 'held' }),
  () => ({ kind: 'queued' }),
  () => ({ kind: 'denied' }),
  (because) => ({ kind: 'rejected', by: bo, because }),
  () => ({ kind: 'written', commit: sha() }),
];

test('nothing that others wrote becomes a mention, a link or markup of a release, nor breaks a limit', () => {
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom(...states),
      fc.constantFrom('failed', 'waiting', 'unverified'),
      (text, state, kind) => {
        const verdict = { kind, stage: 'rollout', reason: text, because: text, since: at(), running: text } as const;
        const reason = { code: 'locked', text, next: text, source: text } as const;
        const plan = aPlan({
          chosen: text,
          commitCount: 99,
          commits: [1, 2, 3, 4, 5, 6].map(() => ({ sha: sha(), title: text, author: text })),
        });
        const release: Release = {
          ...aRelease({ state: state(text), request: { because: text, ref: text } }),
          plan: { ...plan, artifact: { ...anArtifact(), branch: text, version: text }, from: { version: text } },
          decision: aDecision({
            kind: 'held',
            reasons: [
              { ...reason, effect: 'hold' },
              { ...reason, effect: 'deny' },
              { ...reason, effect: 'deny' },
              { ...reason, effect: 'hold', demand: { from: [text, text], count: 2, have: [bo.user], may: [] } },
            ],
          }),
          votes: [aVote(bo)],
          arrival: { clusters: { dev: verdict } },
        };
        const asked = { ...release, request: { ...release.request, requester: { ...ana, name: text } } };
        check(
          releaseMessage(asked, {
            clusters: ['dev'],
            commitUrl: 'https://git.acme.test/commit/{commit}',
            lastGood: text,
          }),
        );
        check(refusalMessage(asked));
      },
    ),
    { numRuns: 1_500 },
  );
});

test('nor of a drift, a lock or a notice', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      check(
        driftMessage({
          ...{ kind: 'drift', id: 'd', revision: 1, cluster: text, environment: 'dev', since: at() },
          ...{ object: text, field: text, live: text, wanted: text, manager: text, state: { kind: 'open' } },
        } as const),
      );
      const taken = { from: aPerson('bo', { name: text }), at: at() };
      const hold = { ...aHold(), because: text, by: aPerson('mia', { name: text }), taken };
      check(holdMessage(hold));
      check(takenMessage(hold, taken));
      check(stillNeededMessage(hold, at()));
      const notice = {
        kind: 'notice',
        id: 'n',
        revision: 1,
        channel: '#x',
        level: 'alert',
        text,
        since: at(),
      } as const;
      check(noticeMessage({ ...notice, offer: 'resume-lane', about: text, state: { kind: 'active' } }));
      check(noticeMessage({ ...notice, state: { kind: 'ended', at: at(), how: text } }));
    }),
    { numRuns: 1_500 },
  );
});
