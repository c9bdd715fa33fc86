import { expect, test } from 'vitest';
import { decide } from '../../src/decision/decide.ts';
import {
  aHealthyRecord,
  anArtifact,
  aPerson,
  aPlan,
  aReadFile,
  aRequest,
  at,
  digest,
  someFacts,
} from '../support/builders.ts';
import { aQuestion } from './question-builder.ts';

/** One member to a line, so that a wrong member shows. */
const policy = aReadFile(`version: 1
environments:
  staging: { clusters: [staging], channel: "#staging" }
  production:
    clusters: [prod]
    channel: "#production"
    after: staging
services: { discover: "apps/{environment}/{service}" }
roles:
  - role: releaser
    of: ["@developers"]
policies:
  - kind: branch-restriction
    branches: ^main$
  - kind: promotion-order
    environments: production
    soak: 4h
  - kind: checks
    within: 7d
    checks: [ci]
    vulnerabilities:
      critical: 0
  - kind: reference
    pattern: ^CHG
  - kind: rule
    message: few commits only
    expression: plan.commitCount > 99
  - kind: freeze-window
    timezone: UTC
    from: "00:00"
    to: "23:00"
  - kind: approvals
    count: 2
    from: ["@platform"]
`);

const plan = aPlan({ artifact: anArtifact({ branch: 'feature/x' }) });
const sources = (over: Parameters<typeof aQuestion>[0]) =>
  decide(aQuestion({ plan, ...over })).reasons.map(({ code, source }) => `${code} ${source}`);

test('a reason names the line that it comes from, down to the member, and the commit', () => {
  const request = aRequest({ requester: aPerson('eve') });
  expect(sources({ request, facts: someFacts({ policy }) })).toEqual([
    'not-authorized sluice.yaml:9@0e0e0e0',
    'branch-not-allowed sluice.yaml:14@0e0e0e0',
    'not-soaked sluice.yaml:17@0e0e0e0',
    'check-missing sluice.yaml:20@0e0e0e0',
    'vulnerable sluice.yaml:21@0e0e0e0',
    'reference-missing sluice.yaml:24@0e0e0e0',
    'rule-refused sluice.yaml:27@0e0e0e0',
    'frozen sluice.yaml:28@0e0e0e0',
    'approvals-missing sluice.yaml:32@0e0e0e0',
  ]);
});

test('so does one of the order of environments, and of an environment that is not there', () => {
  const healthy = new Map([['staging', [aHealthyRecord(['staging'], { digest: digest('ee') })]]]);
  const [, , order] = sources({
    request: aRequest({ requester: aPerson('eve'), at: at() }),
    facts: someFacts({ policy, healthy }),
  });
  expect(order).toBe('not-healthy-before sluice.yaml:7@0e0e0e0');
  expect(sources({ request: aRequest({ environment: 'gone' }), facts: someFacts({ policy }) })[0]).toBe(
    'unknown-environment sluice.yaml:2@0e0e0e0',
  );
});
