import { expect, test } from 'vitest';
import { rollsBackNow } from '../../src/decision/on-failure.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';
import { withPolicies } from './question-builder.ts';

const file = withPolicies('kind: on-failure, do: rollback, environments: [dev], services: [web]');
const unreadable: Snapshot = { kind: 'unreadable', because: 'no route', lastGood: file };

test.each<[string, Snapshot, string, string, boolean]>([
  ['by its line', file, 'web', 'dev', true],
  ['in no other environment', file, 'web', 'staging', false],
  ['of no other service', file, 'api', 'dev', false],
  ['not without a line', withPolicies(), 'web', 'dev', false],
  ['not by a line of another kind', withPolicies('kind: reference, pattern: CHG'), 'web', 'dev', false],
  ['not by a file that counts no more', unreadable, 'web', 'dev', false],
])('a failed release goes back by itself %s', (_title, snapshot, service, environment, expected) => {
  expect(rollsBackNow(snapshot, { service, environment })).toBe(expected);
});
