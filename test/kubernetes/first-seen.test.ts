import { expect, test } from 'vitest';
import { instantOf } from '../../src/doors/time.ts';
import { createFirstSeen } from '../../src/kubernetes/first-seen.ts';
import { commitShaSchema } from '../../src/vocabulary/change.ts';
import { anExpected, nowMs } from '../support/cluster-world.ts';

const second = 1_000;
const at = (ms: number) => instantOf(nowMs + ms);
const written = anExpected({ writtenAt: at(0) });

test('each step has the moment when it was seen first, and keeps it', () => {
  const seen = createFirstSeen();
  expect(seen.note(written, [], nowMs + 500)).toEqual({});
  expect(seen.note(written, ['fetched'], nowMs + 2 * second)).toEqual({ fetched: { at: at(2 * second) } });
  seen.note(written, ['fetched', 'applied'], nowMs + 3 * second);
  expect(seen.note(written, ['fetched', 'applied', 'healthy'], nowMs + 4 * second)).toEqual({
    fetched: { at: at(2 * second) },
    applied: { at: at(3 * second) },
    healthy: { at: at(4 * second) },
  });
  // What goes back, as while Flux retries, takes nothing back.
  expect(seen.note(written, ['fetched'], nowMs + 9 * second)).toMatchObject({ healthy: { at: at(4 * second) } });
});

test('what came while nobody looked says since when nobody did', () => {
  const seen = createFirstSeen();
  expect(seen.note(written, ['fetched'], nowMs + 600 * second)).toEqual({
    fetched: { at: at(600 * second), after: at(0) },
  });
  expect(seen.note(written, ['fetched', 'applied'], nowMs + 700 * second)).toMatchObject({
    applied: { at: at(700 * second), after: at(600 * second) },
  });
});

test('after a restart the record stands, and looking began where it ended', () => {
  const steps = { fetched: { at: at(2 * second) } };
  expect(createFirstSeen().note({ ...written, steps }, ['fetched', 'applied'], nowMs + 60 * second)).toEqual({
    fetched: { at: at(2 * second) },
    applied: { at: at(60 * second), after: at(2 * second) },
  });
});

test('another commit of the same service begins anew', () => {
  const seen = createFirstSeen();
  seen.note(written, ['fetched'], nowMs + second);
  const next = anExpected({
    writtenAt: at(10 * second),
    version: '1.4.3',
    commit: commitShaSchema.parse('3'.repeat(40)),
  });
  expect(seen.note(next, ['fetched'], nowMs + 11 * second)).toEqual({ fetched: { at: at(11 * second) } });
});

test('of what was proven before steps were recorded no moment is made up', () => {
  const previous = { kind: 'healthy', since: at(0) } as const;
  expect(createFirstSeen().note({ ...written, previous }, ['fetched', 'applied', 'healthy'], nowMs)).toEqual({});
});
