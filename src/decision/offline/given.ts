import { z } from 'zod';
import { instantSchema, parseDurationMs } from '../../doors/time.ts';
import { versionSchema } from '../../vocabulary/artifact.ts';
import { nameSchema } from '../../vocabulary/name.ts';

const who = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/i, 'a name, such as ana')
  .describe('A name from people, or any other name for somebody who is only in groups');
const moment = z
  .preprocess((value) => (typeof value === 'string' ? momentOf(value) : value), instantSchema)
  .meta({ examples: ['2026-11-27T15:30:00Z'] });

/** `2026-11-27T15:30Z` and `2026-11-27T16:30:00+01:00` as they are stored; what is no moment stays as it is. */
function momentOf(text: string): string {
  const ms = Date.parse(text);
  return /[zZ]|[+-]\d\d:\d\d$/.test(text) && !Number.isNaN(ms) ? new Date(ms).toISOString() : text;
}

const requestSchema = z
  .strictObject({
    service: nameSchema.meta({ examples: ['web'] }),
    environment: nameSchema.meta({ examples: ['production'] }),
    version: versionSchema,
    intent: z.enum(['release', 'rollback']),
    by: who,
    because: z.string(),
    ref: z.string(),
    override: z.array(z.string()).describe('The policies that the requester passes, as in override checks'),
  })
  .partial()
  .describe('What is asked for, and by whom');

const artifactFacts = z
  .looseObject({
    branch: z.string(),
    checks: z.array(z.union([z.string(), z.looseObject({})])).describe('A name alone has passed just now'),
    vulnerabilities: z.looseObject({}).describe('A severity that is left out has none'),
  })
  .partial()
  .describe('What is known of the artifact: branch, author, digest, commits, checks, vulnerabilities; default: of main')
  .meta({ examples: [{ branch: 'hotfix/login', checks: ['ci'] }] });

const healthySchema = z
  .union([
    versionSchema,
    z.strictObject({
      version: versionSchema,
      for: z.string().refine((text) => parseDurationMs(text) !== null, 'expected a duration; example: for: 2h'),
      clusters: z.array(nameSchema).optional(),
    }),
  ])
  .describe('A version that is healthy there, by default on every cluster and for a month');

/** Everything that a decision looks at, as people write it down. */
export const givenShape = {
  request: requestSchema,
  artifact: artifactFacts,
  running: z.union([versionSchema, z.null()]).describe('The version that Git has there now; null: none'),
  'known-good': z.boolean().describe('For a rollback: whether the version was healthy there before; default: true'),
  healthy: z
    .record(nameSchema, z.array(healthySchema))
    .describe('Versions that are healthy, by environment; default: none')
    .meta({ examples: [{ staging: ['1.4.2'] }] }),
  holds: z
    .array(z.looseObject({ because: z.string() }).partial())
    .describe('Locks that hold')
    .meta({ examples: [[{ environment: 'production', because: 'audit', by: 'mia' }]] }),
  members: z
    .record(z.string().startsWith('@', 'a Slack group, "@platform"'), z.array(who))
    .describe('Who is in which Slack group; a group that is not named here is empty')
    .meta({ examples: [{ '@platform': ['bo', 'cy'] }] }),
  votes: z
    .array(z.union([who, z.strictObject({ by: who, vote: z.enum(['approve', 'reject', 'take-back']) })]))
    .describe('Who voted for it')
    .meta({ examples: [['bo', 'cy']] }),
  now: moment.describe('When it is decided; default: noon of Tuesday, 2026-11-24, UTC'),
};

export const givenSchema = z.strictObject(givenShape).partial();
export type Given = z.infer<typeof givenSchema>;
