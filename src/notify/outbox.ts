import { messageOf, Retryable } from '../doors/errors.ts';
import { epochMsOf, type Instant, instantOf } from '../doors/time.ts';
import type { Posted } from '../vocabulary/release.ts';
import type { MessageBody } from '../words/blocks.ts';
import { createPacing } from './pacing.ts';
import type { NotifyPorts, Sent } from './ports.ts';
import { type Position, readPosition } from './position.ts';

/** `done`: what was to be told is told. `later`: it stays dirty. */
export type Told = { readonly kind: 'done' } | { readonly kind: 'later'; readonly afterMs: number };

const done: Told = { kind: 'done' };
const shownLimit = 20_000;

/** Slack is given eight seconds for a call. One that was given up, or whose process ended, may be carried out so late. */
const underWayMs = 10_000;

/** Sends one subject's messages: paced by channel, posted once, updated only when they look different. */
export function createOutbox(ports: NotifyPorts) {
  const { clock, log } = ports;
  const pacing = createPacing(ports.channelEveryMs);
  /** What each message last looked like, so that nothing is sent twice; forgetting costs one update. */
  const shown = new Map<string, string>();
  let toldOfHistory = false;

  /** Takes a turn in a channel, or says how long to wait for one; nothing is awaited between the two. */
  const turn = (channel: string): Told => {
    const waitMs = pacing.waitMs(channel, clock.now());
    if (waitMs > 0) return { kind: 'later', afterMs: waitMs };
    pacing.sent(channel, clock.now());
    return done;
  };
  const heed = (channel: string, sent: Sent): void => {
    if (sent.kind !== 'later') pacing.answered(channel, clock.now());
    else if (isRateLimit(sent)) pacing.pause(channel, clock.now(), sent.afterMs);
    else pacing.failed(channel, clock.now(), sent.afterMs);
  };
  const paced = async (channel: string, send: () => Promise<Sent>): Promise<Sent> => {
    const mine = turn(channel);
    if (mine.kind === 'later') return { ...mine, because: 'paced' };
    const sent = await send();
    heed(channel, sent);
    return sent;
  };

  const remember = (subject: string, body: MessageBody) => {
    if (shown.size >= shownLimit) shown.clear();
    shown.set(subject, JSON.stringify(body));
  };
  const save = (subject: string, position: Position) => ports.setCursor(subject, JSON.stringify(position));
  const impossible = (subject: string, channel: string, because: string): Told => {
    log.error({ subject, channel, because }, 'Slack does not take this message, and trying again would not help');
    return done;
  };

  /** Whether Slack may still be about to carry out what was begun: looked for now, it would be missed and sent twice. */
  const underWay = (until: Instant | null): Told => {
    const afterMs = until === null ? 0 : epochMsOf(until) - clock.now();
    return afterMs > 0 ? { kind: 'later', afterMs } : done;
  };
  const fromNow = (ms: number): Instant => instantOf(clock.now() + ms);

  /** A post whose answer was lost may be there: it is looked for by its metadata before it is posted again. */
  const findLost = async (channel: string, subject: string, mark?: string): Promise<Posted | null> => {
    const { event_type, event_payload } = metadataOf(subject, mark);
    try {
      return await ports.findPosted(channel, event_type, event_payload.id);
    } catch (error) {
      if (error instanceof Retryable) throw error;
      if (!toldOfHistory)
        log.warn(
          { subject, err: messageOf(error) },
          'lost messages cannot be looked for, so a crash may post one twice',
        );
      toldOfHistory = true;
      return null;
    }
  };

  const redraw = async (subject: string, posted: Posted, body: MessageBody): Promise<Told | Posted> => {
    const sent = await paced(posted.channel, () => ports.update(posted, body));
    if (sent.kind === 'later') return { kind: 'later', afterMs: sent.afterMs };
    if (sent.kind === 'impossible') impossible(subject, posted.channel, sent.because);
    remember(subject, body);
    return posted;
  };

  const first = async (
    subject: string,
    channel: string,
    body: MessageBody,
    position: Position,
  ): Promise<Told | Posted> => {
    const earlier = underWay(position.postingUntil);
    if (earlier.kind === 'later') return earlier;
    // The turn comes first: a message that only waits for it has not been begun.
    const mine = turn(channel);
    if (mine.kind === 'later') return mine;
    if (position.postingUntil !== null) {
      const posted = await findLost(channel, subject);
      if (posted !== null) {
        await ports.notePosted(subject, posted);
        // What it shows is as old as the post.
        return redraw(subject, posted, body);
      }
    }
    await save(subject, { ...position, postingUntil: fromNow(underWayMs) });
    const sent = await ports.post(channel, body, { metadata: metadataOf(subject) });
    heed(channel, sent);
    if (sent.kind === 'later') {
      if (sent.isAnswered === true) await save(subject, { ...position, postingUntil: afterAnswer(sent) });
      return { kind: 'later', afterMs: sent.afterMs };
    }
    if (sent.kind === 'impossible') return impossible(subject, channel, sent.because);
    const posted = { channel: sent.channel, ts: sent.ts };
    await ports.notePosted(subject, posted);
    remember(subject, body);
    return posted;
  };

  /** What Slack has answered is there by now or will never be; what it refused for its rate is surely not there. */
  const afterAnswer = (sent: Sent): Instant | null => (isRateLimit(sent) ? null : fromNow(0));

  const positionOf = async (subject: string): Promise<Position> => readPosition(await ports.cursor(subject));

  return {
    position: positionOf,
    save,
    /** The message of a subject as it should look now, wherever it stands. */
    show: async (
      subject: string,
      channel: string,
      posted: Posted | undefined,
      body: MessageBody,
      position: Position,
    ): Promise<Told | Posted> => {
      if (posted === undefined) return first(subject, channel, body, position);
      return shown.get(subject) === JSON.stringify(body) ? posted : redraw(subject, posted, body);
    },
    /** A further message: in the thread, or in the channel where there is none. Null where Slack will never take it. */
    say: async (
      subject: string,
      channel: string,
      body: MessageBody,
      options: { thread?: string; broadcast?: boolean } = {},
    ): Promise<Extract<Told, { kind: 'later' }> | Posted | null> => {
      const sent = await paced(channel, () => ports.post(channel, body, options));
      if (sent.kind === 'later') return { kind: 'later', afterMs: sent.afterMs };
      if (sent.kind === 'sent') return { channel: sent.channel, ts: sent.ts };
      impossible(subject, channel, sent.because);
      return null;
    },
    /**
     * A message of its own beside that of its subject, which `mark` tells from the others: one that was begun is looked for
     * before it is sent again, so that a kill neither loses nor doubles it. Whoever asked notes that it was told, and that
     * nothing is being sent. Null where Slack will never take it.
     */
    sayOnce: async (
      subject: string,
      mark: string,
      channel: string,
      body: MessageBody,
    ): Promise<Extract<Told, { kind: 'later' }> | Posted | null> => {
      const position = await positionOf(subject);
      const isBegun = position.sending === mark;
      const earlier = isBegun ? underWay(position.sendingUntil) : done;
      if (earlier.kind === 'later') return earlier;
      const mine = turn(channel);
      if (mine.kind === 'later') return mine;
      const lost = isBegun ? await findLost(channel, subject, mark) : null;
      if (lost !== null) return lost;
      await save(subject, { ...position, sending: mark, sendingUntil: fromNow(underWayMs) });
      const sent = await ports.post(channel, body, { metadata: metadataOf(subject, mark) });
      heed(channel, sent);
      if (sent.kind === 'sent') return { channel: sent.channel, ts: sent.ts };
      if (sent.kind === 'impossible') {
        impossible(subject, channel, sent.because);
        return null;
      }
      if (sent.isAnswered === true) {
        const sendingUntil = afterAnswer(sent);
        await save(subject, { ...position, sending: sendingUntil === null ? null : mark, sendingUntil });
      }
      return { kind: 'later', afterMs: sent.afterMs };
    },
    done,
  };
}
export type Outbox = ReturnType<typeof createOutbox>;

function isRateLimit(sent: Sent): boolean {
  return sent.kind === 'later' && sent.because === 'ratelimited';
}

/** `release/01K…` is looked for as `sluice_release` with the id `01K…`, and what is marked as `sluice_release_copy`. */
function metadataOf(subject: string, mark?: string) {
  const slash = subject.indexOf('/');
  const id = subject.slice(slash + 1);
  const event_type = `sluice_${subject.slice(0, slash).replaceAll('-', '_')}`;
  return mark === undefined
    ? { event_type, event_payload: { id } }
    : { event_type: `${event_type}_copy`, event_payload: { id: `${id} ${mark}` } };
}
