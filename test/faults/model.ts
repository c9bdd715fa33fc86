import type { UserId } from '../../src/vocabulary/person.ts';

/** What a version of `sluice.yaml` asks for in production, as far as the model knows it. */
export interface Rules {
  readonly count: 1 | 2 | 3;
  readonly from: readonly string[];
  readonly branches: '^main$' | '^release/';
  readonly frozen: boolean;
  readonly releasers: '@developers' | '@platform';
  readonly ticket: boolean;
}

/** A second, much simpler opinion of when something may land: written from the promise, and not from the code. */
export interface Model {
  rules: Rules;
  readonly groups: Map<string, ReadonlySet<UserId>>;
  readonly left: Set<UserId>;
  readonly locks: Set<string>;
  /** What Git holds, by service. */
  readonly holds: Map<string, string>;
  readonly asked: Map<string, Asked>;
}

export interface Asked {
  readonly service: string;
  readonly version: string;
  readonly by: { readonly user: UserId; readonly email?: string | undefined };
  /** What the message showed when it was last decided. */
  shown: string;
  readonly votes: Map<UserId, { readonly shown: string; readonly email?: string | undefined }>;
  over: boolean;
}

/** What is shown, and voted for: the step itself and the rules for it. */
export function shownOf({ rules, holds }: Model, { service, version }: Pick<Asked, 'service' | 'version'>): string {
  const { releasers: _, ...others } = rules;
  return JSON.stringify({ step: [service, holds.get(service), version], ...others });
}

/** Every promise that it would break if this landed now; none where it may. */
export function broken(model: Model, asked: Asked | undefined): readonly string[] {
  if (asked === undefined) return ['nobody asked for it'];
  const { rules, groups, left, locks } = model;
  const has = (names: readonly string[], user: UserId) =>
    !left.has(user) && names.some((name) => groups.get(name)?.has(user));
  const now = shownOf(model, asked);
  const people = new Set(
    [...asked.votes].flatMap(([user, vote]) =>
      vote.shown === now && has(rules.from, user) && user !== asked.by.user && !sameAddress(vote, asked.by)
        ? [vote.email?.toLowerCase() ?? user]
        : [],
    ),
  );
  return [
    ...(asked.over ? ['it was over'] : []),
    ...(has([rules.releasers], asked.by.user) ? [] : ['its requester may not release']),
    ...(rules.frozen ? ['the environment is frozen'] : []),
    ...(rules.branches === '^main$' ? [] : ['its branch is not allowed']),
    ...(rules.ticket ? ['it has no ticket'] : []),
    ...(locks.has('production') || locks.has(asked.service) ? ['it is locked'] : []),
    ...(people.size >= rules.count ? [] : [`${people.size} of ${rules.count} approve`]),
  ];
}

function sameAddress(a: { readonly email?: string | undefined }, b: { readonly email?: string | undefined }): boolean {
  return a.email !== undefined && a.email.toLowerCase() === b.email?.toLowerCase();
}
