import { expect, test } from 'vitest';
import { watchIdle } from '../../src/dispatch/watch-idle.ts';

/** Looks at these answers one after another, then never idle; the answer is at which looks it was opened anew. */
async function renewedAt(answers: readonly (boolean | Error)[]): Promise<number[]> {
  const renewed: number[] = [];
  let looked = 0;
  let told = () => {};
  const done = new Promise<void>((resolve) => {
    told = resolve;
  });
  const watch = watchIdle({
    everyMs: 1,
    isIdle: async () => {
      const answer = answers[looked] ?? false;
      looked += 1;
      if (looked > answers.length) told();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    renew: () => void renewed.push(looked),
  });
  watch.start();
  await done;
  await watch.stop();
  return renewed;
}

const idle = (times: number) => Array<boolean>(times).fill(true);

test.each<[string, (boolean | Error)[], number[]]>([
  ['that takes its work', [false, false, true, false], []],
  ['that leaves work for a moment', [...idle(4), false, ...idle(4)], []],
  ['that leaves work all the time is opened anew, and again', idle(11), [5, 10]],
  ['whose Redis does not answer', [...idle(4), new Error('away'), ...idle(4)], []],
])('a worker %s', async (_, answers, expected) => {
  expect(await renewedAt(answers)).toEqual(expected);
});
