import { z } from 'zod';
import { shared } from './common.ts';

const { name, environments, services, squads } = shared;

/** What is done by itself about a release whose own pods fail. It asks for a rollback and stops nothing. */
export const onFailureLine = z.strictObject({
  kind: z.literal('on-failure'),
  do: z
    .literal('rollback')
    .describe(
      'rollback: where the pods of a version that never ran there fail, it goes back to the last version that was healthy everywhere, once, and leaves a lock',
    )
    .meta({ examples: ['rollback'] }),
  name,
  environments,
  services,
  squads,
});
export type OnFailure = z.infer<typeof onFailureLine>;
