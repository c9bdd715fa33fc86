import { z } from 'zod';
import { datedMs, isTimeZone, type Span, weekdaySchema } from '../../doors/time.ts';
import { shared } from './common.ts';

const moment = z
  .string()
  .regex(
    /^(([01]\d|2[0-3]):[0-5]\d|24:00|\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d)?)$/,
    'a time of day or a date, in quotes; example: from: "15:00", or from: "2026-12-20"',
  );
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a date, in quotes; example: except: ["2026-12-24"]');

export const freezeWindowLine = z
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
    auto: z
      .boolean()
      .optional()
      .describe('true: what it held goes by itself when it is over, one at a time; default: its requester is asked')
      .meta({ examples: [true] }),
    because: z
      .string()
      .max(200)
      .optional()
      .meta({ examples: ['year end'] }),
    ...shared,
  })
  .superRefine((window, context) => {
    const problem = windowProblem(window);
    if (problem !== null) context.addIssue({ code: 'custom', path: [problem.at], message: problem.message });
  });
export type FreezeWindow = z.infer<typeof freezeWindowLine>;

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
