/** Longer texts and lists are cut before a rule sees them, so that its work is bounded whatever a release brings. */
export const inputLimits = { text: 300, item: 200, items: 64 } as const;

export type MemberType =
  | 'string'
  | 'int'
  | 'bool'
  | 'list<string>'
  | 'map<string, string>'
  | 'map<string, int>'
  | 'google.protobuf.Timestamp';

interface Member {
  readonly type: MemberType;
  readonly says: string;
}

/** What a rule may speak of; the schema of `sluice.yaml` is described from this table. A text that is not known is empty. */
export const ruleVariables = {
  request: {
    intent: { type: 'string', says: 'release or rollback' },
    service: { type: 'string', says: 'its name' },
    squad: { type: 'string', says: 'the squad of the service' },
    because: { type: 'string', says: 'the reason that was given' },
    ref: { type: 'string', says: 'the ticket that was named' },
    at: { type: 'google.protobuf.Timestamp', says: 'when it was asked for' },
  },
  plan: {
    from: { type: 'string', says: 'the version in Git now' },
    to: { type: 'string', says: 'the version to be written' },
    step: { type: 'string', says: 'major, minor, patch, same or other, from the two versions' },
    backwards: { type: 'bool', says: 'whether it goes back to an older build' },
    commitCount: { type: 'int', says: 'how many commits lie between' },
    titles: { type: 'list<string>', says: 'titles of those commits, newest first' },
    authors: { type: 'list<string>', says: 'authors of those commits' },
    files: { type: 'list<string>', says: 'paths in the GitOps repository that change' },
  },
  artifact: {
    version: { type: 'string', says: 'its version' },
    branch: { type: 'string', says: 'the branch that it was built from' },
    commit: { type: 'string', says: 'the commit that it was built from' },
    author: { type: 'string', says: 'the author of that commit' },
    image: { type: 'string', says: 'its image' },
    digest: { type: 'string', says: 'its digest' },
    builtAt: { type: 'google.protobuf.Timestamp', says: 'when it was built' },
    checks: { type: 'map<string, string>', says: 'passed, failed or pending, by the name of the check' },
    vulnerabilities: {
      type: 'map<string, int>',
      says: 'how many are known, by severity; empty where it was not scanned',
    },
  },
  environment: {
    name: { type: 'string', says: 'its name' },
    clusters: { type: 'list<string>', says: 'its clusters' },
    after: { type: 'list<string>', says: 'the environments that come before' },
  },
  requester: {
    name: { type: 'string', says: 'as Slack shows it' },
    user: { type: 'string', says: 'the member ID in Slack' },
    email: { type: 'string', says: 'the address in Slack' },
    roles: { type: 'list<string>', says: 'the roles here: viewer, releaser, approver, operator' },
    groups: {
      type: 'list<string>',
      says: 'the names behind those roles, such as @platform, that the requester is one of',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Member>>>>;

/** Besides the members of `ruleVariables`: the moment of the decision. */
export const timeVariable = 'time';
