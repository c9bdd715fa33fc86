import { describe, expect, test } from 'vitest';
import { isTooLate, type OnFailurePorts, rollBackFailed } from '../../src/dispatch/on-failure.ts';
import { automatic } from '../../src/vocabulary/person.ts';
import { isAutomatic, type Release, type Request } from '../../src/vocabulary/release.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aClock, aPlan, aRelease, at, releaseId } from '../support/builders.ts';

const crash: Verdict = {
  ...{
    kind: 'failed',
    stage: 'rollout',
    reason: 'CrashLoopBackOff',
    because: 'CrashLoopBackOff in 1 of 2 pods of web',
  },
  ...{ pod: { namespace: 'shop', name: 'web-1', container: 'web' }, since: at() },
};
const { pod: _pod, ...podless } = crash;

function failedRelease(verdict: Verdict = crash, over: Partial<Release> = {}): Release {
  const release = aRelease();
  return {
    ...release,
    state: { kind: 'written', commit: aPlan().head },
    plan: aPlan(),
    arrival: { clusters: { dev: verdict } },
    ...over,
  };
}

async function asked(release: Release, over: Partial<OnFailurePorts> = {}) {
  const requests: { request: Request; payload: string }[] = [];
  const marked: unknown[] = [];
  const ports: OnFailurePorts = {
    clock: aClock(),
    rollsBack: () => true,
    healthy: async () => [],
    lastWritten: async () => release,
    accept: async (request, payload) => {
      requests.push({ request, payload });
      return { release: aRelease({ id: releaseId(9) }) };
    },
    transition: async (before, change) => {
      marked.push(change);
      return { kind: 'done', record: { ...before, ...change } };
    },
    nudge: () => {},
    ...over,
  };
  await rollBackFailed(ports, [release]);
  return { requests, marked };
}

describe('a release whose own pods fail', () => {
  test('is rolled back by itself, once, under a name that is found again', async () => {
    const release = failedRelease();
    const { requests, marked } = await asked(release);
    expect(requests).toMatchObject([
      {
        payload: `on-failure:${release.id}`,
        request: {
          intent: 'rollback',
          service: 'web',
          wanted: { kind: 'default' },
          undoes: release.id,
          because: '1.4.2 failed: CrashLoopBackOff',
          requester: { user: automatic },
        },
      },
    ]);
    expect(marked).toEqual([{ undone: releaseId(9) }]);
  });

  test.each<[string, Release, Partial<OnFailurePorts>]>([
    ['where no line lets it', failedRelease(), { rollsBack: () => false }],
    ['that was rolled back before', failedRelease(crash, { undone: releaseId(8) }), {}],
    ['that is a rollback itself', failedRelease(crash, { request: { ...aRelease().request, intent: 'rollback' } }), {}],
    ['by somebody else’s fault', failedRelease({ ...podless, stage: 'apply', reason: 'BuildFailed' }), {}],
    ['whose pods cannot be named', failedRelease(podless), {}],
    ['that only waits', failedRelease({ kind: 'waiting', stage: 'rollout', because: '0 of 2', since: at() }), {}],
    [
      'whose version has run there before',
      failedRelease(),
      { healthy: async () => [{ version: '1.4.2', clusters: { dev: at() } }] },
    ],
    ['that somebody has replaced', failedRelease(), { lastWritten: async () => aRelease({ id: releaseId(7) }) }],
  ])('is left alone %s', async (_what, release, over) => {
    expect((await asked(release, over)).requests).toEqual([]);
  });

  test('is not rolled back any more when another version was written meanwhile', () => {
    const failed = failedRelease();
    const rollback = aRelease({
      request: {
        ...failed.request,
        intent: 'rollback',
        undoes: failed.id,
        requester: { user: automatic, name: 'Ana' },
      },
    });
    expect(isAutomatic(rollback.request)).toBe(true);
    expect([isTooLate(rollback, failed), isTooLate(rollback, aRelease({ id: releaseId(7) }))]).toEqual([false, true]);
  });
});
