import { z } from 'zod';
import { memberSchema, nameSchema } from '../release.ts';
import { datedMs, isTimeZone, parseDurationMs, type Span, weekdaySchema } from '../time.ts';
import { branchPattern } from './branch-pattern.ts';

const scope = {
  environments: z
    .array(nameSchema)
    .min(1)
    .optional()
    .describe('Holds for these environments; default: all')
    .meta({ examples: [['production']] }),
  services: z
    .array(nameSchema)
    .min(1)
    .optional()
    .describe('Holds for these services; default: all')
    .meta({ examples: [['web']] }),
};

const members = z
  .array(memberSchema)
  .min(1)
  .meta({ examples: [['@developers', 'ada']] });

/** What a role lets its members do; an operator may do what a releaser may, and everybody with a role may look. */
export const roleNameSchema = z.enum(['viewer', 'releaser', 'approver', 'operator']);
export type RoleName = z.infer<typeof roleNameSchema>;

const roleSchema = z.strictObject({
  role: roleNameSchema
    .describe(
      'viewer looks; releaser releases and rolls back; approver votes where an approvals policy has no from; operator also ends locks of others and passes them with a rollback',
    )
    .meta({ examples: ['releaser'] }),
  of: members.describe('Who has the role'),
  ...scope,
});
export type Role = z.infer<typeof roleSchema>;

/** Nobody may do what no line grants. */
export const rolesSchema = z
  .array(roleSchema)
  .default([])
  .describe('Who may do what; nobody may do what no line grants')
  .meta({ examples: [[{ role: 'releaser', of: ['@developers'] }]] });

const level = z
  .enum(['block', 'warn'])
  .optional()
  .describe('warn: shown on the message and no obstacle; default: block')
  .meta({ examples: ['warn'] });

const patternSchema = (example: string) =>
  z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const pattern = branchPattern(text);
      if (pattern.kind === 'refused')
        context.addIssue({
          code: 'custom',
          message: `expected a regular expression in RE2 syntax, but ${pattern.because}; example: ${example}`,
        });
    });

const branchesSchema = patternSchema('branches: "^(main|hotfix/.+)$"')
  .describe('A regular expression (RE2); the branch that an artifact was built from must match')
  .meta({ examples: ['^(main|hotfix/.+)$'] });

const branchRestrictionSchema = z.strictObject({
  kind: z.literal('branch-restriction'),
  branches: branchesSchema,
  level,
  ...scope,
});
export type BranchRestriction = z.infer<typeof branchRestrictionSchema>;

const approvalsSchema = z.strictObject({
  kind: z.literal('approvals'),
  from: members.optional().describe('Whose votes count; default: everybody with the role approver there'),
  count: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe('So many different people, never the requester')
    .meta({ examples: [2] }),
  within: z
    .string()
    .refine((text) => (parseDurationMs(text) ?? 0) > 0, 'expected a duration; example: within: 4h')
    .optional()
    .describe('The request expires when the votes have not come in this time')
    .meta({ examples: ['4h'] }),
  ...scope,
});
export type Approvals = z.infer<typeof approvalsSchema>;

const referenceSchema = z.strictObject({
  kind: z.literal('reference'),
  pattern: patternSchema('pattern: "^CHG[0-9]+$"')
    .describe('A regular expression (RE2); the ticket after `ref` must match')
    .meta({ examples: ['^CHG[0-9]+$'] }),
  example: z
    .string()
    .max(100)
    .optional()
    .describe('A ticket to show in the command that is offered')
    .meta({ examples: ['CHG123'] }),
  level,
  ...scope,
});

const moment = z
  .string()
  .regex(
    /^(([01]\d|2[0-3]):[0-5]\d|24:00|\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d)?)$/,
    'expected a time of day or a date, in quotes; example: from: "15:00", or from: "2026-12-20"',
  );
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected a date, in quotes; example: except: ["2026-12-24"]');

const freezeWindowSchema = z
  .strictObject({
    kind: z.literal('freeze-window'),
    days: z
      .array(weekdaySchema)
      .min(1)
      .optional()
      .describe('Days on which it begins; default: all')
      .meta({ examples: [['fri']] }),
    from: moment
      .describe('A time of day, or a date with or without a time')
      .meta({ examples: ['15:00', '2026-12-20'] }),
    to: moment
      .describe('Not after from: the next day. A date without a time: its end')
      .meta({ examples: ['24:00', '2027-01-03'] }),
    timezone: z
      .string()
      .refine(isTimeZone, 'expected an IANA time zone; example: timezone: Europe/Copenhagen')
      .meta({ examples: ['Europe/Copenhagen'] }),
    except: z
      .array(date)
      .optional()
      .describe('Dates on which a window of every day does not begin')
      .meta({ examples: [['2026-12-04']] }),
    because: z
      .string()
      .max(200)
      .optional()
      .meta({ examples: ['year end'] }),
    level,
    ...scope,
  })
  .superRefine((window, context) => {
    const problem = windowProblem(window);
    if (problem !== null) context.addIssue({ code: 'custom', path: [problem.at], message: problem.message });
  });
export type FreezeWindow = z.infer<typeof freezeWindowSchema>;

/** What two ends, days and exceptions say of each other. */
function windowProblem(window: Span): { readonly at: string; readonly message: string } | null {
  const isDate = (text: string) => text.length >= 10;
  if (isDate(window.from) !== isDate(window.to))
    return { at: 'to', message: 'from and to are both times of day, or both dates' };
  if (!isDate(window.from)) {
    if (window.from === '24:00') return { at: 'from', message: '24:00 is 00:00 of the next day; write that' };
    return window.from === window.to
      ? { at: 'to', message: 'ends when it begins; a whole day is 00:00 to 24:00' }
      : null;
  }
  if (window.days !== undefined || window.except !== undefined)
    return { at: 'from', message: 'a window between two dates has neither days nor except' };
  try {
    const { from, to } = datedMs(window);
    return to > from ? null : { at: 'to', message: 'ends before it begins' };
  } catch {
    return { at: 'from', message: 'names a day that does not exist' };
  }
}

export const policiesSchema = z
  .array(z.discriminatedUnion('kind', [branchRestrictionSchema, approvalsSchema, referenceSchema, freezeWindowSchema]))
  .default([])
  .describe('What must be true of a release besides authorization and the order of environments')
  .meta({ examples: [[{ kind: 'approvals', environments: ['production'], from: ['@platform'], count: 2 }]] });
export type Policy = z.infer<typeof policiesSchema>[number];

/** Whether a line holds for a service in an environment. */
export function holdsFor(
  line: { readonly environments?: readonly string[] | undefined; readonly services?: readonly string[] | undefined },
  where: { readonly service: string; readonly environment: string },
): boolean {
  return (
    (line.environments === undefined || line.environments.includes(where.environment)) &&
    (line.services === undefined || line.services.includes(where.service))
  );
}
