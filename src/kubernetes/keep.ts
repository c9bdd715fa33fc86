import { z } from 'zod';
import { parseDurationMs } from '../doors/time.ts';
import { interned, nameIn } from './interned.ts';
import type { Condition, FieldOwner } from './named.ts';

/** Long messages are cut where they come in: 32 kB of them are allowed (fluxcd/pkg/runtime/conditions/setter.go). */
const messageLimit = 1_000;

/** A list of which only the entries that can be read are kept: one that is wrong does not hide the others. */
export function listOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(z.unknown())
    .transform((entries) =>
      entries.flatMap((entry): z.infer<Schema>[] => {
        const parsed = schema.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      }),
    )
    .default([])
    .catch([]);
}

/** What is missing or wrong takes the fallback; what is missing, which is usual, costs no error that is thrown away. */
export function orElse<Schema extends z.ZodType>(schema: Schema, fallback: z.util.NoUndefined<z.output<Schema>>) {
  return schema.default(fallback).catch(fallback);
}

const managedFieldSchema = z.object({
  manager: orElse(z.string(), ''),
  subresource: z.string().optional().catch(undefined),
  time: z.string().nullish().catch(null),
  fieldsV1: orElse(z.record(z.string(), z.unknown()), {}),
});
export type ManagedField = z.infer<typeof managedFieldSchema>;

export const metadataSchema = z.object({
  namespace: orElse(z.string(), ''),
  name: z.string(),
  generation: orElse(z.number(), 0),
  labels: orElse(z.record(z.string(), z.string()), {}),
  annotations: orElse(z.record(z.string(), z.string()), {}),
  deletionTimestamp: z.string().optional().catch(undefined),
  ownerReferences: listOf(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() })),
  managedFields: listOf(managedFieldSchema),
});

export const conditionsSchema = listOf(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: orElse(z.string(), ''),
    message: orElse(z.string(), ''),
    observedGeneration: z.number().optional().catch(undefined),
    lastTransitionTime: z.string().optional().catch(undefined),
  }),
);

export const containersSchema = listOf(
  z.object({ name: z.string(), image: orElse(z.string(), '').transform(detached) }),
);

export function keepConditions(conditions: z.infer<typeof conditionsSchema>): Condition[] {
  return conditions.map(({ type, status, reason, message, observedGeneration, lastTransitionTime }) => ({
    type: interned(type),
    status: interned(status),
    reason: interned(detached(reason)),
    message: interned(detached(message)),
    generation: observedGeneration ?? null,
    at: lastTransitionTime === undefined ? null : interned(lastTransitionTime),
  }));
}

/** A short copy that does not hold on to the long original, as a plain slice would. */
export function detached(text: string): string {
  return text.length <= messageLimit ? text : Buffer.from(text.slice(0, messageLimit)).toString();
}

export const countSchema = orElse(z.number(), 0);

/** A duration of Flux (`1m0s`) in milliseconds. */
export function durationSchema(fallbackMs: number) {
  return z
    .string()
    .transform((text) => parseDurationMs(text) ?? fallbackMs)
    .default(fallbackMs)
    .catch(fallbackMs);
}

/** `namespace/name` from the two labels by which Flux marks what it applies. */
export function ownerByLabel(labels: Readonly<Record<string, string>>, group: string): string | null {
  const name = labels[`${group}/name`];
  const namespace = labels[`${group}/namespace`];
  return name === undefined || namespace === undefined ? null : nameIn(namespace, name);
}

/** Those who own the field at this path of `fieldsV1`, in the order of the object. */
export function ownersOf(fields: readonly ManagedField[], path: readonly string[]): FieldOwner[] {
  return fields
    .filter((entry) => entry.subresource !== 'status' && owns(entry.fieldsV1, path))
    .map(({ manager, time }) => ({ manager, at: time ?? null }));
}

function owns(fields: Readonly<Record<string, unknown>>, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  const next = z.record(z.string(), z.unknown()).safeParse(fields[first]);
  return next.success && owns(next.data, rest);
}

/** An object that may be missing as a whole, or be something else: then all of its fields take their fallbacks. */
export function part<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}),
    z.object(shape),
  );
}
