import { z } from 'zod';
import { linearPatternSchema } from '../../doors/linear-pattern.ts';

const labelSchema = z.string().min(1).max(200);

/** Host and repository apart: `ghcr.io/acme/web`. A bare name would be one of Docker Hub, which is then said. */
const imageSchema = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/,
    'an image with its host and without tag, such as ghcr.io/acme/web or docker.io/acme/web',
  )
  .meta({ examples: ['ghcr.io/acme/web'] });

/** How versions are found in a registry, for a service whose CI tells Sluice nothing. */
export const registryFormSchema = z
  .strictObject({
    image: imageSchema.describe('What is read; its host is one of registries in the configuration'),
    tags: linearPatternSchema("tags: '^v?[0-9.]+$'")
      .describe('Which tags are versions')
      .meta({
        examples: ['^v?[0-9.]+$'],
      }),
    branch: z
      .string()
      .min(1)
      .max(250)
      .default('main')
      .describe('The branch that they are built from, where no label says it')
      .meta({ examples: ['main'] }),
    labels: z
      .strictObject({
        branch: labelSchema.optional().describe('The label that holds the branch'),
        author: labelSchema.optional().describe('The label that holds the author of the commit'),
      })
      .default({})
      .describe('Labels of the image that hold its branch and the author of its commit')
      .meta({ examples: [{ branch: 'com.example.branch', author: 'com.example.author' }] }),
  })
  .describe(
    'Reads new versions from a registry each minute; images need the label org.opencontainers.image.revision. Such artifacts have no checks',
  );
export type RegistryForm = z.infer<typeof registryFormSchema>;
