import { describe, expect, it } from 'vitest';
import { createHints, type Hint } from '../../src/kubernetes/hints.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const named = (name: string): Hint => ({ kind: 'Kustomization', namespace: 'flux-system', name });
const settled = () => new Promise((resolve) => setImmediate(resolve));

function aDesk() {
  let atMs = 0;
  const looked: string[] = [];
  const open: PromiseWithResolvers<void>[] = [];
  const hint = createHints({
    look: async ({ name }) => {
      looked.push(name);
      const answer = Promise.withResolvers<void>();
      open.push(answer);
      await answer.promise;
    },
    clock: { now: () => atMs },
    log: silent,
  });
  return {
    hint,
    looked,
    pass: (ms: number) => {
      atMs += ms;
    },
    answer: async (error?: Error) => {
      for (const each of open.splice(0)) error === undefined ? each.resolve() : each.reject(error);
      await settled();
    },
  };
}

describe('hints', () => {
  it('have an object looked at once, and once more where it is named meanwhile', async () => {
    const desk = aDesk();
    for (let time = 0; time < 50; time += 1) desk.hint(named('web'));
    expect(desk.looked).toEqual(['web']);
    await desk.answer();
    expect(desk.looked).toEqual(['web', 'web']);
    await desk.answer();
    expect(desk.looked).toEqual(['web', 'web']);
    desk.hint(named('web'));
    expect(desk.looked).toEqual(['web', 'web', 'web']);
  });

  it('are left out where there are too many, and taken again later', async () => {
    const desk = aDesk();
    for (let number = 0; number < 1_000; number += 1) desk.hint(named(`app-${number}`));
    expect(desk.looked).toHaveLength(20);
    await desk.answer();
    desk.hint(named('late'));
    expect(desk.looked).toHaveLength(20);
    desk.pass(1_000);
    for (let number = 0; number < 1_000; number += 1) desk.hint(named(`app-${number}`));
    expect(desk.looked).toHaveLength(25);
  });

  it('do no harm where the look fails', async () => {
    const desk = aDesk();
    desk.hint(named('web'));
    await desk.answer(new Error('no answer'));
    desk.hint(named('web'));
    expect(desk.looked).toEqual(['web', 'web']);
  });
});
