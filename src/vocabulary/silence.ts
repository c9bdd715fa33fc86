import { z } from 'zod';
import { nameSchema } from './name.ts';
import { slackIdSchema } from './person.ts';
import type { Where } from './scope.ts';
import { timedFields } from './timed.ts';

const whoseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), user: slackIdSchema }),
  z.strictObject({ kind: z.literal('squad'), squad: nameSchema }),
]);
/** Who is not called: a person, neither by a mention nor privately; or a squad, in the channel of its own. */
export type Whose = z.infer<typeof whoseSchema>;

/** A mute that people set: somebody is not called about a service, an environment, or both, for a while. The record and the one message of a release show everything. */
export const silenceSchema = z.strictObject({
  kind: z.literal('silence'),
  id: z.string(),
  revision: z.number().int(),
  whose: whoseSchema,
  /** Neither: about everything. */
  service: nameSchema.optional(),
  environment: nameSchema.optional(),
  ...timedFields,
});
export type Silence = z.infer<typeof silenceSchema>;

/** One for each of whom and what, so that a second one takes the place of the first. */
export function silenceId({ whose, service, environment }: Pick<Silence, 'whose' | 'service' | 'environment'>): string {
  return [nameOf(whose), service ?? '', environment ?? ''].join('.');
}

/** Whether one of them keeps something about a service in an environment from somebody. */
export function isSilenced(silences: readonly Silence[], whose: Whose, where: Where): boolean {
  return silences.some(
    (silence) =>
      nameOf(silence.whose) === nameOf(whose) &&
      (silence.service ?? where.service) === where.service &&
      (silence.environment ?? where.environment) === where.environment,
  );
}

function nameOf(whose: Whose): string {
  return whose.kind === 'person' ? `person.${whose.user}` : `squad.${whose.squad}`;
}
