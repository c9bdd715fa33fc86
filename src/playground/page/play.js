// @ts-check
// Plays the steps of a story as a person would do them.
import { api } from './api.js';

/**
 * @typedef {import('./state.js').Message} Message
 * @typedef {import('./stories.js').Step} Step
 */

/** Everything that a message says, in one string: its text and the words of its blocks. @param {Message} message */
export function wordsOf(message) {
  /** @type {string[]} */
  const words = [message.text];
  const collect = (/** @type {unknown} */ value) => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'text' && typeof inner === 'string') words.push(inner);
        else if (key !== 'confirm') collect(inner);
      }
  };
  collect(message.blocks ?? []);
  return words.join('\n').replaceAll(/[*`\u200b]/g, '');
}

/** The button of a message whose words begin so, with the block it stands in. @param {Message} message @param {string} words */
export function buttonIn(message, words) {
  for (const block of message.blocks ?? []) {
    const elements = 'elements' in block ? block.elements : [];
    for (const element of 'accessory' in block && block.accessory ? [...elements, block.accessory] : elements)
      if ('type' in element && element.type === 'button' && element.text.text.startsWith(words))
        return { block_id: block.block_id ?? '', action_id: element.action_id ?? '', value: element.value };
  }
  return null;
}

/** What a channel shows now, to tell later what is new there. @param {Message[]} messages */
export const seenOf = (messages) => new Map(messages.map((each) => [each.ts, wordsOf(each)]));

/** Whether one that matches has come, or has changed its words, since. @param {Message[]} messages @param {RegExp} pattern @param {Map<string, string>} before */
export const hasCome = (messages, pattern, before) =>
  messages.some((each) => pattern.test(wordsOf(each)) && before.get(each.ts) !== wordsOf(each));

/**
 * @param {ReturnType<typeof import('./state.js').createStore<import('./state.js').State>>} store
 * @param {ReturnType<typeof import('./client.js').createClient>} client
 */
export function createPlayer(store, client) {
  const shown = () => store.get().history[store.get().channel] ?? [];
  /** What was there before the last deed. @type {Map<string, string>} */
  let before = new Map();
  const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** In the place of whoever does it. @param {Step} step */
  async function goThere({ as, channel }) {
    const { boot } = store.get();
    const user = boot?.users.find(({ name }) => name === as)?.id ?? store.get().as;
    const place = boot?.channels.find(({ name }) => name === channel)?.id ?? store.get().channel;
    if (user !== store.get().as) await client.switchTo(user, place);
    else if (place !== store.get().channel) await client.select(place);
  }

  /** Resolves with what to tell where it could not be done. @param {Step} step @returns {Promise<string | null>} */
  async function perform({ say, click, on, run }) {
    if (run !== undefined) {
      const { ok, message } = await api.breakThing(run.id, run.params);
      return ok ? null : message;
    }
    if (say !== undefined) {
      // Seen in the composer before it is sent.
      store.set({ typed: say });
      await pause(700);
      store.set({ typed: '' });
      const isTaken = await client.say(say);
      store.set({ typed: null });
      return isTaken ? null : 'That was not taken.';
    }
    if (click === undefined) return null;
    const target = shown()
      .filter((message) => on === undefined || on.test(wordsOf(message)))
      .map((message) => ({ message, button: buttonIn(message, click) }))
      .findLast(({ button }) => button !== null);
    if (target?.button == null) return `There is no button "${click}" here now; go back a step, or begin again.`;
    const { value, ...where } = target.button;
    await client.act({ ts: target.message.ts, ...where, ...(value === undefined ? {} : { value }) });
    return null;
  }

  return {
    /** Does a step; the answer says whether it has come to its end whenever it is asked. @param {Step} step */
    async play(step) {
      await goThere(step);
      const { until } = step;
      // Who only waits may find that it has come since the last deed.
      if (step.say !== undefined || step.click !== undefined || step.run !== undefined) before = seenOf(shown());
      const since = before;
      const problem = await perform(step);
      return { problem, hasEnded: () => until === undefined || hasCome(shown(), until, since) };
    },
  };
}
