import { z } from 'zod';
import { isTimeZone } from '../doors/time.ts';

const timeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time of day, in quotes; example: from: "22:00"');

export const quietHoursSchema = z
  .strictObject({
    from: timeOfDay.describe('When they begin').meta({ examples: ['22:00'] }),
    to: timeOfDay.describe('When they end').meta({ examples: ['07:00'] }),
    timezone: z
      .string()
      .refine(isTimeZone, 'expected an IANA time zone; example: timezone: Europe/Copenhagen')
      .describe('Whose time of day it is')
      .meta({ examples: ['Europe/Copenhagen'] }),
  })
  .describe('Hours in which nobody is told; what still lasts then is told at their end');
export type QuietHours = z.infer<typeof quietHoursSchema>;
