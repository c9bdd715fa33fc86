import { z } from 'zod';

const userSchema = z.strictObject({
  id: z.string().regex(/^[UW][A-Z0-9]+$/),
  /** What is typed after the at sign. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  real_name: z.string().min(1),
  title: z.string().default(''),
  email: z.email().optional(),
  /** Six hex digits, with or without the hash. */
  color: z.string().default('4a154b'),
  is_restricted: z.boolean().default(false),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
});

const channelSchema = z.strictObject({
  id: z.string().regex(/^[CG][A-Z0-9]+$/),
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,79}$/),
  topic: z.string().default(''),
  is_private: z.boolean().default(false),
  /** `all` is everybody and the app; a list is exactly those, and names the app's bot user where it is in. */
  members: z.union([z.literal('all'), z.array(z.string())]).default('all'),
  messages: z
    .array(z.strictObject({ user: z.string(), text: z.string(), minutesAgo: z.number().nonnegative() }))
    .default([]),
});

export const workspaceSeedSchema = z.strictObject({
  team: z.strictObject({ id: z.string().regex(/^T[A-Z0-9]+$/), name: z.string(), domain: z.string() }),
  app: z.strictObject({
    id: z.string().regex(/^A[A-Z0-9]+$/),
    name: z.string(),
    botUserId: z.string().regex(/^[UW][A-Z0-9]+$/),
  }),
  users: z.array(userSchema).min(1),
  usergroups: z
    .array(
      z.strictObject({
        id: z.string().regex(/^S[A-Z0-9]+$/),
        handle: z.string(),
        name: z.string(),
        users: z.array(z.string()),
      }),
    )
    .default([]),
  channels: z.array(channelSchema).min(1),
});

/** Who works here and what was said before: what `createWorkspace` starts from. */
export type WorkspaceSeed = z.input<typeof workspaceSeedSchema>;
export type Seed = z.output<typeof workspaceSeedSchema>;
