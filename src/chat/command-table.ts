/** What commands are for, in the order of help. */
export const commandGroups = ['Ask', 'Look', 'Decide', 'Stop', 'Mute', 'Rules'] as const;

/** One row for each command: the parser, the help and the README speak of the same words. */
export interface CommandRow {
  readonly verb: string;
  /** Under which heading help lists it. */
  readonly group: (typeof commandGroups)[number];
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
}

export const commandTable = [
  {
    verb: 'release',
    group: 'Ask',
    usage:
      'SERVICE ENV[,ENV…] [VERSION | BRANCH | COMMIT | from ENV] [override KIND,KIND | override all] [because TEXT] [ref CHG123]',
    summary: 'ask for a release; in several environments one after the other, each when the one before is healthy',
    example: 'web dev,staging,production 1.4.2 because checkout fix',
  },
  {
    verb: 'rollback',
    group: 'Ask',
    usage: 'SERVICE ENV [VERSION] [because TEXT]',
    summary: 'back to the last version that was healthy on every cluster',
    example: 'web production',
  },
  {
    verb: 'status',
    group: 'Look',
    usage: '[SERVICE] [ENV]',
    summary: 'what runs: since when, how healthy, how far behind; with both, every step from commit to pod',
    example: 'status web production',
  },
  { verb: 'queue', group: 'Look', usage: '[SERVICE] [ENV]', summary: 'what waits, and for what', example: 'queue' },
  {
    verb: 'history',
    group: 'Look',
    usage: '[SERVICE] [ENV] [by PERSON] [since 7d | since 2026-11-01] [failed | rollbacks]',
    summary: 'past releases, page by page',
    example: 'history web production since 7d failed',
  },
  {
    verb: 'artifacts',
    group: 'Look',
    usage: 'SERVICE [BRANCH]',
    summary: 'what can be released',
    example: 'artifacts web',
  },
  {
    verb: 'diff',
    group: 'Look',
    usage: 'SERVICE ENV [VERSION | BRANCH | COMMIT | from ENV]',
    summary: 'what a release would change, and what stands in its way',
    example: 'diff web production',
  },
  {
    verb: 'where',
    group: 'Look',
    usage: 'SERVICE',
    summary: 'which version runs in every environment and cluster, since when, and what is on its way',
    example: 'where web',
  },
  {
    verb: 'describe',
    group: 'Look',
    usage: 'RELEASE | COMMIT | [SERVICE] VERSION',
    summary: 'everything about one release, or one artifact',
    example: 'describe web 1.4.2',
  },
  {
    verb: 'cancel',
    group: 'Decide',
    usage: 'RELEASE',
    summary: 'withdraw a release that is not written yet',
    example: 'cancel 01K…',
  },
  { verb: 'approve', group: 'Decide', usage: 'RELEASE', summary: 'vote for a release', example: 'approve 01K…' },
  {
    verb: 'take-back',
    group: 'Decide',
    usage: 'RELEASE',
    summary: 'take your approval back',
    example: 'take-back 01K…',
  },
  {
    verb: 'reject',
    group: 'Decide',
    usage: 'RELEASE [because TEXT]',
    summary: 'vote against a release, which ends it',
    example: 'reject 01K… because the migration is missing',
  },
  {
    verb: 'reviews',
    group: 'Decide',
    usage: '',
    summary: 'what wants a second look by somebody else',
    example: 'reviews',
  },
  {
    verb: 'review',
    group: 'Decide',
    usage: 'RELEASE [because TEXT]',
    summary: 'the second look at an override or a rollback',
    example: 'review 01K… because it was the right thing to do',
  },
  {
    verb: 'lock',
    group: 'Stop',
    usage: 'SERVICE | ENV | SERVICE ENV [for 2h | until 16:00] because TEXT',
    summary: 'stop releases, with a reason',
    example: 'lock web production for 2h because audit',
  },
  {
    verb: 'unlock',
    group: 'Stop',
    usage: 'SERVICE | ENV | SERVICE ENV',
    summary: 'end a lock',
    example: 'unlock web production',
  },
  {
    verb: 'freeze',
    group: 'Stop',
    usage: '[ENV | SERVICE] [for 2h | until 16:00] because TEXT',
    summary: 'stop all releases, of an environment or of a service; for operators',
    example: 'freeze production until 16:00 because audit',
  },
  {
    verb: 'unfreeze',
    group: 'Stop',
    usage: '[ENV | SERVICE]',
    summary: 'end a freeze',
    example: 'unfreeze production',
  },
  { verb: 'locks', group: 'Stop', usage: '', summary: 'the locks and freezes that hold now', example: 'locks' },
  {
    verb: 'mute',
    group: 'Mute',
    usage: '[squad NAME] SERVICE | ENV | SERVICE ENV | everything [for 8h | until 16:00]',
    summary: 'not to be mentioned or written to about it for a while, or not to tell a squad; the channel shows all',
    example: 'mute web staging for 8h',
  },
  {
    verb: 'unmute',
    group: 'Mute',
    usage: '[squad NAME] SERVICE | ENV | SERVICE ENV | everything',
    summary: 'end that',
    example: 'unmute web staging',
  },
  { verb: 'mutes', group: 'Mute', usage: '', summary: 'what you, and squads, are not told', example: 'mutes' },
  {
    verb: 'policies',
    group: 'Rules',
    usage: '[SERVICE] [ENV]',
    summary: 'what must be true of a release, who may do what, and where each line comes from',
    example: 'policies web production',
  },
  {
    verb: 'policy',
    group: 'Rules',
    usage: 'add KIND [ENV] [SERVICE] SETTING VALUE … | add | remove ID [because TEXT]',
    summary: 'change sluice.yaml: shows the exact lines first, and asks for the votes that a release there needs',
    example: 'policy add approvals production from @platform count 2',
  },
  { verb: 'drift', group: 'Look', usage: '[ENV]', summary: 'where clusters do not match Git', example: 'drift' },
  {
    verb: 'clusters',
    group: 'Look',
    usage: '',
    summary: 'every cluster: last heard, version of Flux, what fails, is behind or suspended there',
    example: 'clusters',
  },
  { verb: 'help', group: 'Rules', usage: '[COMMAND]', summary: 'this page, or one command', example: 'help lock' },
] as const satisfies readonly CommandRow[];

export type Verb = (typeof commandTable)[number]['verb'];

/** `/rollback web production` for the two verbs with a slash command of their own, `/release status` for the rest. */
export function typed(verb: Verb, rest: string): string {
  const words = verb === 'release' || verb === 'rollback' ? `/${verb} ${rest}` : `/release ${verb} ${rest}`;
  return words.trim();
}

/** The example of a row as it is typed. */
export function exampleOf({ verb, example }: CommandRow): string {
  return verb === 'release' || verb === 'rollback' ? `/${verb} ${example}` : `/release ${example}`;
}
