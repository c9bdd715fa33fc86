import { z } from 'zod';

/** Names of services, environments and clusters: what Kubernetes allows as a label. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, such as web or prod-eu');
