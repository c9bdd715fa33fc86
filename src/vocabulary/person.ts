import { z } from 'zod';

/** A person of the Slack workspace. */
export const slackIdSchema = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,30}$/, 'a Slack member ID, such as U0123ABCD')
  .brand<'UserId'>();

/** Whoever asks: a person, or the actor of the auto-release lines of `sluice.yaml`. */
export const userIdSchema = z.union([slackIdSchema, z.literal('auto-release').brand<'UserId'>()]);
export type UserId = z.infer<typeof userIdSchema>;

/** The requester of a release that no person asked for. */
export const automatic: UserId = userIdSchema.parse('auto-release');

/** Whom a line of `sluice.yaml` names: a user group of the directory, or a person of the section `people`. */
export const memberSchema = z
  .string()
  .regex(/^(@[a-z0-9][a-z0-9._-]{0,79}|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/, '@group in quotes, or a name from people')
  .describe('A Slack user group as "@handle", or a name from people');

export const publicKeySchema = z
  .string()
  .regex(/^ssh-ed25519 [A-Za-z0-9+/=]+( .*)?$/, 'a public key, ssh-ed25519 AAAA…');

/** A person as Slack knows them at the moment of acting. */
export const personSchema = z.strictObject({ user: userIdSchema, name: z.string(), email: z.string().optional() });
export type Person = z.infer<typeof personSchema>;
