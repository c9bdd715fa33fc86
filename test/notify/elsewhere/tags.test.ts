import { describe, expect, test } from 'vitest';
import { configSchema } from '../../../src/config.ts';
import { announcementOf } from '../../../src/notify/elsewhere/announcement.ts';
import { type PutTag, tagsSink } from '../../../src/notify/elsewhere/tags.ts';
import { aPlan, aRelease, at, sha } from '../../support/builders.ts';

const record = aRelease({
  state: { kind: 'written', commit: sha('cc') },
  plan: aPlan(),
  arrival: { clusters: { eu: { kind: 'healthy', since: at() } } },
});
const line = { cursor: '1-1', at: at(), subject: `release/${record.id}`, entry: { event: 'release.arrival' }, record };
const healthy = announcementOf(line, 'release.written');

async function delivered(pattern: string, answer: Awaited<ReturnType<PutTag>> = { kind: 'tagged' }) {
  const asked: unknown[] = [];
  const sink = tagsSink({ pattern }, async (...args) => {
    asked.push(args);
    return answer;
  });
  if (healthy === null) throw new Error('that is announced');
  return { asked, told: await sink.deliver(healthy, line), wants: sink.wants(healthy) };
}

describe('tags of what was proven healthy', () => {
  test.each([
    ['{environment}/{service}', 'production/web', true],
    ['{service}-{environment}', 'web-production', true],
    ['{environment}/{service}/{version}', 'production/web/1.4.2', false],
  ])('%s is %s', async (pattern, tag, moves) => {
    const { asked, told, wants } = await delivered(pattern);
    expect(asked).toEqual([['gitops', tag, sha('cc'), { moves }]]);
    expect([wants, told]).toEqual([true, { kind: 'delivered' }]);
  });

  test('what has to wait is tried again, and what is refused is not', async () => {
    const later = { kind: 'later', because: 'away' } as const;
    expect((await delivered('{environment}/{service}', later)).told).toEqual(later);
    expect((await delivered('{environment}/{service}', { kind: 'refused', because: 'protected' })).told).toEqual({
      kind: 'never',
      because: 'tag production/web: protected',
    });
  });

  test('nothing else is tagged', () => {
    const sink = tagsSink({ pattern: '{environment}/{service}' }, async () => ({ kind: 'tagged' }));
    if (healthy === null) throw new Error('that is announced');
    for (const event of ['release.written', 'release.failed'] as const)
      expect(sink.wants({ ...healthy, event })).toBe(false);
  });

  test.each([
    ['{environment}/{service}', true],
    [undefined, true],
    ['{service}', false],
    ['{environment}/{service}/{author}', false],
    ['{environment} {service}', false],
    ['{environment}/{service}$(x)', false],
  ])('%s as a pattern: %s', (pattern, isValid) => {
    const tags = pattern === undefined ? {} : { pattern };
    expect(configSchema.shape.announce.safeParse({ tags }).success).toBe(isValid);
  });
});
