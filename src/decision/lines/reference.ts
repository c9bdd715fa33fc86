import { z } from 'zod';
import { linearPatternSchema } from '../../doors/linear-pattern.ts';
import { shared } from './common.ts';

export const referenceLine = z.strictObject({
  kind: z.literal('reference'),
  pattern: linearPatternSchema('pattern: "^CHG[0-9]+$"')
    .describe('A regular expression (RE2); the ticket after `ref` must match')
    .meta({ examples: ['^CHG[0-9]+$'] }),
  example: z
    .string()
    .max(100)
    .optional()
    .describe('A ticket to show in the command that is offered')
    .meta({ examples: ['CHG123'] }),
  ...shared,
});
