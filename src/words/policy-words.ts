/** The settings of one line of `policies:`, as the file has them. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a kind of policy asks for, in people's words; a kind without a row is shown as the file has it. */
const wordsOf: Readonly<Record<string, (line: Settings) => string>> = {
  approvals: (line) =>
    [
      `${line['count'] === 1 || line['count'] === undefined ? '1 approval' : `${line['count']} approvals`}`,
      `by ${list(line['from'], ' or ') ?? 'approvers'}`,
      ...some('within', line['within']),
      ...some('not by the', list(line['exclude'], ' or the ')),
    ].join(' '),
  'branch-restriction': ({ branches }) => `built from a branch like ${branches}`,
  checks: (line) => {
    const limits = Object.entries(line['vulnerabilities'] ?? {}).map(
      ([severity, most]) => `at most ${most} ${severity}`,
    );
    return [
      ...some('passed checks:', list(line['checks'], ', ')),
      ...some('known vulnerabilities:', limits.length === 0 ? undefined : limits.join(', ')),
      ...some('not older than', line['within']),
    ].join(', ');
  },
  'promotion-order': ({ soak }) =>
    `healthy${soak === undefined ? '' : ` for ${soak}`} in every environment that comes before`,
  locks: () => 'no lock or freeze of people',
  rule: ({ message, expression }) => `${message}: ${expression}`,
  'auto-release': ({ branch, environment }) => `what is built from ${branch} goes to ${environment} by itself`,
  'on-failure': () => 'a version whose pods fail is rolled back by itself, once',
  reference: ({ pattern }) => `a ticket like ${pattern}`,
  'freeze-window': ({ from, to, days, timezone, except, auto, because }) =>
    [
      `not between ${from} and ${to}`,
      ...some('on', list(days, ', ')),
      ...some('except', list(except, ', ')),
      ...some('in', timezone),
      ...(auto === true ? ['and then by itself, one at a time'] : []),
      ...(because === undefined ? [] : [`(${because})`]),
    ].join(' '),
};

/** Members that say where and how a line holds, or what it is called: told beside the words. */
const besides = new Set(['kind', 'name', 'level', 'override', 'services', 'environments', 'squads']);

/** What a line asks for; foreign text in it is raw. */
export function policyWords(line: Settings & { readonly kind: string }): string {
  const known = Object.hasOwn(wordsOf, line.kind) ? wordsOf[line.kind] : undefined;
  if (known !== undefined) return known(line);
  const rest = Object.entries(line).filter(([name]) => !besides.has(name));
  return [line.kind, ...rest.map(([name, value]) => `${name} ${shown(value)}`)].join(' ');
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function list(value: unknown, joint: string): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(shown).join(joint) : shown(value);
}

function some(word: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [`${word} ${shown(value)}`];
}
