import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { instantOf } from '../../src/doors/time.ts';
import { createClusterObjects } from '../../src/kubernetes/cluster-objects.ts';
import { createJudge, type Judgement } from '../../src/kubernetes/judge.ts';
import { watchedKinds } from '../../src/kubernetes/kinds.ts';
import type { ClusterView, Kept } from '../../src/kubernetes/objects.ts';
import { type CommitSha, commitShaSchema } from '../../src/vocabulary/change.ts';
import type { SeenDrift } from '../../src/vocabulary/drift.ts';
import type { Verdict } from '../../src/vocabulary/verdict.ts';
import type { History } from './history.ts';
import { createPushes, type Push } from './pushes.ts';

const objectSchema = z.looseObject({
  kind: z.string(),
  // What stands in no namespace has none.
  metadata: z.looseObject({
    namespace: z.string().default(''),
    name: z.string(),
    creationTimestamp: z.string().nullish(),
  }),
});
const truthSchema = z.looseObject({
  commit: commitShaSchema.optional(),
  service: z.string().optional(),
  verdict: z.string().optional(),
  running: z.string().optional(),
  drift: z.string().optional(),
  object: z.string().optional(),
  state: z.string().optional(),
  live: z.unknown().optional(),
  wanted: z.unknown().optional(),
  manager: z.string().optional(),
});
const lineSchema = z.looseObject({
  t: z.number().optional(),
  type: z.string().optional(),
  object: objectSchema.optional(),
  do: z.string().optional(),
  branch: z.string().optional(),
  commit: commitShaSchema.optional(),
  truth: truthSchema.optional(),
  /** Told in one go with the next line. */
  together: z.boolean().optional(),
});
export type Line = z.infer<typeof lineSchema>;
export type Truth = z.infer<typeof truthSchema>;

export interface Recording {
  readonly lines: readonly Line[];
  /** Milliseconds since the epoch of the recording's zero. */
  readonly startMs: number;
}

/** Reads a recording: one event a line, times in milliseconds since its start. */
export function readRecording(file: string): Recording {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)));
  // Nothing is seen before it is made, so the zero is not earlier than that of any object.
  const zeros = lines.flatMap(({ t = 0, object }) => {
    const made = Date.parse(object?.metadata.creationTimestamp ?? '');
    return Number.isNaN(made) ? [] : [made - t];
  });
  if (zeros.length === 0) throw new Error(`${file} has no object with a creationTimestamp, so nothing can be dated`);
  return { lines, startMs: zeros.reduce((a, b) => Math.max(a, b)) };
}

/** The same events as other watches might bring them: each kind late by its own, changing lag, in its own order still. */
export function delayed(recording: Recording, random: () => number, longestMs = 3_000): Recording {
  const reached = new Map<string, number>();
  const lines = recording.lines.map((line) => {
    if (line.object === undefined) return line;
    const t = Math.max(reached.get(line.object.kind) ?? 0, (line.t ?? 0) + Math.floor(random() * longestMs));
    reached.set(line.object.kind, t);
    return { ...line, t };
  });
  return { ...recording, lines: lines.toSorted((a, b) => (a.t ?? 0) - (b.t ?? 0)) };
}

export interface Said {
  readonly t: number;
  readonly commit: CommitSha;
  readonly service: string;
  readonly verdict: Verdict;
}

export interface SaidDrift {
  readonly t: number;
  readonly drift: SeenDrift;
  readonly state: 'open' | 'corrected' | 'released' | 'gone';
}

export interface Replayed {
  readonly verdicts: readonly Said[];
  readonly drifts: readonly SaidDrift[];
}

const tickMs = 500;

/** Plays a recording through the pure parts as a watch would deliver it, and tells everything that would have been said; `look` sees each moment and the objects as they were told. */
export function replay(
  recording: Recording,
  history: History,
  look?: (judged: Judgement['verdicts'], view: ClusterView, objects: readonly unknown[]) => void,
): Replayed {
  const view = createClusterObjects();
  const keepers = new Map<string, (raw: unknown) => Kept | null>(watchedKinds.map(({ kind, keep }) => [kind, keep]));
  const held = new Map<string, Kept>();
  const told = new Map<string, unknown>();
  const judge = createJudge('recorded');
  const pushes = createPushes(history);
  const verdicts: Said[] = [];
  const drifts: SaidDrift[] = [];
  const opened = new Map<string, SeenDrift>();

  const say = (t: number, commit: CommitSha, service: string, verdict: Verdict) => {
    const before = verdicts.findLast((each) => each.commit === commit && each.service === service);
    if (before === undefined || JSON.stringify(before.verdict) !== JSON.stringify(verdict))
      verdicts.push({ t, commit, service, verdict });
  };
  const judgeAt = (t: number) => {
    const { verdicts: judged, drift } = judge.judge(view, pushes.expected(), history.isAncestor, recording.startMs + t);
    look?.(judged, view, [...told.values()]);
    for (const each of judged) say(t, each.expected.commit, each.expected.service, each.verdict);
    for (const each of drift.seen) {
      opened.set(each.id, each);
      drifts.push({ t, drift: each, state: 'open' });
    }
    for (const { id, how } of drift.ended) {
      const each = opened.get(id);
      if (each !== undefined) drifts.push({ t, drift: each, state: how });
    }
  };
  let clock = 0;
  for (const line of recording.lines) {
    const t = line.t ?? 0;
    for (clock += tickMs; clock < t; clock += tickMs) judgeAt(clock);
    clock = t;
    const push = pushOf(line, recording.startMs);
    if (push !== null) pushes.pushed(push, (...said) => say(t, ...said));
    if (line.object !== undefined) {
      const key = `${line.object.kind}/${line.object.metadata.namespace}/${line.object.metadata.name}`;
      const kept = line.type === 'DELETED' ? null : (keepers.get(line.object.kind)?.(line.object) ?? null);
      const before = held.get(key);
      if (line.type === 'DELETED') told.delete(key);
      else told.set(key, line.object);
      if (kept !== null) held.set(key, kept);
      else held.delete(key);
      if (kept !== null) view.put(kept);
      else if (before !== undefined) view.drop(before);
    }
    if (line.together !== true) judgeAt(t);
  }
  return { verdicts, drifts };
}

/** What a line pushed, if anything. */
export function pushOf({ t = 0, do: did, branch, commit }: Line, startMs: number): Push | null {
  if (did === undefined || !/\bpush/.test(did) || commit === undefined) return null;
  return { branch: branch ?? 'main', head: commit, at: instantOf(startMs + t) };
}
