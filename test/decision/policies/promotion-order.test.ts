import { describe, expect, test } from 'vitest';
import { promotionOrder } from '../../../src/decision/policies/promotion-order.ts';
import type { HealthyRecord } from '../../../src/vocabulary/proven.ts';
import { aHealthyRecord, aReadFile, aRequest, at, digest, sluiceYaml, someFacts } from '../../support/builders.ts';
import { aQuestion, withPolicies } from '../question-builder.ts';

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

  test('of several clusters those with it and those without are named', () => {
    const policy = aReadFile(sluiceYaml.replace('clusters: [staging]', 'clusters: [a, b, c, d]'));
    expect(textsFor([aHealthyRecord(['a', 'c'])], { policy })[0]).toContain('on a, c, but never on b, d');
  });

  test('who may pass is named where a line names them, and only there', () => {
    const line = (environment: string) => `kind: promotion-order, environments: [${environment}], override: [operator]`;
    const overrides = (environment: string) =>
      promotionOrder(aQuestion({ facts: someFacts({ policy: withPolicies(line(environment)), healthy: new Map() }) }));
    const reason = {
      code: 'not-healthy-before',
      effect: 'deny',
      text: 'web 1.4.2 was never healthy in staging',
      next: '`/release web staging 1.4.2`',
      source: 'sluice.yaml:5@0e0e0e0',
      policy: 'promotion-order',
    };
    expect(overrides('production')).toStrictEqual([{ ...reason, override: ['operator'] }]);
    expect(overrides('staging')).toStrictEqual([reason]);
  });

  test('an environment that is not there comes after nothing', () => {
    expect(textsFor([], { environment: 'constructor' })).toEqual([]);
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
