import { describe, expect, test } from 'vitest';
import { type AutoReleasePorts, releaseArtifact } from '../../src/dispatch/auto-release.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { automatic, type Person } from '../../src/vocabulary/person.ts';
import type { Request } from '../../src/vocabulary/release.ts';
import { aClock, anArtifact, aRelease, at } from '../support/builders.ts';
import { silent } from './fake-ledger.ts';

const requester: Person = { user: automatic, name: 'Ana' };
const dev = { environment: 'dev', channel: '#releases-dev' };
const staging = { environment: 'staging', channel: '#releases-staging' };

async function released(over: Partial<AutoReleasePorts> = {}) {
  const asked: { request: Request; payload: string }[] = [];
  const ports: AutoReleasePorts = {
    clock: aClock(),
    log: silent,
    artifact: async () => anArtifact(),
    newestOf: async () => '1.4.2',
    autoReleases: async () => ({ requester, targets: [dev, staging] }),
    accept: async (request, payload) => {
      asked.push({ request, payload });
      return { release: aRelease() };
    },
    nudge: () => {},
    ...over,
  };
  await releaseArtifact(ports, { service: 'web', version: '1.4.2' });
  return asked;
}

describe('a new artifact', () => {
  test('is asked for once in each environment, under a name that is found again', async () => {
    const asked = await released();
    expect(asked.map(({ payload }) => payload)).toEqual(['artifact:web:1.4.2:dev', 'artifact:web:1.4.2:staging']);
    expect(asked[0]?.request).toEqual({
      intent: 'release',
      service: 'web',
      environment: 'dev',
      wanted: { kind: 'named', name: '1.4.2' },
      requester,
      at: at(),
      asked: { channel: '#releases-dev' },
    });
  });

  test.each<[string, Partial<AutoReleasePorts>]>([
    ['that nobody lets go by itself', { autoReleases: async () => ({ requester, targets: [] }) }],
    ['that is forgotten already', { artifact: async () => null }],
    ['that is older than the newest of its branch', { newestOf: async () => '1.4.3' }],
  ])('%s is left alone', async (_, over) => {
    expect(await released(over)).toEqual([]);
  });

  test('stays due while nobody can tell whether it goes by itself', async () => {
    const unknown = async () => Promise.reject(new Retryable('sluice.yaml cannot be read'));
    await expect(released({ autoReleases: unknown })).rejects.toThrow(Retryable);
  });
});
