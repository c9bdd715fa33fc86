import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrival } from '../../src/kubernetes/arrival/arrival.ts';
import { unitsOf } from '../../src/kubernetes/arrival/own.ts';
import { keepKustomization } from '../../src/kubernetes/keep-flux.ts';
import { watchedKinds } from '../../src/kubernetes/kinds.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import { aFinishedWorld, anExpected, aWorld, commits, isAncestor, nowMs, revision } from '../support/cluster-world.ts';

function judge(world: ReturnType<typeof aWorld>): Verdict {
  const expected = anExpected();
  return arrival(
    { view: world.view, expected, isAncestor },
    unitsOf(world.view, expected, isAncestor),
    nowMs,
    undefined,
  );
}

const hostile = '<!channel> <https://evil.test|click> \u202e`*_~\u0007\n'.repeat(800);

describe('objects that nobody expects', () => {
  test.each(watchedKinds)('of kind $kind hurt nothing, whatever they hold', ({ kind, keep }) => {
    const part = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constant(undefined));
    const object = fc.record({
      kind: fc.constant(kind),
      metadata: fc.oneof(
        part,
        fc.record({ name: fc.string(), labels: part, ownerReferences: part, managedFields: part }),
      ),
      spec: part,
      status: fc.oneof(part, fc.record({ conditions: part, inventory: part, containerStatuses: part })),
    });
    fc.assert(
      fc.property(object, (raw) => {
        const kept = keep(raw);
        const world = aFinishedWorld();
        if (kept !== null) world.view.put(kept);
        expect(['healthy', 'waiting', 'failed']).toContain(judge(world).kind);
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, ReturnType<typeof aWorld>]>([
    ['no status at all', withChange('Deployment', { status: undefined })],
    ['a status that is a word', withChange('Deployment', { status: 'fine' })],
    ['a Kustomization without status', withChange('Kustomization', { status: undefined })],
    ['pods without status', withChange('Pod', { status: null })],
  ])('with %s are not healthy and not failed', (_what, world) => {
    expect(judge(world).kind).toBe('waiting');
  });

  test('with one entry that cannot be read show the others', () => {
    const conditions = [
      7,
      { type: 'Ready' },
      { type: 'Ready', status: 'False', reason: 'BuildFailed', message: 'broken' },
    ];
    const status = { lastAttemptedRevision: revision(commits.wanted), conditions };
    const world = aWorld().source().workload({ image: 'registry.acme.test/web:1.4.1' });
    world.put({ kind: 'Kustomization', ...kustomization(), ...{ status } });
    expect(judge(world)).toMatchObject({ kind: 'failed', reason: 'BuildFailed' });
  });

  test('with conditions that nobody knows are judged by those that are known', () => {
    const world = aFinishedWorld();
    world.kustomization({
      conditions: [
        ['Ready', 'True'],
        ['Sparkling', 'Unknown', 'Maybe', 'who knows'],
        ['Healthy', 'True'],
      ],
    });
    expect(judge(world).kind).toBe('healthy');
  });

  test('with endless hostile messages stay short', () => {
    const world = aWorld()
      .source()
      .kustomization({ applied: revision(commits.old), conditions: [['Ready', 'False', hostile, hostile]] })
      .workload({ image: 'registry.acme.test/web:1.4.1' });
    const verdict = judge(world);
    expect(verdict.kind).toBe('failed');
    expect(JSON.stringify(verdict).length).toBeLessThan(4_000);
  });

  test('with an inventory of 5,000 entries keep only what may lead to a service', () => {
    const entries = Array.from({ length: 5_000 }, (_, index) => ({ id: `shop_object-${index}__ConfigMap`, v: 'v1' }));
    const status = {
      inventory: { entries: [...entries, { id: 'shop_web_apps_Deployment', v: 'v1' }, { id: 'nonsense' }, null] },
    };
    expect(keepKustomization({ ...kustomization(), status })?.inventory).toEqual(['Deployment/shop/web']);
  });

  test('whose clock is hours away are judged by what they say, not when', () => {
    const hoursAgo = (object: unknown): unknown =>
      JSON.parse(JSON.stringify(object).replaceAll('2026-06-01T1', '2026-06-01T0'));
    const world = aWorld();
    for (const object of aFinishedWorld().raw) world.put({ kind: object.kind, ...Object(hoursAgo(object)) });
    expect(judge(world).kind).toBe('healthy');
  });
});

function kustomization(): object {
  return aWorld().kustomization().raw[0] ?? {};
}

/** A finished release in which the objects of one kind are changed. */
function withChange(kind: string, change: object) {
  const world = aWorld();
  for (const object of aFinishedWorld().raw) world.put(object.kind === kind ? { ...object, ...change } : object);
  return world;
}
