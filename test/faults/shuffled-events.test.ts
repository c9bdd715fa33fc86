import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Expected } from '../../src/kubernetes/expected.ts';
import { oppositesOf } from '../support/check-truth.ts';
import { type History, readHistory } from '../support/history.ts';
import { type Recording, readRecording, replay } from '../support/replay.ts';
import { seeded } from '../support/seeded.ts';
import { shuffled } from '../support/shuffled.ts';

/** SHUFFLES=10000 for a long run. */
const count = Number(process.env['SHUFFLES'] ?? 144);
const seed = Number(process.env['FAULT_SEED'] ?? 1);
const recordings = resolve(import.meta.dirname, '../flux/recordings');
const names = readdirSync(recordings).flatMap((file) => (file.endsWith('.jsonl') ? [file.slice(0, -6)] : []));
const lagsMs = [500, 3_000, 15_000, 60_000];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-shuffled-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const imagesSchema = z.object({ containers: z.array(z.object({ image: z.string() })) });
const podSchema = z.object({
  kind: z.literal('Pod'),
  metadata: z.object({ deletionTimestamp: z.undefined().optional() }),
  spec: imagesSchema,
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});
const deploymentSchema = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ generation: z.number() }),
  spec: z.object({ replicas: z.number(), template: z.object({ spec: imagesSchema }) }),
  status: z.object({ observedGeneration: z.number() }),
});
const kustomizationSchema = z.object({
  kind: z.literal('Kustomization'),
  status: z.object({ lastAttemptedRevision: z.string().default(''), lastAppliedRevision: z.string().default('') }),
});

/** Why the objects that were told do not prove a version: enough ready pods of it, and a run of Flux that holds its commit. */
function unprovenBy(objects: readonly unknown[], expected: Expected, { isAncestor }: History): string | null {
  const carries = ({ containers }: z.infer<typeof imagesSchema>) =>
    containers.some(({ image }) => image.split('@')[0] === `${expected.image}:${expected.version}`);
  const of = <Schema extends z.ZodType>(schema: Schema): z.infer<Schema>[] =>
    objects.flatMap((object) => schema.safeParse(object).data ?? []);
  const deployments = of(deploymentSchema).filter(({ spec }) => carries(spec.template.spec));
  const observed = deployments.filter(({ metadata, status }) => status.observedGeneration >= metadata.generation);
  const wanted = observed.reduce((sum, { spec }) => sum + spec.replicas, 0);
  const ready = of(podSchema).filter(
    ({ spec, status }) =>
      carries(spec) && status.conditions.some((each) => each.type === 'Ready' && each.status === 'True'),
  );
  const revisions = of(kustomizationSchema).flatMap(({ status }) => [
    status.lastAttemptedRevision,
    status.lastAppliedRevision,
  ]);
  if (observed.length === 0) return 'no Deployment that has seen its image';
  if (ready.length < wanted) return `${ready.length} of ${wanted} pods are ready`;
  return revisions.some((revision) => isAncestor(expected.commit, revision.slice(-40)))
    ? null
    : 'no run holds its commit';
}

/** Everything false that is said of one order of the events. */
function falseClaims(recording: Recording, history: History): string[] {
  const proven = new Set<string>();
  const claims: string[] = [];
  const replayed = replay(recording, history, (judged, _view, objects) => {
    for (const { expected, verdict } of judged) {
      const name = `${expected.service} ${expected.commit.slice(0, 7)}`;
      // What was proven once stays so while single pods come and go.
      if (verdict.kind !== 'healthy' || proven.has(name)) continue;
      proven.add(name);
      const why = unprovenBy(objects, expected, history);
      if (why !== null) claims.push(`${name}: said healthy, yet ${why}`);
    }
  });
  return [...claims, ...oppositesOf(recording, history, replayed)];
}

test.each(names)(
  '%s: nothing false is told, in whatever order its events come',
  (name) => {
    const recording = readRecording(join(recordings, `${name}.jsonl`));
    const history = readHistory(join(recordings, `${name}.bundle`), join(folder, name));
    const random = seeded(seed * 1_000 + names.indexOf(name));
    const orders = Math.ceil(count / names.length);
    const told = Array.from({ length: orders }, (_, index) =>
      falseClaims(shuffled(recording, random, lagsMs[index % lagsMs.length] ?? 0), history).map(
        (claim) => `order ${index}: ${claim}`,
      ),
    );
    expect(told.flat()).toEqual([]);
  },
  1_200_000,
);
