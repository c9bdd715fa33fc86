import { z } from 'zod';
import { nameSchema } from '../../vocabulary/name.ts';
import { shared } from './common.ts';

const { name, services, squads } = shared;

/** Lets what is built from a branch go to one environment by itself. It asks for a release and stops none. */
export const autoReleaseLine = z.strictObject({
  kind: z.literal('auto-release'),
  branch: z
    .string()
    .min(1)
    .max(250)
    .describe('The branch whose artifacts go by themselves, exactly as it is called')
    .meta({ examples: ['main'] }),
  environment: nameSchema.describe('Where they go').meta({ examples: ['dev'] }),
  name,
  services,
  squads,
});
export type AutoRelease = z.infer<typeof autoReleaseLine>;
