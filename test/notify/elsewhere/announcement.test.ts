import { describe, expect, test } from 'vitest';
import { announcementOf } from '../../../src/notify/elsewhere/announcement.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { aPlan, aRelease, at, sha } from '../../support/builders.ts';

const since = at();
const verdicts = {
  waiting: { kind: 'waiting', stage: 'apply', because: 'Flux has not applied it', since },
  healthy: { kind: 'healthy', since },
  failed: { kind: 'failed', stage: 'rollout', reason: 'CrashLoopBackOff', because: 'web crashes', since },
  superseded: { kind: 'superseded', by: '1.4.3', since },
} as const satisfies Record<string, Verdict>;

function line(event: string, clusters: Readonly<Record<string, Verdict>> = {}, state = 'written') {
  const written = { kind: 'written', commit: sha('cc') } as const;
  const record = aRelease({
    state: state === 'written' ? written : { kind: 'queued' },
    plan: aPlan(),
    arrival: { clusters },
  });
  return { cursor: '1-1', at: at(), subject: `release/${record.id}`, entry: { event }, record };
}

describe('what is announced of a release', () => {
  const { waiting, healthy, failed, superseded } = verdicts;
  test.each<[string, Parameters<typeof line>, string | null, string | null]>([
    ['nothing before it is written', ['release.queued', {}, 'queued'], null, null],
    ['that it is written', ['release.written'], null, 'release.written'],
    ['nothing while it waits', ['release.arrival', { eu: waiting }], 'release.written', null],
    ['nothing while one cluster waits', ['release.arrival', { eu: healthy, us: waiting }], 'release.written', null],
    ['that it is healthy', ['release.arrival', { eu: healthy, us: healthy }], 'release.written', 'release.healthy'],
    ['not twice', ['release.arrival', { eu: healthy }], 'release.healthy', null],
    ['one failed cluster', ['release.arrival', { eu: healthy, us: failed }], 'release.written', 'release.failed'],
    ['a late failure', ['release.arrival', { eu: failed }], 'release.healthy', 'release.failed'],
    ['a recovery', ['release.arrival', { eu: healthy }], 'release.failed', 'release.healthy'],
    ['nothing when it waits again', ['release.arrival', { eu: waiting }], 'release.failed', null],
    ['nothing when another one counts', ['release.arrival', { eu: superseded }], 'release.healthy', null],
    ['no good news of before anybody listened', ['release.arrival', { eu: healthy }], null, null],
    ['bad news of before anybody listened', ['release.arrival', { eu: failed }], null, 'release.failed'],
  ])('%s', (_, given, told, expected) => {
    expect(announcementOf(line(...given), told)?.event ?? null).toBe(expected);
  });

  test('its facts, without what Sluice keeps for itself', () => {
    const announcement = announcementOf(line('release.arrival', { eu: failed }), 'release.written');
    expect(announcement).toMatchObject({
      id: '1-1',
      service: 'web',
      environment: 'production',
      release: {
        version: '1.4.2',
        commit: sha('cc'),
        requestedBy: 'ana',
        clusters: { eu: { verdict: 'failed', because: 'web crashes' } },
      },
    });
    expect(Object.keys(announcement?.release ?? {})).not.toContain('votes');
  });
});
