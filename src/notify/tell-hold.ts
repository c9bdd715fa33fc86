import { epochMsOf } from '../doors/time.ts';
import type { Hold } from '../vocabulary/hold.ts';
import type { Posted } from '../vocabulary/release.ts';
import type { MessageBody } from '../words/blocks.ts';
import { holdMessage, stillNeededMessage, takenMessage } from './messages/hold.ts';
import type { Outbox, Told } from './outbox.ts';
import type { NotifyPorts } from './ports.ts';
import type { Position } from './position.ts';

/** The beginning of a lock or a freeze is a message in the channels it concerns; its end takes the button away and is told there too. */
export async function tellHold(ports: NotifyPorts, outbox: Outbox, id: string, channelless: () => Told): Promise<Told> {
  const hold = await ports.holdById(id);
  if (hold === null) return outbox.done;
  const telling = await beginTelling(outbox, hold);
  const own = hold.environment === undefined ? undefined : ports.environment(hold.environment)?.channel;
  const channels = hold.environment === undefined ? ports.channels() : own === undefined ? [] : [own];
  if (hold.state.kind === 'active' && channels.length === 0) return channelless();
  const told =
    hold.state.kind === 'active' ? await tellActive(telling, hold, channels) : await tellEnded(telling, hold);
  return told ?? (await tellQuestion(telling, hold)) ?? outbox.done;
}

type Later = Extract<Told, { kind: 'later' }>;
type Telling = Awaited<ReturnType<typeof beginTelling>>;

/** What was said of one hold, and how to say more: everything once, also after a restart. */
async function beginTelling(outbox: Outbox, hold: Hold) {
  const subject = `hold/${hold.id}`;
  let position = await outbox.position(subject);
  const keep = async (mark: string, change: Partial<Position>) => {
    position = { ...position, ...change, told: `${position.told ?? ''} ${mark}`.trim() };
    await outbox.save(subject, position);
  };
  return {
    position: () => position,
    isTold: (mark: string) => (position.told ?? '').split(' ').includes(mark),
    say: async (
      mark: string,
      channel: string,
      body: MessageBody,
      options: { thread?: string; broadcast?: boolean } = {},
      change: (posted: Posted) => Partial<Position> = () => ({}),
    ): Promise<Later | null> => {
      const said = await outbox.say(subject, channel, body, options);
      if (said !== null && 'kind' in said) return said;
      await keep(mark, said === null ? {} : change(said));
      return null;
    },
    redraw: async (name: string, post: Posted, body: MessageBody): Promise<Later | null> => {
      const shown = await outbox.show(`${subject}/${name}`, post.channel, post, body, position);
      return 'kind' in shown && shown.kind === 'later' ? shown : null;
    },
  };
}

async function tellActive(telling: Telling, hold: Hold, channels: readonly string[]): Promise<Later | null> {
  const body = holdMessage(hold);
  for (const channel of channels) {
    const { posts } = telling.position();
    const post = posts[channel];
    const later =
      post !== undefined
        ? await telling.redraw(channel, post, body)
        : telling.isTold(`active:${channel}`)
          ? null
          : await telling.say(`active:${channel}`, channel, body, {}, (said) => ({
              posts: { ...telling.position().posts, [channel]: said },
            }));
    if (later !== null) return later;
  }
  const [first] = Object.values(telling.position().posts);
  if (hold.taken === undefined || first === undefined || telling.isTold(`taken:${hold.taken.at}`)) return null;
  return telling.say(`taken:${hold.taken.at}`, first.channel, takenMessage(hold, hold.taken), { thread: first.ts });
}

/** Within this time whoever saw the message of a lock sees it change; a second one would say the same right below it. */
const soonMs = 5 * 60_000;

/** Where nobody was told that it began, nobody needs to know that it is over; nor does a lock that was soon ended need a message more. */
async function tellEnded(telling: Telling, hold: Hold): Promise<Later | null> {
  const body = holdMessage(hold);
  for (const [channel, post] of Object.entries(telling.position().posts)) {
    const redrawn = await telling.redraw(channel, post, body);
    if (redrawn !== null) return redrawn;
    if (isSoonOver(hold) || telling.isTold(`ended:${channel}`)) continue;
    const said = await telling.say(`ended:${channel}`, post.channel, body, { thread: post.ts, broadcast: true });
    if (said !== null) return said;
  }
  return null;
}

function isSoonOver({ since, state }: Hold): boolean {
  return state.kind === 'ended' && epochMsOf(state.at) - epochMsOf(since) < soonMs;
}

/** The daily question stands in one thread only, however many channels were told. */
async function tellQuestion(telling: Telling, hold: Hold): Promise<Later | null> {
  const { question, posts } = telling.position();
  const [first] = Object.values(posts);
  if (question !== null && question.asked !== hold.asked) {
    const past = await telling.redraw('question', question, stillNeededMessage(hold, question.asked));
    if (past !== null) return past;
  }
  if (hold.asked === undefined || first === undefined) return null;
  const { asked } = hold;
  const body = stillNeededMessage(hold, asked);
  if (question?.asked === asked) return telling.redraw('question', question, body);
  if (hold.state.kind === 'ended') return null;
  return telling.say(`asked:${asked}`, first.channel, body, { thread: first.ts }, (said) => ({
    question: { ...said, asked },
  }));
}
