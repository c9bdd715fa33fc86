import { escapeText, type MessageBody, mention } from '../../blocks.ts';
import { isAutomatic, type Release, type UserId, type Vote } from '../../release.ts';
import { epochMsOf, instantOf } from '../../time.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply, stateWords, stepOf } from '../views/words.ts';

const tries = 5;

/** Null where a vote of this person would count now; else what they are told privately. */
export async function mayStillVote(ports: ChatPorts, user: UserId, release: Release): Promise<MessageBody | null> {
  if (release.state.kind !== 'held') return reply(`Too late: ${stepOf(release)} is ${stateWords(release)}.`);
  const { expiresAt } = release.decision ?? {};
  if (expiresAt !== undefined && epochMsOf(expiresAt) <= ports.clock.now())
    return reply(`Too late: the time to vote on ${stepOf(release)} is over.`);
  const may = await ports.decision.mayVote(user, release);
  if (may.kind === 'may-not')
    return reply(`You cannot vote on ${stepOf(release)}: ${escapeText(may.because)}.`, `It ${stateWords(release)}.`);
  return release.decision?.bound === undefined
    ? reply(`${stepOf(release)} does not ask for votes just now: ${stateWords(release)}.`)
    : null;
}

/** Counts a vote, or says privately why it does not count. Rights and state are read again, whatever the button said. */
export async function castVote(
  ports: ChatPorts,
  asker: Asker,
  seen: Release,
  vote: Vote['vote'],
  because?: string,
): Promise<MessageBody> {
  let release = seen;
  for (let round = 0; round < tries; round += 1) {
    const refusal = await mayStillVote(ports, asker.person.user, release);
    if (refusal !== null) return refusal;
    const bound = release.decision?.bound ?? '';
    const own = release.votes.find(
      (each) => each.person.user === asker.person.user && each.bound === bound && each.vote === 'approve',
    );
    if (own !== undefined && vote === 'approve')
      return reply(`You have approved ${stepOf(release)} already.`, `It ${stateWords(release)}.`);
    const cast: Vote = {
      person: asker.person,
      vote,
      at: instantOf(ports.clock.now()),
      bound,
      ...(because === undefined ? {} : { because: because.slice(0, 500) }),
    };
    const votes = [...release.votes, cast];
    const change =
      vote === 'approve'
        ? { votes }
        : {
            votes,
            state: {
              kind: 'rejected' as const,
              by: asker.person,
              ...(because === undefined ? {} : { because: because.slice(0, 500) }),
            },
          };
    const text = `${vote === 'approve' ? 'approved' : 'rejected'} by ${asker.person.name}${because === undefined ? '' : `: ${because.slice(0, 500)}`}`;
    const moved = await ports.transition(release, change, {
      event: vote === 'approve' ? 'release.approved' : 'release.rejected',
      by: asker.person,
      text,
    });
    if (moved.kind === 'done') {
      await ports.markDue(`release/${release.id}`);
      ports.nudge(`release/${release.id}`);
      return reply(`${vote === 'approve' ? 'Approved' : 'Rejected'}: ${stepOf(release)}.`);
    }
    release = moved.record;
  }
  return reply(
    `${stepOf(release)} changes faster than votes can be counted; click again. Asked by ${mention(release.request.requester.user)}.`,
  );
}

/** Withdraws a release that is not being written: its requester or an operator may. */
export async function cancelRelease(ports: ChatPorts, asker: Asker, seen: Release): Promise<MessageBody> {
  let release = seen;
  if (!(await isInCharge(ports, asker, release)))
    return reply(`Only ${inCharge(release)} or an operator may cancel ${stepOf(release)}.`);
  for (let round = 0; round < tries; round += 1) {
    const { kind } = release.state;
    if (kind !== 'requested' && kind !== 'held' && kind !== 'queued')
      return reply(`Too late: ${stepOf(release)} is ${stateWords(release)}.`);
    const moved = await ports.transition(
      release,
      { state: { kind: 'cancelled', by: asker.person } },
      { event: 'release.cancelled', by: asker.person, text: `cancelled by ${asker.person.name}` },
    );
    if (moved.kind === 'done') return reply(`Cancelled: ${stepOf(release)}.`);
    release = moved.record;
  }
  return reply(`${stepOf(release)} is ${stateWords(release)}.`);
}

/** Lets go what a lock had held: its requester or an operator may. It is decided again before it is written. */
export async function letGo(ports: ChatPorts, asker: Asker, seen: Release): Promise<MessageBody> {
  let release = seen;
  if (!(await isInCharge(ports, asker, release)))
    return reply(`Only ${inCharge(release)} or an operator may let ${stepOf(release)} go.`);
  for (let round = 0; round < tries; round += 1) {
    const { decision } = release;
    const reasons = decision?.reasons.filter(({ code }) => code !== 'needs-go');
    if (release.state.kind !== 'held' || decision === undefined || reasons?.length === decision.reasons.length)
      return reply(`Too late: ${stepOf(release)} is ${stateWords(release)}.`);
    const moved = await ports.transition(
      release,
      { decision: { ...decision, reasons: reasons ?? [] } },
      { event: 'release.go', by: asker.person, text: `let go by ${asker.person.name}` },
    );
    if (moved.kind === 'done') {
      await ports.markDue(`release/${release.id}`);
      ports.nudge(`release/${release.id}`);
      return reply(`On its way: ${stepOf(release)}.`);
    }
    release = moved.record;
  }
  return reply(`${stepOf(release)} is ${stateWords(release)}.`);
}

/** The requester and operators; where nobody asked for it, whoever may release there. */
async function isInCharge(ports: ChatPorts, asker: Asker, { request }: Release): Promise<boolean> {
  const { service, environment, requester } = request;
  const { user } = asker.person;
  if (requester.user === user) return true;
  return ports.decision.may(user, isAutomatic(request) ? 'releaser' : 'operator', { service, environment });
}

function inCharge({ request }: Release): string {
  return isAutomatic(request) ? 'a releaser' : mention(request.requester.user);
}
