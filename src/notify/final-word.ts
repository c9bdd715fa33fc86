import { awaitsStep, isAutomatic, type Posted, type Release } from '../vocabulary/release.ts';
import { overall } from '../vocabulary/verdict.ts';
import { code, context, foreign, section } from '../words/blocks.ts';
import { addressee, callable, personBehind } from './author.ts';
import type { ArrivalSection } from './messages/arrival.ts';
import { message, stepOf } from './messages/words.ts';
import type { Outbox, Told } from './outbox.ts';
import type { NotifyPorts } from './ports.ts';
import type { Position } from './position.ts';

/** How a release has ended for now: a verdict may still be revised, and is then told again. */
interface FinalWord {
  readonly kind: string;
  /** What follows the mention. */
  readonly sentence: string;
}

/**
 * How it ended, with a mention of whoever asked and of nobody else, as edits notify nobody: in the thread, and once more privately where
 * they are not in the channel, which a mention does not reach. Each ending is told once.
 */
export async function tellFinalWord(
  ports: NotifyPorts,
  outbox: Outbox,
  release: Release,
  posted: Posted,
  arrival: ArrivalSection | null,
): Promise<Told> {
  const word = finalWord(release, arrival);
  if (word === null) return outbox.done;
  const subject = `release/${release.id}`;
  let position = await outbox.position(subject);
  const note = async (said: Partial<Position>): Promise<void> => {
    position = { ...position, ...said };
    await outbox.save(subject, position);
  };
  if (word.kind !== position.told) {
    // The first good news needs no broadcast; a failure does, and so does the recovery from one.
    const isNews = word.kind === 'failed' || (word.kind === 'healthy' && position.told === 'failed');
    // Nobody waits for what went by itself and well, nor for a step that the next one follows.
    if (word.kind === 'healthy' && !isNews && (isAutomatic(release.request) || isFollowed(release))) {
      await note({ told: word.kind, ending: String(release.revision) });
      return outbox.done;
    }
    const text = `${await addressee(ports, release)} ${word.sentence}`;
    const options = { thread: posted.ts, broadcast: isNews };
    const said = await outbox.say(subject, posted.channel, message(text, [section(text)]), options);
    if (said !== null && 'kind' in said) return said;
    await note({ told: word.kind, ending: said?.ts ?? String(release.revision), owed: true });
  }
  if (!position.owed) return outbox.done;
  const user = await personBehind(ports, release);
  const [called] = user === null ? [] : await callable(ports, [user], release);
  const isReached = called === undefined || (await ports.isIn(posted.channel, called));
  if (!isReached) {
    const text = `${word.sentence} More in <#${posted.channel}>.`;
    const body = message(text, [section(text), context(muteHint(release))]);
    const said = await outbox.sayOnce(subject, `word ${position.ending}`, called, body);
    if (said !== null && 'kind' in said) return said;
  }
  await note({ owed: false, sending: null });
  return outbox.done;
}

/** Null while it goes on, and where its requester ended it or has been told otherwise. */
function finalWord(release: Release, arrival: ArrivalSection | null): FinalWord | null {
  const { state, request } = release;
  const environment = foreign(request.environment, 80);
  switch (state.kind) {
    case 'written': {
      const kind = release.arrival === undefined ? undefined : overall(release.arrival)?.kind;
      if (arrival === null || (kind !== 'healthy' && kind !== 'failed' && kind !== 'gone')) return null;
      return { kind, sentence: arrival.news };
    }
    case 'rejected': {
      const because = state.because === undefined ? '' : `: ${foreign(state.because, 500)}`;
      if (state.by.user === request.requester.user) return null;
      return {
        kind: state.kind,
        sentence: `*${stepOf(release)} in ${environment}* was rejected by ${foreign(state.by.name, 80)}${because}.`,
      };
    }
    case 'expired':
      return {
        kind: state.kind,
        sentence: `*${stepOf(release)} in ${environment}* has expired: it was not let go in time.`,
      };
    case 'cancelled':
      // The later steps of a chain end with the one that was cancelled.
      if (state.by.user === request.requester.user || awaitsStep(release)) return null;
      return {
        kind: state.kind,
        sentence: `*${stepOf(release)} in ${environment}* was cancelled by ${foreign(state.by.name, 80)}.`,
      };
    default:
      return null;
  }
}

/** How not to be written to about it any more. */
function muteHint({ request }: Release): string {
  return `Not now? ${code(`/release mute ${request.service} ${request.environment}`)}`;
}

function isFollowed({ chain }: Release): boolean {
  return chain !== undefined && chain.step < chain.environments.length;
}
