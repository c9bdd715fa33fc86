import { slackIdSchema } from '../vocabulary/person.ts';
import { isAutomatic, type Release } from '../vocabulary/release.ts';
import { isSilenced } from '../vocabulary/silence.ts';
import { foreign, mention } from '../words/blocks.ts';
import type { NotifyPorts } from './ports.ts';

/** Who is to be told privately: the requester; where nobody asked, the artifact's author, if Slack knows them. */
export async function personBehind(ports: NotifyPorts, { request }: Release): Promise<string | null> {
  if (!isAutomatic(request)) return request.requester.user;
  const { email } = request.requester;
  return email === undefined ? null : ports.userByEmail(email);
}

/** Whom of these people one may call about a release: nobody who has muted it. */
export async function callable<U extends string>(
  ports: Pick<NotifyPorts, 'silences'>,
  users: readonly U[],
  { request }: Release,
): Promise<U[]> {
  const silences = await ports.silences();
  return users.filter((user) => {
    const id = slackIdSchema.safeParse(user);
    return !id.success || !isSilenced(silences, { kind: 'person', user: id.data }, request);
  });
}

/** Whoever is behind it as words for a message: mentioned, or only named where Slack does not know them, or they have muted it. */
export async function addressee(ports: NotifyPorts, release: Release): Promise<string> {
  const user = await personBehind(ports, release);
  const [called] = user === null ? [] : await callable(ports, [user], release);
  return called === undefined ? foreign(release.request.requester.name, 80) : mention(called);
}
