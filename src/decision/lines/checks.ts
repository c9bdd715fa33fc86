import { z } from 'zod';
import { parseDurationMs } from '../../doors/time.ts';
import { shared } from './common.ts';

const mostSchema = z.int().min(0).max(1_000_000).optional();

export const checksLine = z
  .strictObject({
    kind: z.literal('checks'),
    checks: z
      .array(z.string().min(1).max(80))
      .min(1)
      .max(50)
      .optional()
      .describe('Names of checks that must have passed, as CI posts them with the artifact')
      .meta({ examples: [['ci', 'scan']] }),
    vulnerabilities: z
      .strictObject({ critical: mostSchema, high: mostSchema, medium: mostSchema, low: mostSchema })
      .optional()
      .describe('How many known vulnerabilities there may be, by severity; a severity that is left out has no limit')
      .meta({ examples: [{ critical: 0, high: 5 }] }),
    within: z
      .string()
      .refine((text) => (parseDurationMs(text) ?? 0) > 0, 'expected a duration; example: within: 7d')
      .optional()
      .describe('How old the results may be; default: any age')
      .meta({ examples: ['7d'] }),
    ...shared,
  })
  .superRefine(({ checks, vulnerabilities }, context) => {
    const asks = checks !== undefined || Object.values(vulnerabilities ?? {}).some((most) => most !== undefined);
    if (!asks)
      context.addIssue({
        code: 'custom',
        message: 'asks for nothing; expected checks, vulnerabilities or both; example: checks: [ci, scan]',
      });
  });
export type Checks = z.infer<typeof checksLine>;
