import { z } from 'zod';
import { parseDurationMs } from '../../doors/time.ts';
import { members, shared } from './common.ts';

export const approvalsLine = z.strictObject({
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
  exclude: z
    .array(z.enum(['author']))
    .optional()
    .describe('author: whoever wrote the artifact or one of its commits does not approve it')
    .meta({ examples: [['author']] }),
  ...shared,
});
export type Approvals = z.infer<typeof approvalsLine>;
