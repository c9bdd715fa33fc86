import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/kubernetes/gate.ts';

describe('a gate', () => {
  it('lets as many in as there are places, the others in their order as these leave', async () => {
    const gate = createGate(2, 60_000);
    const order: string[] = [];
    const come = async (name: string) => {
      const leave = await gate.enter();
      order.push(name);
      return leave;
    };
    const a = await come('a');
    const b = await come('b');
    const [c, d] = [come('c'), come('d')];
    await Promise.resolve();
    expect(order).toEqual(['a', 'b']);
    b();
    b();
    const leaveC = await c;
    expect(order).toEqual(['a', 'b', 'c']);
    a();
    const leaveD = await d;
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    leaveC();
    leaveD();
    for (const leave of await Promise.all([come('e'), come('f')])) leave();
    expect(order.slice(4)).toEqual(['e', 'f']);
  });

  it('counts nobody who stays too long, and nobody twice', async () => {
    const gate = createGate(1, 20);
    const late = await gate.enter();
    const next = await gate.enter();
    late();
    const waits = gate.enter();
    let isIn = false;
    void waits.then(() => {
      isIn = true;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);
    next();
    (await waits)();
  });
});
