import type { Policy } from './policy-file.ts';

interface KindWords {
  readonly says: string;
  /** A line as it may stand in the file. */
  readonly example: { readonly kind: Policy['kind'] } & Readonly<Record<string, unknown>>;
}

/** What each kind of policy is for, for editors and the reference page: a kind without a row does not compile. */
export const policyKindWords: { readonly [K in Policy['kind']]: KindWords } = {
  'branch-restriction': {
    says: 'The branch that an artifact was built from has to match. Of several that hold, all have to.',
    example: { kind: 'branch-restriction', environments: ['production'], branches: '^(main|hotfix/.+)$' },
  },
  'promotion-order': {
    says: 'More about the order that `after` of an environment asks for: how long a version has to have been healthy there, and who may pass.',
    example: { kind: 'promotion-order', environments: ['production'], soak: '2h' },
  },
  checks: {
    says: 'Checks of the artifact that have to have passed, and how many known vulnerabilities it may have. What was not reported has not passed.',
    example: {
      kind: 'checks',
      environments: ['production'],
      checks: ['ci', 'scan'],
      vulnerabilities: { critical: 0 },
      within: '7d',
    },
  },
  approvals: {
    says: 'So many people of a group have to approve exactly what would be written, never the requester. Of several that hold, all have to be met, each by people of its own.',
    example: {
      kind: 'approvals',
      environments: ['production'],
      from: ['@platform'],
      count: 2,
      within: '4h',
      exclude: ['author'],
    },
  },
  reference: {
    says: 'A release has to name a ticket (`ref CHG123`) that matches.',
    example: { kind: 'reference', environments: ['production'], pattern: '^CHG[0-9]+$', example: 'CHG123' },
  },
  rule: {
    says: 'An expression that has to be true; one that cannot be evaluated refuses.',
    example: {
      kind: 'rule',
      name: 'no-friday-majors',
      expression: 'plan.step != "major" || time.getDayOfWeek("Europe/Copenhagen") != 5',
      message: 'no major versions on a Friday',
    },
  },
  'freeze-window': {
    says: 'Nothing goes while it holds, every week or between two dates. What it held is asked about when it is over.',
    example: {
      kind: 'freeze-window',
      environments: ['production'],
      days: ['fri'],
      from: '15:00',
      to: '24:00',
      timezone: 'Europe/Copenhagen',
    },
  },
  locks: {
    says: 'Who may pass the locks and freezes that people set in Slack; without such a line nobody may.',
    example: { kind: 'locks', environments: ['production'], override: ['operator'] },
  },
  'on-failure': {
    says: 'What is done by itself about a release whose own pods fail: back to the last version that was healthy everywhere, once, leaving a lock.',
    example: { kind: 'on-failure', environments: ['dev'], do: 'rollback' },
  },
  'auto-release': {
    says: 'What is built from a branch is released to an environment by itself, under all other policies.',
    example: { kind: 'auto-release', services: ['web'], branch: 'main', environment: 'dev' },
  },
};
