import type { Person, UserId } from '../vocabulary/person.ts';

/** Accounts and addresses of people, as `people` of `sluice.yaml` joins them. */
export type People = Readonly<Record<string, { readonly slack: UserId; readonly email?: string | undefined }>>;
type Account = Pick<Person, 'user' | 'email'>;

/**
 * Everything that one human being is known by: the account, the address, and what an entry of `people` puts beside
 * either. Two accounts with something in common are one person.
 */
export function identityOf({ user, email }: Account, people: People): ReadonlySet<string> {
  const known = new Set<string>([user, ...addressOf(email)]);
  for (let before = 0; before !== known.size; ) {
    before = known.size;
    for (const entry of Object.values(people)) {
      const names = [entry.slack, ...addressOf(entry.email)];
      if (names.some((name) => known.has(name))) for (const name of names) known.add(name);
    }
  }
  return known;
}

/** The same human being: the same account, the same address, or joined by `people`. */
export function samePerson(a: Account, b: Account, people: People): boolean {
  return isSamePerson(identityOf(a, people), identityOf(b, people));
}

export function isSamePerson(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((name) => b.has(name));
}

function addressOf(email: string | undefined): readonly string[] {
  return email === undefined || email === '' ? [] : [email.toLowerCase()];
}
