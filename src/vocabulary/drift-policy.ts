import { z } from 'zod';
import { parseDurationMs } from '../doors/time.ts';
import { type DriftSignal, driftSignalSchema } from './drift.ts';
import { quietHoursSchema } from './quiet-hours.ts';

const span = z
  .string()
  .refine((text) => parseDurationMs(text) !== null, 'expected a duration; example: after: 2m')
  .meta({ examples: ['2m'] });
/** When the channel of an environment is told of drift; what is not told is still listed by `/release drift`. */
export const driftPolicySchema = z
  .strictObject({
    after: z
      .union([span, z.partialRecord(driftSignalSchema, span)])
      .optional()
      .describe('How long a drift lasts before the channel is told: one span, or one for each kind')
      .meta({ examples: ['2m', { suspended: '1h', edit: '5m' }] }),
    quiet: quietHoursSchema.optional(),
  })
  .describe('When drift is told')
  .meta({ examples: [{ after: '2m', quiet: { from: '22:00', to: '07:00', timezone: 'Europe/Copenhagen' } }] });
export type DriftPolicy = z.infer<typeof driftPolicySchema>;

/** Who suspends something looks after it himself for a while; all else has lasted when it is found. */
const suspendedMs = 15 * 60_000;

/** How long a drift of this kind lasts before it is told. */
export function toldAfterMs(policy: DriftPolicy | undefined, signal: DriftSignal): number {
  const after = policy?.after;
  const own = typeof after === 'object' ? after[signal] : after;
  const fallback = signal === 'suspended' ? suspendedMs : 0;
  return own === undefined ? fallback : (parseDurationMs(own) ?? fallback);
}
