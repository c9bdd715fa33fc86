import { z } from 'zod';
import { secretSchema } from './secret.ts';

const servicesSchema = z
  .array(z.string().regex(/^[a-z0-9*?-]{1,63}$/, 'the name of a service, or a pattern such as mail-*'))
  .min(1)
  .meta({ examples: [['web', 'mail-*']] });

const boundTokenSchema = z.strictObject({
  token: secretSchema,
  services: servicesSchema.describe('The only services that it may post for; * and ? as in policies'),
});

/** Who may say what was built; without it `/artifacts` is closed. */
export const artifactSettingsSchema = z
  .strictObject({
    token: secretSchema.optional().describe('Bearer token for the artifacts of every service'),
    tokens: z.array(boundTokenSchema).max(1_000).default([]).describe('Bearer tokens for some services each'),
  })
  .refine(({ token, tokens }) => token !== undefined || tokens.length > 0, {
    message: 'expected token or tokens; example: token: { env: ARTIFACT_TOKEN }',
  })
  .describe('Who may post to /artifacts what was built; without it the route is closed');
export type ArtifactSettings = z.infer<typeof artifactSettingsSchema>;

/** The same with its secrets read. */
export interface ArtifactCallers {
  readonly tokens: readonly {
    readonly token: string;
    /** Names and patterns; undefined: all. */
    readonly services?: readonly string[] | undefined;
  }[];
}
