import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Refusal } from './errors.ts';

/** A secret is named, never written: `{ env: NAME }` or `{ file: /path }`. */
export const secretSchema = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type SecretSource = z.infer<typeof secretSchema>;

/** The value of a named secret; a Refusal names the place that is empty, never the value. */
export function readSecret(source: SecretSource, environment: Readonly<Record<string, string | undefined>>): string {
  if ('env' in source) {
    const value = environment[source.env];
    if (value === undefined || value === '')
      throw new Refusal(`The secret in the environment variable ${source.env} is empty.`);
    return value;
  }
  try {
    return readFileSync(source.file, 'utf8').trim();
  } catch (error) {
    throw new Refusal(`The secret file ${source.file} cannot be read.`, { cause: error });
  }
}
