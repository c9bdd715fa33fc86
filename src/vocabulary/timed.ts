import { z } from 'zod';
import { instantSchema } from '../doors/time.ts';
import { personSchema } from './person.ts';

/** Of what a person begins for a while: who, from when to when, and whether it has ended before. */
export const timedFields = {
  by: personSchema,
  since: instantSchema,
  until: instantSchema,
  state: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('active') }),
    z.strictObject({ kind: z.literal('ended'), at: instantSchema }),
  ]),
};
