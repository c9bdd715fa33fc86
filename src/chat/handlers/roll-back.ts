import type { Release } from '../../vocabulary/release.ts';
import { overall } from '../../vocabulary/verdict.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply, stateWords, stepAndState, stepOf } from '../views/words.ts';
import { type Accepted, acceptRelease } from './release.ts';

/** A rollback is a release of its own: to the last good version, with the failure, or that it was given up, as its reason. */
export async function rollBack(ports: ChatPorts, asker: Asker, release: Release, reason?: string): Promise<Accepted> {
  const { service, environment } = release.request;
  const verdict = release.arrival === undefined ? null : overall(release.arrival);
  if (release.state.kind !== 'written' || (verdict !== null && !isUndoable.has(verdict.kind)))
    return { body: reply(`There is nothing to roll back. ${stepAndState(release)}.`) };
  const last = await ports.lastWritten(service, environment);
  if (last !== null && last.id !== release.id)
    return { body: reply(`Too late: ${stepOf(last)} was written since, and is ${stateWords(last)}.`) };
  const busy = (await ports.open({ service, environment })).find(({ request }) => request.intent === 'rollback');
  if (busy !== undefined) return { body: reply(`A rollback is under way already: ${stepOf(busy)}.`) };
  const because =
    reason ??
    `rollback of ${release.plan?.artifact.version ?? service}: ${verdict?.kind === 'failed' ? verdict.reason : 'given up on its way'}`;
  return acceptRelease(ports, asker, { kind: 'rollback', service, environment, wanted: { kind: 'default' }, because });
}

/** What is neither proven nor replaced may be taken back. */
const isUndoable: ReadonlySet<string> = new Set(['failed', 'waiting', 'unverified']);
