import { z } from 'zod';
import { parseDurationMs } from '../../doors/time.ts';
import { shared } from './common.ts';

export const promotionOrderLine = z
  .strictObject({
    kind: z.literal('promotion-order'),
    soak: z
      .string()
      .refine((text) => (parseDurationMs(text) ?? 0) > 0, 'expected a duration; example: soak: 2h')
      .describe(
        'How long exactly this version must have been healthy on every cluster of each environment that comes `after`; trouble in between begins it anew',
      )
      .optional()
      .meta({ examples: ['2h'] }),
    ...shared,
  })
  .superRefine(({ soak, override }, context) => {
    if (soak === undefined && override === undefined)
      context.addIssue({
        code: 'custom',
        message: 'says nothing; expected soak, override or both; example: soak: 2h',
      });
  });
