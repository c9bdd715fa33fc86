import type { MessageBody } from '../blocks.ts';
import { messageOf, Retryable } from '../errors.ts';
import type { Posted } from '../release.ts';
import { createPacing } from './pacing.ts';
import type { NotifyPorts, Sent } from './ports.ts';
import { type Position, readPosition } from './position.ts';

/** `done`: what was to be told is told. `later`: it stays dirty. */
export type Told = { readonly kind: 'done' } | { readonly kind: 'later'; readonly afterMs: number };

const done: Told = { kind: 'done' };
const shownLimit = 20_000;

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

  /** A post whose answer was lost may be there: it is looked for by its metadata before it is posted again. */
  const findLost = async (channel: string, subject: string): Promise<Posted | null> => {
    const { type, id } = metadataOf(subject);
    try {
      return await ports.findPosted(channel, type, id);
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
    // The turn comes first: a message that only waits for it has not been begun.
    const mine = turn(channel);
    if (mine.kind === 'later') return mine;
    if (position.posting) {
      const posted = await findLost(channel, subject);
      if (posted !== null) {
        await ports.notePosted(subject, posted);
        // What it shows is as old as the post.
        return redraw(subject, posted, body);
      }
    } else await save(subject, { ...position, posting: true });
    const { type, id } = metadataOf(subject);
    const sent = await ports.post(channel, body, { metadata: { event_type: type, event_payload: { id } } });
    heed(channel, sent);
    if (sent.kind === 'later') {
      // What was refused for its rate is surely not there.
      if (isRateLimit(sent)) await save(subject, { ...position, posting: false });
      return { kind: 'later', afterMs: sent.afterMs };
    }
    if (sent.kind === 'impossible') return impossible(subject, channel, sent.because);
    const posted = { channel: sent.channel, ts: sent.ts };
    await ports.notePosted(subject, posted);
    remember(subject, body);
    return posted;
  };

  return {
    position: async (subject: string): Promise<Position> => readPosition(await ports.cursor(subject)),
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
    done,
  };
}
export type Outbox = ReturnType<typeof createOutbox>;

function isRateLimit(sent: Sent): boolean {
  return sent.kind === 'later' && sent.because === 'ratelimited';
}

/** `release/01K…` is looked for as `sluice_release` with the id `01K…`. */
function metadataOf(subject: string): { readonly type: string; readonly id: string } {
  const slash = subject.indexOf('/');
  return { type: `sluice_${subject.slice(0, slash).replaceAll('-', '_')}`, id: subject.slice(slash + 1) };
}
