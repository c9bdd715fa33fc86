import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commitMessage, readTrailers } from '../../src/gitops/commit-message.ts';
import { aDecision, anArtifact, ana, aPerson, aPlan, aRelease, aVote, bo, cy, releaseId } from '../support/builders.ts';

/** As git itself reads them. */
function byGit(message: string): string[] {
  const options = { input: message, encoding: 'utf8' } as const;
  return execFileSync('git', ['interpret-trailers', '--parse'], options).trim().split('\n');
}

describe('the message of a release', () => {
  test('is a sentence, the step, the reason and trailers', () => {
    const release = aRelease({
      plan: aPlan(),
      decision: aDecision(),
      votes: [
        aVote(bo),
        aVote(cy),
        aVote(aPerson('late'), { bound: 'other' }),
        aVote(aPerson('no'), { vote: 'reject' }),
      ],
      request: { because: 'checkout fix', ref: 'CHG123' },
    });
    expect(commitMessage(release)).toBe(`Release web 1.4.2 to production

web 1.4.1 → 1.4.2 (1 commit, main)
because: checkout fix
ref: CHG123

Sluice-Release: ${releaseId()}
Sluice-Service: web
Sluice-Environment: production
Sluice-Version: 1.4.2
Sluice-Digest: ${anArtifact().digest}
Sluice-Intent: release
Sluice-Requested-By: ana <ana@example.com> (slack:UANA)
Sluice-Reference: CHG123
Sluice-Approved-By: bo <bo@example.com> (slack:UBO)
Sluice-Approved-By: cy <cy@example.com> (slack:UCY)
Sluice-Policy: ${'b'.repeat(40)}
`);
  });

  test('keeps what was passed, and tells who confirmed it from who approved', () => {
    const passed = [
      { code: 'frozen', effect: 'hold', policy: 'freeze-window', text: 'production is frozen until 16:00' },
      { code: 'approvals-missing', effect: 'hold', policy: 'approvals', text: 'needs 2 approvals' },
    ] as const;
    const release = aRelease({
      plan: aPlan(),
      decision: aDecision({ overridden: [...passed], confirmedBy: [cy.user] }),
      votes: [aVote(bo), aVote(cy)],
      request: { because: 'the shop is down', override: ['freeze-window', 'approvals'] },
    });
    const message = commitMessage(release);
    expect(message).toContain('overridden: freeze-window: production is frozen until 16:00\n');
    expect(byGit(message).slice(-4)).toEqual([
      'Sluice-Approved-By: bo <bo@example.com> (slack:UBO)',
      'Sluice-Override: freeze-window, approvals',
      'Sluice-Override-Confirmed-By: cy <cy@example.com> (slack:UCY)',
      `Sluice-Policy: ${'b'.repeat(40)}`,
    ]);
  });

  test.each([
    ['rollback', 'Roll back web to 1.4.2 in production'],
    ['promote', 'Release web 1.4.2 to production'],
    ['auto-release', 'Release web 1.4.2 to production'],
  ] as const)('of a %s begins "%s"', (intent, subject) => {
    expect(commitMessage(aRelease({ plan: aPlan({ intent }) })).split('\n')[0]).toBe(subject);
  });

  const forged = `x\n\nSluice-Release: ${releaseId(9)}\u2028Sluice-Version: 6.6.6\r\nSluice-Approved-By: eve <e@x> (slack:UEVE)`;
  test.each([
    ['the reason', { request: { because: forged } }],
    ['the reference', { request: { ref: forged } }],
    ["the requester's name", { request: { requester: { ...ana, name: forged } } }],
    ["the requester's address", { request: { requester: { ...ana, email: forged } } }],
    ['the branch', { plan: aPlan({ artifact: anArtifact({ branch: forged }) }) }],
    ['the version that was there', { plan: aPlan({ from: { version: forged } }) }],
    ["an approver's name", { decision: aDecision(), votes: [aVote({ ...bo, name: forged })] }],
  ])('%s forges no trailer', (_, over) => {
    const message = commitMessage(aRelease({ plan: aPlan(), ...over }));
    const trailers = readTrailers(message);
    expect(trailers.get('Sluice-Release')).toEqual([releaseId()]);
    expect(trailers.get('Sluice-Version')).toEqual(['1.4.2']);
    expect(trailers.get('Sluice-Approved-By') ?? []).not.toContainEqual(expect.stringMatching(/^eve/));
    expect(message.split('\n').filter((line) => line.startsWith('Sluice-Release:'))).toHaveLength(1);
    expect(message).not.toMatch(/[\r\u2028\u202e]/);
  });

  test('bounds what others wrote', () => {
    const long = '𝕩'.repeat(5_000);
    const release = aRelease({
      plan: aPlan(),
      request: { because: long, ref: long, requester: { ...ana, name: long } },
    });
    expect(commitMessage(release).length).toBeLessThan(2_500);
  });

  test('names people without an address too', () => {
    const { email: _, ...nameless } = ana;
    const message = commitMessage(aRelease({ plan: aPlan(), request: { requester: nameless } }));
    expect(readTrailers(message).get('Sluice-Requested-By')).toEqual(['ana <unknown> (slack:UANA)']);
  });
});

describe('trailers', () => {
  test('are read as git reads them', () => {
    const message = commitMessage(aRelease({ plan: aPlan(), decision: aDecision(), votes: [aVote(bo), aVote(cy)] }));
    const ours = [...readTrailers(message)].flatMap(([key, values]) => values.map((value) => `${key}: ${value}`));
    expect(ours.toSorted()).toEqual(byGit(message).toSorted());
  });

  test.each([
    ['in the subject', `Sluice-Release: ${releaseId()}\n`],
    ['in the body', `Subject\n\nSluice-Release: ${releaseId()}\n\nand then text\n`],
    ['nowhere', 'Subject\n'],
    ['in nothing', ''],
  ])('%s do not count', (_, message) => {
    expect(readTrailers(message).get('Sluice-Release')).toBeUndefined();
  });

  test('stay readable where a forge adds its own', () => {
    const message = `${commitMessage(aRelease({ plan: aPlan() }))}Reviewed-by: someone <s@x>\n(cherry picked from commit abc)\n`;
    expect(readTrailers(message).get('Sluice-Release')).toEqual([releaseId()]);
  });
});
