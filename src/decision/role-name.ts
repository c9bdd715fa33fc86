import { z } from 'zod';

/** What a role lets its members do; an operator may do what a releaser may, and everybody with a role may look. */
export const roleNameSchema = z.enum(['viewer', 'releaser', 'approver', 'operator']);
export type RoleName = z.infer<typeof roleNameSchema>;
