import { z } from 'zod';
import { approvalsLine } from './lines/approvals.ts';
import { autoReleaseLine } from './lines/auto-release.ts';
import { branchRestrictionLine } from './lines/branch-restriction.ts';
import { checksLine } from './lines/checks.ts';
import { members, scope } from './lines/common.ts';
import { freezeWindowLine } from './lines/freeze-window.ts';
import { locksLine } from './lines/locks.ts';
import { onFailureLine } from './lines/on-failure.ts';
import { promotionOrderLine } from './lines/promotion-order.ts';
import { referenceLine } from './lines/reference.ts';
import { ruleLine } from './lines/rule.ts';
import { roleNameSchema } from './role-name.ts';

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

export const policyOwnersSchema = members
  .optional()
  .describe(
    'Who may change this file: a version counts only under a signature by a key of one of them (people), by Sluice with one of them as the requester, or by a signer that the deployment trusts; default: whoever may push',
  )
  .meta({ examples: [['ada', '@platform-owners']] });

/** One schema for each kind of line. */
export const policyLines = [
  branchRestrictionLine,
  promotionOrderLine,
  checksLine,
  approvalsLine,
  referenceLine,
  ruleLine,
  freezeWindowLine,
  locksLine,
  autoReleaseLine,
  onFailureLine,
] as const;

export const policiesSchema = z
  .array(z.discriminatedUnion('kind', policyLines))
  .default([])
  .describe('What must be true of a release besides authorization and the order of environments')
  .meta({ examples: [[{ kind: 'approvals', environments: ['production'], from: ['@platform'], count: 2 }]] });
export type Policy = z.infer<typeof policiesSchema>[number];
