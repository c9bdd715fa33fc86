import { pause, steadyClock } from '../../src/doors/time.ts';
import { type Fleet, people, services, versions } from './fleet.ts';
import type { Answer, Asked } from './judge.ts';

/** After so long no answer comes any more. */
const followsMs = 180_000;

/** People who type at a steady pace, whatever happens, until they are told to stop: releases, and looks beside them for a part of it. */
export function startPeople(
  { workspace, environments }: Fleet,
  random: () => number,
  { perSecond, looks }: { readonly perSecond: number; readonly looks: number },
) {
  /** By mark; whoever has no answer yet was promised nothing. */
  const asked = new Map<string, Answer>();
  /** What became of those who only asked how it stands. */
  const looked: Answer[] = [];
  const tookMs: number[] = [];
  let typed = 0;
  /** Who may type; while nobody may, nothing is typed. */
  const free = [...people];
  let waiting = 0;
  /** What those read who were not promised anything. */
  const words = new Map<string, number>();
  let isOver = false;
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

  const type = async (who: string, text: string): Promise<Answer> => {
    const begunMs = steadyClock.now();
    waiting += 1;
    const { ephemeral } = await workspace.control.say(who, 'general', text);
    waiting -= 1;
    tookMs.push(steadyClock.now() - begunMs);
    const texts = ephemeral.map((each) => each.text);
    const answer = answerIn(texts);
    if (answer === 'accepted') free.push(who);
    else {
      for (const each of texts) words.set(each.slice(0, 100), (words.get(each.slice(0, 100)) ?? 0) + 1);
      // What still follows must not be taken for the answer to the next one.
      setTimeout(() => free.push(who), followsMs).unref();
    }
    return answer;
  };
  const look = async (who: string) => {
    looked.push(await type(who, `/release status ${pick(services)}`));
  };
  const ask = async (who: string) => {
    typed += 1;
    const mark = `soak-${typed}`;
    const text = `/release ${pick(services)} ${pick(environments).name} ${pick(versions)} because ${mark}`;
    asked.set(mark, 'unpromised');
    asked.set(mark, await type(who, text));
  };
  const typing = (async () => {
    const begunMs = steadyClock.now();
    for (let turn = 0; !isOver; turn += 1) {
      const who = free.shift();
      if (who !== undefined) void (random() < looks ? look(who) : ask(who));
      await pause(Math.max(0, begunMs + (((turn + 1) * (1 - looks)) / perSecond) * 1_000 - steadyClock.now()));
    }
  })();
  return {
    asked: (): Asked[] => [...asked].map(([mark, answer]) => ({ mark, answer })),
    looked: (): readonly Answer[] => looked,
    words: (): ReadonlyMap<string, number> => words,
    /** Of all answers so far, how long the one at this part of them took. */
    tookMs: (part: number): number => tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * part)] ?? 0,
    /** Resolves when all answers are in. */
    stop: async (): Promise<void> => {
      isOver = true;
      await typing;
      while (waiting > 0) await pause(50);
    },
  };
}

/** Silence at once is a promise: what is acknowledged without a word stands in the record. */
function answerIn(texts: readonly string[]): Answer {
  if (texts.some((text) => text.includes('failed with the error'))) return 'failed';
  if (texts.some((text) => /Not accepted|Nothing was changed/.test(text))) return 'refused';
  return texts.some((text) => text.includes('nothing is promised')) ? 'unpromised' : 'accepted';
}
