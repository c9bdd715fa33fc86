import { type Release, releaseIdSchema } from '../../vocabulary/release.ts';
import type { MessageBody, ModalView } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply } from '../views/words.ts';
import { clickDrift } from './drift.ts';
import { turnPage } from './history.ts';
import { endHoldById } from './holds.ts';
import { type MutePorts, unmuteById } from './mutes.ts';
import { clickPolicy } from './policy.ts';
import { askWhyRejected } from './reject-modal.ts';
import type { Accepted } from './release.ts';
import { emptyForm } from './release-form.ts';
import { reviewRelease } from './reviews.ts';
import { rollBack } from './roll-back.ts';
import { keepHold, takeOver } from './take-over.ts';
import { cancelRelease, castVote, letGo, takeBackVote } from './votes.ts';

/** Opens a modal in front of whoever clicked; false where Slack does not. */
type Open = (view: ModalView) => Promise<boolean>;
type OnRelease = (
  ports: ChatPorts,
  asker: Asker,
  release: Release,
  open: Open,
  /** What the button was bound to. */
  seen: string | undefined,
) => Promise<MessageBody | Answered | null>;

/** `body` is the private answer; null where a modal is the answer. */
export interface Answered extends Omit<Accepted, 'body'> {
  readonly body: MessageBody | null;
  /** Whether it takes the place of what was clicked, where only the clicker sees that. */
  readonly replaces?: boolean;
}

const onRelease: Readonly<Record<string, OnRelease>> = {
  'release.approve': (ports, asker, release, _open, seen) => castVote(ports, asker, release, { vote: 'approve', seen }),
  'release.take-back': takeBackVote,
  'release.reject': askWhyRejected,
  'release.cancel': cancelRelease,
  'release.go': letGo,
  'release.review': (ports, asker, release) => reviewRelease(ports, asker, release),
  'release.rollback': (ports, asker, release) => rollBack(ports, asker, release),
};

const holdActions: Readonly<Record<string, (ports: ChatPorts, asker: Asker, id: string) => Promise<MessageBody>>> = {
  'hold.unlock': endHoldById,
  'hold.take': takeOver,
  'hold.keep': keepHold,
};

/** What a click does. The value is a short id only: rights and state are read again here. */
export async function click(
  ports: MutePorts,
  asker: Asker,
  action: string,
  value: string,
  open: Open,
): Promise<Answered> {
  if (action.startsWith('policy.')) return { body: await clickPolicy(ports, asker, action, value.slice(0, 64)) };
  const onHold = Object.hasOwn(holdActions, action) ? holdActions[action] : undefined;
  if (onHold !== undefined) return { body: await onHold(ports, asker, value.slice(0, 64)) };
  if (action.startsWith('history.')) return { body: await turnPage(ports, asker, action, value), replaces: true };
  if (action === 'mute.end') return { body: await unmuteById(ports, asker, value.slice(0, 300)) };
  if (action.startsWith('drift.')) return { body: await clickDrift(ports, asker, action, value) };
  if (action === 'notice.confirm-record' || action === 'notice.resume-lane')
    return { body: await operate(ports, asker, action, value) };
  if (action === 'release.form') {
    const isOpen = await open(emptyForm(ports, asker.asked));
    return { body: isOpen ? null : reply('Slack did not open the form. Press the button again.') };
  }
  const act = Object.hasOwn(onRelease, action) ? onRelease[action] : undefined;
  const [named = '', seen] = value.split('.');
  const id = releaseIdSchema.safeParse(named);
  if (act === undefined || !id.success)
    return { body: reply('That button is of an older Sluice; type the command instead.') };
  const release = await ports.release(id.data);
  if (release === null) return { body: reply('That release is no longer on record.') };
  const outcome = await act(ports, asker, release, open, seen);
  return outcome !== null && 'body' in outcome ? outcome : { body: outcome };
}

async function operate(ports: ChatPorts, asker: Asker, action: string, value: string): Promise<MessageBody> {
  if (!(await ports.decision.may(asker.person.user, 'operator', {}))) return reply('Only an operator may do that.');
  if (action === 'notice.confirm-record') {
    await ports.confirmRecord(asker.person.name);
    return reply('Confirmed: releases go on from here.');
  }
  await ports.resumeLane(value.slice(0, 300));
  return reply('Resumed: the lane tries again now.');
}
