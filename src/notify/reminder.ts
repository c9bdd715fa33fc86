import { epochMsOf, spokenDuration } from '../doors/time.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import type { ApprovalDemand } from '../vocabulary/reasons.ts';
import type { Release } from '../vocabulary/release.ts';
import type { Silence } from '../vocabulary/silence.ts';
import { approving } from '../vocabulary/votes.ts';
import { foreign, type MessageBody, mention, section } from '../words/blocks.ts';
import { callable } from './author.ts';
import { message, stepOf, when } from './messages/words.ts';

export interface ReminderPorts {
  readonly clock: { readonly now: () => number };
  readonly person: (user: string) => Promise<Person | null>;
  readonly mentionOf: (handle: string) => Promise<string>;
  readonly silences: () => Promise<readonly Silence[]>;
}

/** More than so many are called by their groups. */
const namedAtMost = 10;

/** To those who can still vote, by name: not to those who have, nor to the requester. Null where votes are no longer missing. */
export async function reminder(
  ports: ReminderPorts,
  release: Release,
  demands: readonly ApprovalDemand[],
): Promise<MessageBody | null> {
  const { expiresAt } = release.decision ?? {};
  if (demands.length === 0 || expiresAt === undefined) return null;
  const voted = new Set([
    ...approving(release).map(({ person }) => person.user),
    ...demands.flatMap(({ have }) => have),
    release.request.requester.user,
  ]);
  const able = [...new Set(demands.flatMap(({ may }) => may))].filter((user) => !voted.has(user));
  const called =
    able.length > namedAtMost
      ? await Promise.all(groupsOf(demands).map((handle) => ports.mentionOf(handle)))
      : (await present(ports, await callable(ports, able, release), release)).map(mention);
  const missing = demands.map(
    ({ from, count, have }) => `${count - have.length} from ${from.map((name) => foreign(name, 80)).join(' or ')}`,
  );
  const leftMs = Math.max(0, epochMsOf(expiresAt) - ports.clock.now());
  const left = spokenDuration(leftMs < 60_000 ? leftMs : Math.round(leftMs / 60_000) * 60_000);
  const who = called.length === 0 ? '' : `${called.join(' ')}: `;
  const text = `${who}${stepOf(release)} in ${foreign(release.request.environment, 80)} still waits for votes (${missing.join(', ')}). It expires ${when(expiresAt)}, in ${left}.`;
  return message(text, [section(text)]);
}

function groupsOf(demands: readonly ApprovalDemand[]): readonly string[] {
  return [...new Set(demands.flatMap(({ from }) => from))].filter((name) => name.startsWith('@')).slice(0, namedAtMost);
}

/** Who has left, and a second account of the requester, are not called. */
async function present(ports: ReminderPorts, users: readonly string[], { request }: Release): Promise<UserId[]> {
  const people = await Promise.all(users.map((user) => ports.person(user)));
  const own = request.requester.email?.toLowerCase();
  return people.flatMap((person) =>
    person === null || (own !== undefined && person.email?.toLowerCase() === own) ? [] : [person.user],
  );
}
