import { z } from 'zod';
import { memberSchema } from '../../vocabulary/person.ts';
import { roleNameSchema } from '../role-name.ts';

const patternSchema = z
  .string()
  .regex(
    /^[a-z0-9*?]([a-z0-9*?-]{0,61}[a-z0-9*?])?$/,
    'a name, or a pattern of names in quotes, such as web or "pay-*"',
  );

/** `production`, `[dev, staging]`, `"prod-*"`: always a list once it is read. */
function namesSchema(what: string, example: string[]) {
  return z
    .union([patternSchema, z.array(patternSchema).min(1)])
    .transform((names) => [names].flat())
    .optional()
    .describe(`Holds for these ${what}; a name, a list, or a pattern such as "prod-*"; default: all`)
    .meta({ examples: [example] });
}

/** For which releases a line holds. */
export const scope = {
  environments: namesSchema('environments', ['production']),
  services: namesSchema('services', ['web']),
  squads: z
    .union([z.string().min(1).max(80), z.array(z.string().min(1).max(80)).min(1)])
    .transform((names) => [names].flat())
    .optional()
    .describe('Holds for the services of these squads, besides those that services names')
    .meta({ examples: [['storefront']] }),
};

export const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, such as no-friday-majors')
  .optional()
  .describe('What it is called in answers and commands; one of its kind')
  .meta({ examples: ['no-friday-majors'] });

/** To look is not to decide, so a viewer passes nothing. */
export const override = z
  .array(roleNameSchema.exclude(['viewer']))
  .min(1)
  .describe('Roles that may release past it with a reason, seen by all and reviewed afterwards; default: nobody')
  .meta({ examples: [['operator']] });

/** What every policy has. */
export const shared = {
  name,
  level: z
    .enum(['block', 'warn'])
    .optional()
    .describe('warn: shown on the message and no obstacle; default: block')
    .meta({ examples: ['warn'] }),
  override: override.optional(),
  ...scope,
};

export const members = z
  .array(memberSchema)
  .min(1)
  .meta({ examples: [['@developers', 'ada']] });
