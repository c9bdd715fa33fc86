import { describe, expect, test } from 'vitest';
import type { View } from '../../../src/notify/messages/arrival.ts';
import { refusalMessage } from '../../../src/notify/messages/refusal.ts';
import { releaseMessage } from '../../../src/notify/messages/release.ts';
import { unchangedMessage } from '../../../src/notify/messages/unchanged.ts';
import type { Reason } from '../../../src/vocabulary/reasons.ts';
import type { Release, State } from '../../../src/vocabulary/release.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import {
  aDecision,
  anArtifact,
  ana,
  aPlan,
  aRelease,
  aState,
  at,
  aVote,
  bo,
  cy,
  releaseId,
  sha,
} from '../../support/builders.ts';
import { readable } from '../fake-record.ts';

const view: View = { clusters: ['prod-eu', 'prod-us'], commitUrl: 'https://git.acme.test/commit/{commit}' };
const commits = ['Fix the checkout', 'Round <half> up', 'Name *all* taxes'].map((title, index) => ({
  sha: sha(`c${index}`),
  title,
  author: 'Ana Andersen',
}));
const plan = aPlan({ commits, commitCount: 7 });
const release = (state: State, over: Partial<Release> = {}): Release => ({
  ...aRelease({ state, plan, decision: aDecision(), request: { because: 'checkout fix', ref: 'CHG123' } }),
  ...over,
});
const shown = (each: Release, with_: View = view) => readable(releaseMessage(each, with_));
const missing = aDecision({
  kind: 'held',
  expiresAt: at(3_600_000 * 3),
  reasons: [
    {
      code: 'approvals-missing',
      effect: 'hold',
      text: '1 of 2 approvals',
      demand: { from: ['@platform', '@storefront'], count: 2, have: [bo.user], may: [bo.user, cy.user] },
    },
  ],
});
const written = (clusters: Record<string, Verdict>, over: Partial<Release> = {}) =>
  release({ kind: 'written', commit: sha() }, { arrival: { clusters }, votes: [aVote(bo), aVote(cy)], ...over });
const healthy = (ready: number): Verdict => ({
  kind: 'healthy',
  since: at(192_000),
  running: '1.4.2',
  pods: { ready, wanted: ready },
});

describe('the message of a release', () => {
  test('says what was passed, by whom and why, until the end', () => {
    const decision = aDecision({
      overridden: [
        { code: 'frozen', effect: 'hold', policy: 'freeze-window', text: 'production is frozen until 16:00' },
      ],
    });
    for (const state of [
      { kind: 'queued' },
      { kind: 'written', commit: sha() },
      { kind: 'cancelled', by: bo },
    ] as const)
      expect(shown(release(state, { decision }))).toContain(
        '*Override* by <@UANA> of `freeze-window` (production is frozen until 16:00), because: checkout fix.',
      );
  });

  test('asks a second operator to confirm that approvals are passed', () => {
    const decision = aDecision({
      kind: 'held',
      reasons: [
        {
          code: 'override-unconfirmed',
          effect: 'hold',
          text: 'a second operator has to confirm',
          demand: { from: ['mia'], count: 1, have: [], may: [bo.user] },
        },
      ],
      overridden: [{ code: 'approvals-missing', effect: 'hold', policy: 'approvals', text: 'needs 2 approvals' }],
    });
    const words = shown(release({ kind: 'held' }, { decision }));
    expect(words).toContain('*0 of 1 confirmed the override* from mia');
    expect(words).toContain('Confirm web 1.4.2');
    const confirmed = aDecision({ ...decision, kind: 'allowed', reasons: [], confirmedBy: [bo.user] });
    const after = shown(release({ kind: 'queued' }, { decision: confirmed, votes: [aVote(bo)] }));
    expect(after).toContain('Confirmed by <@UBO>');
    expect(after).not.toContain('approved by');
  });

  test('asks for the votes that are missing, with buttons and a deadline', () => {
    expect(shown(release({ kind: 'held' }, { decision: missing, votes: [aVote(bo)] }))).toBe(
      [
        '*<@UANA> asks web 1.4.1 → 1.4.2 in production* (7 commits, 1 line, main).',
        '*1 of 2 approved* from @platform or @storefront: <@UBO>',
        'Expires 15:00 UTC.',
        '~ *Commits*  Fix the checkout (Ana Andersen) · Round &lt;half&gt; up (Ana Andersen) · Name *all* taxes (Ana Andersen) · … 4 more in the thread',
        '~ *Change*  `apps/production/web/kustomization.yaml:7` `newTag: 1.4.1` → `newTag: 1.4.2`',
        '~ because checkout fix · CHG123',
        '[primary: Approve web 1.4.2] [danger: Reject …] [Cancel]',
      ].join('\n'),
    );
  });

  test('says who voted for what was shown before, and that it is asked again', () => {
    const decision = { ...missing, changed: ['the version that runs there: 1.3.9 (was 1.4.1)'] };
    const asked = shown(release({ kind: 'held' }, { decision, votes: [aVote(cy, { bound: 'older' })] }));
    expect(asked).toContain(
      'Asked again: it changed since it was shown.* <@UCY> had approved what was shown before.\n• the version that runs there: 1.3.9 (was 1.4.1)',
    );
  });

  test('shows every demand, met or not, and whose approval counts no longer', () => {
    const approvals = [
      { from: ['@platform'], count: 2, have: [{ user: 'UBO', as: ['@platform'] }] },
      { from: ['@security'], count: 1, have: [{ user: 'UCY', as: ['@security'] }] },
    ];
    const uncounted = [{ user: 'UMIA', because: 'is not in @platform any more' }];
    const words = shown(release({ kind: 'held' }, { decision: { ...missing, approvals, uncounted } }));
    expect(words).toContain('*1 of 1 approved* from @security: <@UCY>');
    expect(words).toContain('The approval of <@UMIA> does not count: is not in @platform any more.');
  });

  test('shows risks and checks before a vote', () => {
    const checks = [
      { name: 'unit', state: 'passed' as const, at: at() },
      { name: 'e2e', state: 'failed' as const, at: at(), url: 'https://ci.acme.test/1' },
    ];
    const risks = [{ kind: 'schema' as const, text: 'changes the schema: migrations/<0012>.sql' }];
    const plan = aPlan({ artifact: anArtifact({ checks }), risks });
    const words = shown({ ...release({ kind: 'held' }, { decision: missing }), plan });
    expect(words).toContain(':warning: changes the schema: migrations/&lt;0012&gt;.sql');
    expect(words).toContain('*Checks*  ✓ unit · ✗ failed: <https://ci.acme.test/1|e2e>');
  });

  test('of a chain says which step it is, and what it waits for', () => {
    const chain = { id: releaseId(1), step: 3, environments: ['dev', 'staging', 'production'], version: '1.4.2' };
    const reason: Reason = { code: 'awaits-step', effect: 'hold', text: 'staging comes first (step 3 of 3)' };
    const { plan: _, ...unplanned } = release(
      { kind: 'held' },
      { chain, decision: aDecision({ kind: 'held', reasons: [reason] }) },
    );
    const words = shown({ ...unplanned, request: { ...unplanned.request, wanted: { kind: 'default' } } });
    expect(words).toContain('*web 1.4.2 → production* waits for staging (step 3 of 3). Asked by <@UANA>.');
    expect(words).toContain('~ dev → staging → *production*');
    expect(words).toContain('[Cancel web 1.4.2]');
    expect(words).not.toContain('comes first');
    expect(shown(release({ kind: 'queued' }, { chain: { ...chain, isReached: true } }))).toContain(
      'step 3 of 3: dev → staging → *production*',
    );
  });

  test('names everything that it waits for where no votes are missing', () => {
    const decision = aDecision({
      kind: 'held',
      reasons: [
        {
          code: 'locked',
          effect: 'hold',
          text: 'locked by mia (audit)',
          next: '`/release unlock production`, by @Mia or *nobody*',
        },
        { code: 'behind-another', effect: 'hold', text: 'bo releases web 1.4.0 first' },
      ],
    });
    const words = shown(release({ kind: 'held' }, { decision }));
    expect(words).toContain('*web 1.4.1 → 1.4.2 → production* waits (7 commits, main). Asked by <@UANA>.');
    expect(words).toContain(
      '• locked by mia (audit). Next: `/release unlock production`, by @Mia or *nobody*\n• bo releases web 1.4.0 first',
    );
    expect(words).toContain('[Cancel web 1.4.2]');
  });

  test('follows each cluster from the commit to ready pods', () => {
    const words = shown(
      written({
        'prod-eu': { kind: 'waiting', stage: 'rollout', because: '2 of 6 pods', since: at(), running: '1.4.1' },
        'prod-us': healthy(4),
      }),
    );
    expect(words).toContain(
      '*web 1.4.2* is written (a1a1a1a) and on its way to production. prod-eu is behind. Asked by <@UANA>, approved by <@UBO> and <@UCY>.',
    );
    expect(words).toContain('`prod-eu` fetched → applied → 2 of 6 pods. Running: 1.4.1');
    expect(words).toContain('`prod-us` healthy, 4/4 pods');
    expect(words).toContain('~ 1.4.1 → 1.4.2 (7 commits, main)');
    expect(words).toContain(`~ Commit <https://git.acme.test/commit/${sha()}|a1a1a1a>`);
  });

  test('ends with pods, people and the time it took', () => {
    const words = shown(written({ 'prod-eu': healthy(6), 'prod-us': healthy(4) }));
    expect(words.split('\n')[0]).toBe(
      '*web 1.4.2 is running in production*: prod-eu 6/6 pods, prod-us 4/4 pods. Asked by <@UANA>, approved by <@UBO> and <@UCY>. 3 m 12 s.',
    );
    expect(words).not.toContain('[');
  });

  test('says where it failed, why, and what people are served there', () => {
    const failed: Verdict = {
      ...{ kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'CrashLoopBackOff, 2 of 4 pods' },
      ...{ since: at(), running: '1.4.1' },
    } as const;
    const words = shown(written({ 'prod-eu': healthy(6), 'prod-us': failed }), { ...view, lastGood: '1.4.1' });
    expect(words.split('\n')[0]).toBe(
      '*web 1.4.2 failed on prod-us*: CrashLoopBackOff, 2 of 4 pods. 1.4.1 still serves there. prod-eu runs 1.4.2. Asked by <@UANA>, approved by <@UBO> and <@UCY>.',
    );
    expect(words).toContain('[danger: Roll back to 1.4.1 (confirm)]');
    expect(shown(written({ 'prod-eu': healthy(6), 'prod-us': failed }))).not.toContain('Roll back to');
  });

  test.each([
    [
      'after it was healthy there',
      { 'prod-us': { healthy: { at: at(1_000) } } },
      ' 2 m 5 s after it was healthy there',
    ],
    ['where it was never healthy', { 'prod-eu': { healthy: { at: at(1_000) } } }, ''],
  ])('says how late it failed: %s', (_, steps, late) => {
    const failed: Verdict = {
      ...{ kind: 'failed', stage: 'rollout', reason: 'OOMKilled', because: 'OOMKilled in 1 of 4 pods' },
      since: at(126_000),
    } as const;
    const before = written({ 'prod-eu': healthy(6), 'prod-us': failed });
    const words = shown({ ...before, arrival: { clusters: before.arrival?.clusters ?? {}, steps } });
    expect(words.split('\n')[0]).toContain(`*web 1.4.2 failed on prod-us*${late}: OOMKilled in 1 of 4 pods.`);
  });

  test('offers to abort what is on its way, and a rollback on its way to nobody', () => {
    const waits: Verdict = { kind: 'waiting', stage: 'rollout', because: '0 of 2 pods', since: at() };
    const open: Verdict = { ...waits, kind: 'unverified' };
    for (const verdict of [waits, open])
      expect(shown(written({ dev: verdict }), { ...view, clusters: ['dev'], lastGood: '1.4.1' })).toContain(
        '[Abort: back to 1.4.1 (confirm)]',
      );
    const release = written({ dev: waits });
    const back = { ...release, request: { ...release.request, intent: 'rollback' as const } };
    expect(shown(back, { ...view, clusters: ['dev'], lastGood: '1.4.1' })).not.toContain('Abort');
  });

  test('says a cause once where there is one cluster', () => {
    const because = 'CrashLoopBackOff in 2 of 4 pods of web';
    const failed: Verdict = {
      kind: 'failed',
      stage: 'rollout',
      reason: 'CrashLoopBackOff',
      because,
      since: at(),
      running: '1.4.1',
    };
    const open: Verdict = { kind: 'unverified', stage: 'rollout', because, since: at(), running: '1.4.1' };
    for (const verdict of [failed, open]) {
      const words = shown(written({ dev: verdict }), { ...view, clusters: ['dev'] });
      expect(words.split(because)).toHaveLength(2);
      expect(words).toContain('1.4.1');
    }
  });

  test('names the machine’s word and the pods where the sentence does not', () => {
    const failed: Verdict = {
      ...{ kind: 'failed', stage: 'rollout', reason: 'OOMKilled', because: 'web was killed.', since: at() },
      pods: { ready: 1, wanted: 4 },
    } as const;
    expect(shown(written({ 'prod-eu': failed, 'prod-us': failed }))).toContain(
      '*web 1.4.2 failed on prod-eu, prod-us*: OOMKilled, web was killed, 1 of 4 pods ready.',
    );
  });

  test('says what is not proven, what runs, and that there is nothing to do', () => {
    const unverified: Verdict = {
      ...{ kind: 'unverified', stage: 'apply', because: "Flux waits for api's health check until 14:32" },
      ...{ since: at(), running: '1.4.1' },
    } as const;
    expect(shown(written({ 'prod-eu': unverified, 'prod-us': healthy(4) })).split('\n')[0]).toBe(
      "*web 1.4.2* is written (a1a1a1a) but not proven on prod-eu: Flux waits for api's health check until 14:32. Running: 1.4.1. Sluice keeps looking; nothing for you to do. Asked by <@UANA>, approved by <@UBO> and <@UCY>.",
    );
  });

  test.each<[State, string]>([
    [{ kind: 'queued' }, '*web 1.4.1 → 1.4.2 → production*: queued. Asked by <@UANA>.'],
    [aState('writing'), '*web 1.4.1 → 1.4.2 → production*: being written. Asked by <@UANA>.'],
    [
      { kind: 'rejected', by: bo, because: 'no <migration>' },
      '*web 1.4.1 → 1.4.2 in production*: rejected by <@UBO>: no &lt;migration&gt;. Asked by <@UANA>.',
    ],
    [{ kind: 'cancelled', by: ana }, '*web 1.4.1 → 1.4.2 in production*: cancelled by <@UANA>.'],
    [{ kind: 'expired' }, '*web 1.4.1 → 1.4.2 in production*: expired: it was not let go in time. Asked by <@UANA>.'],
    [
      { kind: 'superseded', by: releaseId(2) },
      '*web 1.4.1 → 1.4.2 in production*: superseded by a newer request of <@UANA>.',
    ],
  ])('%s', (state, title) => {
    expect(shown(release(state)).split('\n')[0]).toBe(title);
  });

  test.each<State>([
    aState('writing'),
    { kind: 'rejected', by: bo },
    { kind: 'cancelled', by: ana },
    { kind: 'expired' },
    { kind: 'denied' },
    { kind: 'superseded', by: releaseId(2) },
  ])('has no buttons once it is decided ($kind)', (state) => {
    expect(shown(release(state))).not.toContain('[');
  });
});

describe('what the requester is told', () => {
  const denied = (reasons: Reason[]) =>
    readable(refusalMessage(release({ kind: 'denied' }, { decision: aDecision({ kind: 'denied', reasons }) })));

  test('all reasons with numbers, and the next command', () => {
    expect(
      denied([
        {
          ...{ code: 'not-healthy-before', effect: 'deny', text: '1.4.2 was never healthy in staging' },
          ...{ next: '/release web staging 1.4.2', source: 'sluice.yaml:5' },
        } as const,
        {
          code: 'not-authorized',
          effect: 'deny',
          text: 'ana may not release web to production',
          next: 'Ask @storefront',
        },
      ]),
    ).toBe(
      [
        '*Not released*: web 1.4.2 → production.',
        '1. 1.4.2 was never healthy in staging (sluice.yaml:5)',
        '2. ana may not release web to production',
        'Next: `/release web staging 1.4.2` or Ask @storefront',
      ].join('\n'),
    );
  });

  test('also what would only hold, without what to do about that yet', () => {
    expect(
      denied([
        { code: 'branch-not-allowed', effect: 'deny', text: 'built from feature/x', next: '/release artifacts web' },
        { code: 'locked', effect: 'hold', text: 'production is locked by @mia (audit)', next: '/release unlock' },
      ]),
    ).toBe(
      [
        '*Not released*: web 1.4.2 → production.',
        '1. built from feature/x',
        '2. production is locked by @mia (audit)',
        'Next: `/release artifacts web`',
      ].join('\n'),
    );
  });

  test('that it is there already, with its verdict', () => {
    const before = written({ 'prod-eu': healthy(6), 'prod-us': healthy(4) }, { id: releaseId(1) });
    expect(readable(unchangedMessage(release({ kind: 'unchanged' }), before))).toBe(
      '*web 1.4.2* is in production already; nothing was written. It is healthy.',
    );
    const waiting: Verdict = { kind: 'waiting', stage: 'rollout', because: '1 of 2 pods', since: at() };
    const onItsWay = written({ 'prod-eu': waiting }, { id: releaseId(1) });
    expect(readable(unchangedMessage(release({ kind: 'unchanged' }), onItsWay))).toContain(
      'It is on its way: 1 of 2 pods.',
    );
  });
});

test('the text is a sentence for phones and screen readers, whatever the state', () => {
  const { text } = releaseMessage(written({ 'prod-eu': healthy(6), 'prod-us': healthy(4) }), view);
  expect(text).toMatch(/^web 1\.4\.2 is running in production: prod-eu 6\/6 pods/);
});

test('a rollback says so', () => {
  const rollback = release(
    { kind: 'queued' },
    { plan: aPlan({ artifact: anArtifact({ version: '1.4.0' }), backwards: true }) },
  );
  const asked = { ...rollback, request: { ...rollback.request, intent: 'rollback' as const } };
  expect(shown(asked)).toContain('*web 1.4.1 → 1.4.0 → production*: queued. Rolled back by <@UANA>.');
});
