import { z } from 'zod';
import { isSafeAddress } from './doors/safe-address.ts';
import { secretSchema } from './doors/secret.ts';

const registrySchema = z
  .strictObject({
    url: z
      .url()
      .optional()
      .describe('Where it answers; default: https:// and its name')
      .meta({ examples: ['https://registry.example.com'] }),
    username: z.string().min(1).max(500).optional().describe('Who reads; default: anybody'),
    password: secretSchema
      .optional()
      .describe('Their password or token; a file is read at each use, so that one that ends can be written anew'),
    insecure: z
      .boolean()
      .default(false)
      .describe('true: http:// is taken, where everybody on the way reads and changes'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'expected username and password, or neither',
  })
  .refine(({ url, insecure }) => url === undefined || insecure || isSafeAddress(url), {
    path: ['url'],
    message: 'expected an address with https://; say insecure: true for one without',
  });

/** The registries that may be read, by the name that images begin with. */
export const registriesSchema = z
  .record(
    z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'the host of images, such as ghcr.io'),
    registrySchema,
  )
  .default({})
  .describe('Registries that sluice.yaml may have read for new versions, by the host that images begin with')
  .meta({ examples: [{ 'ghcr.io': { username: 'sluice', password: { env: 'REGISTRY_TOKEN' } } }] });

/** One registry; its password is read each time that it is used, as some end after hours and are written anew. */
export interface RegistryAccess {
  readonly url: string;
  readonly insecure: boolean;
  readonly login?: { readonly username: string; readonly password: () => string } | undefined;
}

/** The images of Docker Hub are named by one host and served by another. */
export function addressOf(host: string, url: string | undefined): string {
  return (url ?? `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}`).replace(/\/+$/, '');
}
