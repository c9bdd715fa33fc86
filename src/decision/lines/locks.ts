import { z } from 'zod';
import { name, override, scope } from './common.ts';

/** Who may pass the locks and freezes that people set; without such a line nobody may. */
export const locksLine = z.strictObject({
  kind: z.literal('locks'),
  override,
  name,
  ...scope,
});
