import { foreign, mention } from '../blocks.ts';
import { isAutomatic, type Release } from '../release.ts';
import type { NotifyPorts } from './ports.ts';

/** Who is to be told privately: the requester; where nobody asked, the artifact's author, if Slack knows them. */
export async function personBehind(ports: NotifyPorts, { request }: Release): Promise<string | null> {
  if (!isAutomatic(request)) return request.requester.user;
  const { email } = request.requester;
  return email === undefined ? null : ports.userByEmail(email);
}

/** The same as words for a message; an author whom Slack does not know is named. */
export async function addressee(ports: NotifyPorts, release: Release): Promise<string> {
  const user = await personBehind(ports, release);
  return user === null ? foreign(release.request.requester.name, 80) : mention(user);
}
