import { z } from 'zod';
import { isTimeZone } from '../doors/time.ts';
import { driftPolicySchema } from '../vocabulary/drift-policy.ts';
import { nameSchema } from '../vocabulary/name.ts';
import { memberSchema, publicKeySchema, slackIdSchema } from '../vocabulary/person.ts';
import { quietHoursSchema } from '../vocabulary/quiet-hours.ts';
import { placeFormSchema, placeForms, templateSchema } from './place-forms.ts';
import { registryFormSchema } from './registry/registry-form.ts';

const channelSchema = z
  .string()
  .regex(/^#[\p{L}\p{N}][\p{L}\p{N}_-]{0,79}$/u, 'a Slack channel, "#" and its name in quotes');

const environmentSchema = z.strictObject({
  clusters: z
    .array(nameSchema)
    .min(1)
    .describe('Names of the clusters, as in the configuration of the deployment')
    .meta({ examples: [['prod-eu', 'prod-us']] }),
  channel: channelSchema
    .describe('The Slack channel where releases to this environment are told')
    .meta({ examples: ['#releases'] }),
  after: z
    .union([nameSchema, z.array(nameSchema).min(1)])
    .transform((names) => [names].flat())
    .optional()
    .describe('A version goes here only when it was healthy in these environments')
    .meta({ examples: ['staging'] }),
  logs: z
    .enum(['thread', 'off'])
    .default('off')
    .describe('thread: log lines of failing pods are posted to the thread of the release')
    .meta({ examples: ['thread'] }),
  timeline: z
    .enum(['picture', 'text'])
    .default('picture')
    .describe(
      'picture: what a release took is drawn in its thread when it ends; text: its message says it, and no more',
    )
    .meta({ examples: ['text'] }),
  timezone: z
    .string()
    .refine(isTimeZone, 'expected an IANA time zone; example: timezone: Europe/Copenhagen')
    .optional()
    .describe('Where its working days are counted, for reviews; default: UTC')
    .meta({ examples: ['Europe/Copenhagen'] }),
  drift: driftPolicySchema.optional(),
});

export const environmentsSchema = z
  .record(nameSchema, environmentSchema)
  .refine((environments) => Object.keys(environments).length > 0, 'expected at least one environment, such as dev')
  .describe('Where releases go, one entry for each environment')
  .meta({ examples: [{ dev: { clusters: ['dev'], channel: '#releases-dev' } }] });

const serviceSchema = z
  .strictObject({
    squad: z.string().min(1).max(80).optional().describe('The squad that owns the service'),
    owners: z
      .array(memberSchema)
      .default([])
      .describe('Whom to ask about the service')
      .meta({ examples: [['@storefront']] }),
    repository: nameSchema.optional().describe('The repository of its manifests; default: that of sluice.yaml'),
    image: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe('Its image, where a folder holds several')
      .meta({ examples: ['registry.example.com/web'] }),
    folder: templateSchema(['{environment}'], 'apps/{environment}/web')
      .optional()
      .describe('The folder whose files hold its version; default: discover'),
    place: z
      .union([...placeForms, z.array(placeFormSchema).min(1)])
      .optional()
      .describe('Where exactly its version stands, one place or a list'),
    registry: registryFormSchema.optional(),
  })
  .refine((service) => service.folder === undefined || service.place === undefined, {
    message: 'expected folder or place, not both',
  });
export type Service = z.infer<typeof serviceSchema>;

/** `mail: apps/{environment}/{service}` says as much as `mail: { folder: ... }`. */
const shortServiceSchema = templateSchema(['{environment}'], 'apps/{environment}/web')
  .transform((folder): Service => ({ folder, owners: [] }))
  .describe('The folder whose files hold its version');

export const servicesSchema = z
  .object({
    discover: templateSchema(['{environment}', '{service}'], 'apps/{environment}/{service}')
      .optional()
      .describe('Every folder like this is a service'),
  })
  .catchall(z.union([shortServiceSchema, serviceSchema]))
  .superRefine((services, context) => {
    for (const name of Object.keys(services))
      if (!nameSchema.safeParse(name).success)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'expected a name of lower-case letters, digits and dashes, such as web',
        });
  })
  .transform(({ discover, ...named }) => ({ ...(discover === undefined ? {} : { discover }), named }))
  .describe('What is released, and where its version stands')
  .meta({ examples: [{ discover: 'apps/{environment}/{service}' }] });

const squadSchema = z.strictObject({
  channel: channelSchema.describe("Where a squad hears of its services' releases").meta({ examples: ['#storefront'] }),
  tell: z
    .enum(['failures', 'all'])
    .default('failures')
    .describe('failures: what failed and what recovered from it; all: also what went well')
    .meta({ examples: ['all'] }),
  quiet: quietHoursSchema.optional(),
});
export type Squad = z.infer<typeof squadSchema>;

export const squadsSchema = z
  .record(nameSchema, squadSchema)
  .default({})
  .describe('Squads that hear of their services in a channel of their own')
  .meta({ examples: [{ storefront: { channel: '#storefront' } }] });

const personEntrySchema = z.strictObject({
  slack: slackIdSchema.describe('The member ID in Slack').meta({ examples: ['U0123ABCD'] }),
  email: z
    .email('an email address')
    .optional()
    .describe('By which authors of commits and of builds are known')
    .meta({ examples: ['ada@example.com'] }),
  keys: z
    .array(publicKeySchema)
    .optional()
    .describe('Public keys: for signed changes of this file, and for the command line'),
});

export const peopleSchema = z
  .record(nameSchema, personEntrySchema)
  .default({})
  .describe('People that roles and policies name one by one')
  .meta({ examples: [{ ada: { slack: 'U0123ABCD' } }] });
