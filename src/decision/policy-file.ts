import { z } from 'zod';
import { memberSchema, nameSchema } from '../release.ts';
import { parseDurationMs } from '../time.ts';
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

const branchesSchema = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    const pattern = branchPattern(text);
    if (pattern.kind === 'refused')
      context.addIssue({
        code: 'custom',
        message: `expected a regular expression in RE2 syntax, but ${pattern.because}; example: branches: "^(main|hotfix/.+)$"`,
      });
  })
  .describe('A regular expression (RE2); the branch that an artifact was built from must match')
  .meta({ examples: ['^(main|hotfix/.+)$'] });

const branchRestrictionSchema = z.strictObject({
  kind: z.literal('branch-restriction'),
  branches: branchesSchema,
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

export const policiesSchema = z
  .array(z.discriminatedUnion('kind', [branchRestrictionSchema, approvalsSchema]))
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
