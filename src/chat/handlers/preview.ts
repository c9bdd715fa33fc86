import { messageOf } from '../../doors/errors.ts';
import { instantOf } from '../../doors/time.ts';
import type { Preview } from '../../vocabulary/preview.ts';
import type { Request } from '../../vocabulary/release.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import type { Target } from '../target.ts';

/** What would come of a release if this person asked for it now; nothing is written down. */
export async function previewOf(ports: ChatPorts, asker: Asker, target: Omit<Target, 'kind'>): Promise<Preview> {
  const request: Request = {
    intent: 'release',
    ...target,
    requester: asker.person,
    at: instantOf(ports.clock.now()),
    asked: asker.asked,
  };
  try {
    return await ports.preview(request);
  } catch (error) {
    return { kind: 'refused', reasons: [{ code: 'remote-unreachable', effect: 'hold', text: messageOf(error) }] };
  }
}
