import type { Hold } from '../../vocabulary/hold.ts';
import type { Person } from '../../vocabulary/person.ts';
import type { ChatPorts } from '../ports.ts';

export type Scope = { readonly service?: string; readonly environment?: string };
export type What = 'lock' | 'freeze';

export function scopeOf({
  service,
  environment,
}: {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}): Scope {
  return { ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) };
}

/** Whoever may release in a scope may lock it; a freeze takes an operator of the scope. */
export async function maySet(ports: ChatPorts, { user }: Person, what: What, scope: Scope): Promise<boolean> {
  if (await ports.decision.may(user, 'operator', scope)) return true;
  return what === 'lock' && (await ports.decision.may(user, 'releaser', scope));
}

/** A lock is ended by its owner or an operator, a freeze by an operator of its scope. */
export async function mayEnd(ports: ChatPorts, { user }: Person, hold: Hold): Promise<boolean> {
  if (hold.what !== 'freeze' && hold.by.user === user) return true;
  return ports.decision.may(user, 'operator', scopeOf(hold));
}
