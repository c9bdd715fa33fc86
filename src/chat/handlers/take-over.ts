import { epochMsOf, instantOf } from '../../doors/time.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import { actions, button, foreign, type MessageBody, mention } from '../../words/blocks.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { heldWords, holdWords, reply } from '../views/words.ts';
import { mayEnd, maySet, scopeOf } from './hold-rights.ts';

/** An offer that was not taken up is asked for again: what it was about may be over. */
const offerMs = 3_600_000;

/** Somebody else's stays theirs until whoever asks confirms; what they asked for waits with it. */
export async function offerTakeOver(
  ports: ChatPorts,
  asker: Asker,
  known: Hold,
  wish: NonNullable<Hold['wish']>,
): Promise<MessageBody> {
  const offered = await ports.changeHold(known.id, (hold) => ({ ...hold, wish }), {
    event: 'hold.wished',
    by: asker.person,
  });
  if (offered === null) return reply('It has ended meanwhile; type it again.');
  const offer = reply(
    `${holdWords(offered)}.`,
    'You may take it over: it is yours then, with your reason and your end.',
  );
  const take = button({
    text: 'Take over',
    action: 'hold.take',
    value: offered.id,
    style: 'danger',
    confirm: {
      title: `Take it over from ${offered.by.name}?`,
      text: `${offered.by.name} is told. Their reason was: ${offered.because}`,
      confirm: 'Take over',
    },
  });
  return { ...offer, blocks: [...offer.blocks, actions(take)] };
}

/** The confirmed click: rights and owner are looked at again, and there is no moment without the hold. */
export async function takeOver(ports: ChatPorts, asker: Asker, id: string): Promise<MessageBody> {
  const seen = (await ports.holds()).find((hold) => hold.id === id);
  if (seen === undefined) return reply('That has ended already.');
  if (!(await maySet(ports, asker.person, seen.what ?? 'lock', scopeOf(seen))))
    return reply(`You may not take over ${heldWords(seen)}.`);
  const now = ports.clock.now();
  const taken = await ports.changeHold(
    id,
    (hold) => {
      const { wish, until: _until, asked: _asked, kept: _kept, ...rest } = hold;
      const isMeant = wish?.by.user === asker.person.user && hold.by.user === seen.by.user;
      if (!isMeant || now - epochMsOf(wish.at) > offerMs) return null;
      const { because, by, until } = wish;
      const at = instantOf(now);
      return {
        ...rest,
        because,
        by,
        since: at,
        taken: { from: hold.by, at },
        ...(until === undefined ? {} : { until }),
      };
    },
    { event: 'hold.taken', by: asker.person, text: `taken over from ${seen.by.name} by ${asker.person.name}` },
  );
  return taken === null
    ? reply('That offer is over, or somebody else has taken it over; type the command again.')
    : reply(`Taken over from ${mention(seen.by.user)}. ${holdWords(taken)}.`);
}

/** The answer to the daily question: it is still needed. */
export async function keepHold(ports: ChatPorts, asker: Asker, id: string): Promise<MessageBody> {
  const seen = (await ports.holds()).find((hold) => hold.id === id);
  if (seen === undefined) return reply('That has ended already.');
  if (!(await mayEnd(ports, asker.person, seen)))
    return reply(`Only ${mention(seen.by.user)} or an operator may say so.`);
  const kept = { by: asker.person, at: instantOf(ports.clock.now()) };
  await ports.changeHold(id, (hold) => ({ ...hold, kept }), {
    event: 'hold.kept',
    by: asker.person,
    text: `kept by ${asker.person.name}`,
  });
  return reply(
    `Kept: ${heldWords(seen)} (${foreign(seen.because, 300)}). ${mention(seen.by.user)} is asked again in a day.`,
  );
}
