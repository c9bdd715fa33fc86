import { describe, expect, test } from 'vitest';
import { promotionOrder } from '../../../src/decision/policies/promotion-order.ts';
import type { HealthyRecord } from '../../../src/proven.ts';
import { aHealthyRecord, aReadFile, aRequest, at, digest, sluiceYaml, someFacts } from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

const twoClusters = aReadFile(sluiceYaml.replace('clusters: [staging]', 'clusters: [staging-a, staging-b]'));

function textsFor(records: readonly HealthyRecord[], over: { environment?: string; policy?: typeof twoClusters } = {}) {
  const facts = someFacts({
    healthy: new Map([['staging', records]]),
    ...(over.policy === undefined ? {} : { policy: over.policy }),
  });
  const request = aRequest(over.environment === undefined ? {} : { environment: over.environment });
  const reasons = promotionOrder(aQuestion({ request, facts }));
  return reasons.map(({ text, next }) => `${text} → ${next}`);
}

describe('the order of environments', () => {
  test.each<[string, readonly HealthyRecord[], readonly string[]]>([
    ['healthy there', [aHealthyRecord(['staging'])], []],
    ['healthy there, by a record that knows no digest', [{ version: '1.4.2', clusters: { staging: at() } }], []],
    ['never seen', [], ['web 1.4.2 was never healthy in staging → `/release web staging 1.4.2`']],
    [
      'another version',
      [aHealthyRecord(['staging'], { version: '1.4.1' })],
      ['web 1.4.2 was never healthy in staging → `/release web staging 1.4.2`'],
    ],
    [
      'another digest',
      [aHealthyRecord(['staging'], { digest: digest('ee') })],
      [
        'web 1.4.2 was healthy in staging with another digest, not as this artifact → release a version that was proven in staging',
      ],
    ],
    [
      'a cluster of another environment',
      [aHealthyRecord(['dev'])],
      ['web 1.4.2 was never healthy in staging → `/release web staging 1.4.2`'],
    ],
  ])('%s', (_title, records, texts) => {
    expect(textsFor(records)).toEqual(texts);
  });

  test('every cluster counts', () => {
    expect(textsFor([aHealthyRecord(['staging-a'])], { policy: twoClusters })).toEqual([
      'web 1.4.2 was healthy in staging on staging-a, but never on staging-b → `/release web staging 1.4.2`',
    ]);
    expect(textsFor([aHealthyRecord(['staging-a', 'staging-b'])], { policy: twoClusters })).toEqual([]);
  });

  test('the first environment comes after nothing', () => {
    expect(textsFor([], { environment: 'dev' })).toEqual([]);
  });

  test('several environments before are asked one by one', () => {
    const policy = aReadFile(sluiceYaml.replace('after: staging', 'after: [dev, staging]'));
    const facts = someFacts({ policy });
    const reasons = promotionOrder(aQuestion({ facts }));
    expect(reasons.map(({ text }) => text)).toEqual(['web 1.4.2 was never healthy in dev']);
  });
});
