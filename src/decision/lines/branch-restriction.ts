import { z } from 'zod';
import { linearPatternSchema } from '../../doors/linear-pattern.ts';
import { shared } from './common.ts';

export const branchRestrictionLine = z.strictObject({
  kind: z.literal('branch-restriction'),
  branches: linearPatternSchema('branches: "^(main|hotfix/.+)$"')
    .describe('A regular expression (RE2); the branch that an artifact was built from must match')
    .meta({ examples: ['^(main|hotfix/.+)$'] }),
  ...shared,
});
export type BranchRestriction = z.infer<typeof branchRestrictionLine>;
