import { createDecision, type DecisionPorts } from '../../src/decision/decision.ts';
import { Retryable } from '../../src/doors/errors.ts';
import type { Snapshot } from '../../src/sluice-yaml.ts';
import type { UserId } from '../../src/vocabulary/person.ts';
import {
  aClock,
  aHealthyRecord,
  ana,
  aPlan,
  aReadFile,
  aRelease,
  bo,
  cy,
  mia,
  sha,
  someFacts,
} from '../support/builders.ts';

/** Decisions where nothing is in the way of web 1.4.2 to production but its approvals; name the ports that are otherwise. */
export function aWorld(over: Partial<DecisionPorts> = {}) {
  return createDecision({
    snapshot: async () => aReadFile(),
    holds: async () => [],
    healthy: async (_service, environment) => (environment === 'staging' ? [aHealthyRecord(['staging'])] : []),
    membersOf: async (handle): Promise<readonly UserId[]> => someFacts().members.get(handle) ?? [],
    confirmed: async () => true,
    person: async (user) => [ana, bo, cy, mia].find((person) => person.user === user) ?? null,
    artifact: async () => null,
    lastWritten: async () => null,
    clockSkew: async () => null,
    healthyTimes: async () => [],
    drifts: async () => [],
    clock: aClock(),
    ...over,
  });
}

/** A port that cannot be read now. */
export const away = () => Promise.reject(new Retryable('Slack does not answer'));
export const invalid: Extract<Snapshot, { kind: 'invalid' }> = {
  kind: 'invalid',
  problems: [{ file: 'sluice.yaml', line: 8, column: 3, message: 'services.discover: expected {service} in the path' }],
  lastGood: aReadFile(),
};
export const unsigned: Extract<Snapshot, { kind: 'unsigned' }> = {
  kind: 'unsigned',
  commit: sha('e1'),
  because: 'sluice.yaml was changed in e1e1e1e by Eve',
  next: 'ada signs a commit that changes sluice.yaml',
  lastGood: aReadFile(),
};
export const rollback = aRelease({ request: { intent: 'rollback' } });
export const goodPlan = aPlan({ intent: 'rollback', knownGood: true, backwards: true });
