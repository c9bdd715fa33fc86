import { epochMsOf, instantOf } from '../../doors/time.ts';
import type { Person } from '../../vocabulary/person.ts';
import { awaitsStep, isAutomatic, type Release, type Vote } from '../../vocabulary/release.ts';
import { approving, shownBound, withVote } from '../../vocabulary/votes.ts';
import { actions, button, code, escapeText, type MessageBody, mention } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { reply, shortId, stateWords, stepAndState, stepOf } from '../views/words.ts';

const tries = 5;

/** Null where a vote of this person would count now; else what they are told privately. */
export async function refusedVote(ports: ChatPorts, person: Person, release: Release): Promise<MessageBody | null> {
  const standing = await standingOf(ports, person, release);
  return 'as' in standing ? null : standing.body;
}

/** As whom somebody would vote now, for exactly what was decided; else why they cannot. */
async function standingOf(
  ports: ChatPorts,
  person: Person,
  release: Release,
): Promise<{ readonly as: readonly string[]; readonly bound: string } | { readonly body: MessageBody }> {
  if (release.state.kind !== 'held') return { body: tooLate(release) };
  if (awaitsStep(release)) return { body: reply(`Too early: ${stepOf(release)} ${stateWords(release)}.`) };
  const { expiresAt, bound } = release.decision ?? {};
  if (expiresAt !== undefined && epochMsOf(expiresAt) <= ports.clock.now())
    return { body: reply(`Too late: the time to vote on ${stepOf(release)} is over.`) };
  const may = await ports.decision.mayVote(person, release);
  if (may.kind === 'may-not') {
    const why = `You cannot vote on ${stepOf(release)}: ${escapeText(may.because)}.`;
    return { body: reply(why, `It ${stateWords(release)}.`) };
  }
  return bound === undefined
    ? { body: reply(`${stepOf(release)} does not ask for votes just now: ${stateWords(release)}.`) }
    : { as: may.as, bound };
}

export interface Ballot {
  readonly vote: 'approve' | 'reject';
  readonly because?: string | undefined;
  /** What the button was bound to, as buttons carry it; absent where the vote was typed. */
  readonly seen?: string | undefined;
}

/** Counts a vote, or says privately why it does not count. Rights and state are read again, whatever the button said. */
export async function castVote(ports: ChatPorts, asker: Asker, first: Release, ballot: Ballot): Promise<MessageBody> {
  let release = first;
  for (let round = 0; round < tries; round += 1) {
    const standing = await standingOf(ports, asker.person, release);
    if ('body' in standing) return standing.body;
    if (ballot.seen !== undefined && ballot.seen !== shownBound(standing.bound))
      return reply(
        `${stepOf(release)} has changed since that button was shown, so nothing was counted.`,
        'Look at the message again: it says what is another now.',
      );
    const isCounted = approving(release).some(({ person }) => person.user === asker.person.user);
    if (isCounted && ballot.vote === 'approve')
      return reply(`You have approved ${stepOf(release)} already.`, `It ${stateWords(release)}.`);
    const { change, entry } = voted(ports, asker, release, ballot, standing);
    const moved = await ports.transition(release, change, entry);
    if (moved.kind === 'done') {
      await lookAgain(ports, release);
      return ballot.vote === 'approve' ? approvedReply(release, standing.as) : reply(`Rejected: ${stepOf(release)}.`);
    }
    release = moved.record;
  }
  return reply(
    `${stepOf(release)} changes faster than votes can be counted; click again. Asked by ${mention(release.request.requester.user)}.`,
  );
}

function voted(
  ports: ChatPorts,
  { person }: Asker,
  release: Release,
  { vote, because }: Ballot,
  { as, bound }: { readonly as: readonly string[]; readonly bound: string },
) {
  const reason = because === undefined ? {} : { because: because.slice(0, 500) };
  const cast: Vote = { person, vote, at: instantOf(ports.clock.now()), bound, as: [...as], ...reason };
  const votes = withVote(release.votes, cast);
  const standing = as.length === 0 ? '' : ` (${as.join(', ')})`;
  const why = because === undefined ? '' : `: ${because.slice(0, 500)}`;
  return vote === 'approve'
    ? {
        change: { votes },
        entry: { event: 'release.approved', by: person, text: `approved by ${person.name}${standing}` },
      }
    : {
        change: { votes, state: { kind: 'rejected' as const, by: person, ...reason } },
        entry: { event: 'release.rejected', by: person, text: `rejected by ${person.name}${standing}${why}` },
      };
}

function approvedReply(release: Release, as: readonly string[]): MessageBody {
  const body = reply(
    `Approved: ${stepOf(release)}.`,
    ...(as.length === 0 ? [] : [`It counts as one vote of ${escapeText(as.join(' or '))}.`]),
    `Changed your mind? ${code(`/release take-back ${shortId(release)}`)}`,
  );
  const undo = button({ text: 'Take my vote back', action: 'release.take-back', value: release.id });
  return { ...body, blocks: [...body.blocks, actions(undo)] };
}

/** Takes one's own approval back, as long as nothing is being written. */
export async function takeBackVote(ports: ChatPorts, asker: Asker, seen: Release): Promise<MessageBody> {
  let release = seen;
  const { person } = asker;
  for (let round = 0; round < tries; round += 1) {
    if (release.state.kind !== 'held' && release.state.kind !== 'queued') return tooLate(release);
    const own = approving(release).find((vote) => vote.person.user === person.user);
    if (own === undefined) return reply(`You have no vote on ${stepOf(release)} to take back.`);
    const cast: Vote = { person, vote: 'take-back', at: instantOf(ports.clock.now()), bound: own.bound };
    const text = `${person.name} takes the approval back`;
    const moved = await ports.transition(
      release,
      { votes: withVote(release.votes, cast) },
      { event: 'release.vote-taken-back', by: person, text },
    );
    if (moved.kind === 'done') {
      await lookAgain(ports, release);
      return reply(`Taken back: your approval of ${stepOf(release)} does not count any more.`);
    }
    release = moved.record;
  }
  return reply(`${stepAndState(release)}.`);
}

function tooLate(release: Release): MessageBody {
  return reply(`Too late. ${stepAndState(release)}.`);
}

async function lookAgain(ports: ChatPorts, { id }: Release): Promise<void> {
  await ports.markDue(`release/${id}`);
  ports.nudge(`release/${id}`);
}

/** Withdraws a release that is not being written: its requester or an operator may. */
export async function cancelRelease(ports: ChatPorts, asker: Asker, seen: Release): Promise<MessageBody> {
  let release = seen;
  if (!(await isInCharge(ports, asker, release)))
    return reply(`Only ${inCharge(release)} or an operator may cancel ${stepOf(release)}.`);
  for (let round = 0; round < tries; round += 1) {
    if (!isCancellable(release)) {
      const rest = await restOf(ports, release);
      if (rest !== undefined) return cancelRelease(ports, asker, rest);
      return reply(`Too late. ${stepAndState(release)}.`);
    }
    const moved = await ports.transition(
      release,
      { state: { kind: 'cancelled', by: asker.person } },
      { event: 'release.cancelled', by: asker.person, text: `cancelled by ${asker.person.name}` },
    );
    if (moved.kind === 'done') return reply(`Cancelled: ${stepOf(release)}${restWords(release)}.`);
    release = moved.record;
  }
  return reply(`${stepAndState(release)}.`);
}

function isCancellable({ state }: Release): boolean {
  return state.kind === 'requested' || state.kind === 'held' || state.kind === 'queued';
}

/** What is still to come of its chain: its next step can be cancelled where this one cannot be any more. */
async function restOf(ports: ChatPorts, { chain }: Release): Promise<Release | undefined> {
  if (chain === undefined) return undefined;
  return (await ports.chain(chain.id)).find((each) => (each.chain?.step ?? 0) > chain.step && isCancellable(each));
}

/** `, and with it production`: the later steps end with this one. */
function restWords({ chain }: Release): string {
  const rest = chain?.environments.slice(chain.step) ?? [];
  return rest.length === 0 ? '' : `, and with it ${escapeText(rest.join(' and '))}`;
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
      return reply(`Too late. ${stepAndState(release)}.`);
    const moved = await ports.transition(
      release,
      { decision: { ...decision, reasons: reasons ?? [] } },
      { event: 'release.go', by: asker.person, text: `let go by ${asker.person.name}` },
    );
    if (moved.kind === 'done') {
      await lookAgain(ports, release);
      return reply(`On its way: ${stepOf(release)}.`);
    }
    release = moved.record;
  }
  return reply(`${stepAndState(release)}.`);
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
