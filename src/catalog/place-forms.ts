import { z } from 'zod';
import { type Place, repositoryPathSchema } from '../vocabulary/change.ts';

type Placeholder = '{environment}' | '{service}' | '{cluster}';

/** The path of a folder; every one of `needs` stands in it. */
export function templateSchema(needs: readonly Placeholder[], example: string) {
  return pathSchema(['{environment}', '{service}'], example, (template) =>
    needs.filter((each) => !template.includes(each)),
  );
}

/** The path of a file, one for each environment or one for each cluster. */
function fileSchema(example: string) {
  return pathSchema(['{environment}', '{cluster}', '{service}'], example, (template) =>
    template.includes('{environment}') || template.includes('{cluster}') ? [] : ['{environment}'],
  );
}

function pathSchema(
  allowed: readonly [Placeholder, ...Placeholder[]],
  example: string,
  missing: (template: string) => readonly Placeholder[],
) {
  return z
    .string()
    .superRefine((template, context) => {
      const say = (message: string) => context.addIssue({ code: 'custom', message: `${message}; example: ${example}` });
      const found = JSON.stringify(template.slice(0, 60));
      for (const name of missing(template)) say(`expected ${name} in the path, found ${found}`);
      const stranger = template.match(/\{[^}]*\}?/g)?.find((each) => !allowed.some((name) => name === each));
      if (stranger !== undefined)
        say(`${JSON.stringify(stranger.slice(0, 40))} is not a placeholder, expected ${alternatives(allowed)}`);
      else if (!repositoryPathSchema.safeParse(fillTemplate(template, sample)).success)
        say(`expected a relative path inside the repository, found ${found}`);
    })
    .meta({ examples: [example] });
}

function alternatives(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

export interface Filling {
  readonly environment: string;
  readonly service: string;
  readonly cluster?: string;
}

const sample: Filling = { environment: 'dev', service: 'web', cluster: 'dev' };

/** `apps/{environment}/{service}` → `apps/dev/web`. */
export function fillTemplate(template: string, { environment, service, cluster }: Filling): string {
  return template
    .replaceAll('{environment}', environment)
    .replaceAll('{service}', service)
    .replaceAll('{cluster}', cluster ?? '{cluster}');
}

const imageSchema = z
  .string()
  .min(1)
  .max(300)
  .meta({ examples: ['registry.example.com/web'] });
const variableSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable, such as WEB_VERSION');

const kustomizeForm = z.strictObject({
  kustomize: fileSchema('apps/{environment}/shop/kustomization.yaml').describe(
    'A kustomization.yaml, or a file with a Flux Kustomization, whose images hold the version',
  ),
  image: imageSchema.describe('The name of the image there'),
});
const helmForm = z.strictObject({
  helm: fileSchema('apps/{environment}/search/release.yaml').describe(
    'A file with a HelmRelease whose values hold the version',
  ),
  release: z.string().optional().describe('The name of the HelmRelease, where the file holds several'),
  tag: z
    .string()
    .min(1)
    .describe('Path of the tag below spec.values')
    .meta({ examples: ['image.tag'] }),
  digest: z
    .string()
    .min(1)
    .optional()
    .describe('Path of the digest below spec.values')
    .meta({ examples: ['image.digest'] }),
});
const yamlForm = z
  .strictObject({
    yaml: fileSchema('apps/{environment}/values.yaml').describe(
      'Any YAML or JSON file with the version at a path: a substitution, the version of a chart, the tag of a source, a values file',
    ),
    object: z
      .string()
      .regex(/^[A-Za-z]+\/[a-z0-9.-]+$/, 'Kind/name, such as OCIRepository/web')
      .optional()
      .describe('Which object, where the file holds several')
      .meta({ examples: ['OCIRepository/web'] }),
    inside: z
      .string()
      .min(1)
      .optional()
      .describe('Path of a block of text that holds YAML itself')
      .meta({ examples: ['data.values\\.yaml'] }),
    tag: z
      .string()
      .min(1)
      .describe('Path of the version; a dot inside of a key is written with a backslash before it')
      .meta({ examples: ['spec.ref.tag'] }),
    digest: z.string().min(1).optional().describe('Path of the digest'),
    commit: z
      .string()
      .min(1)
      .optional()
      .describe('Path of the commit that it is built from, as a GitRepository is pinned by')
      .meta({ examples: ['spec.ref.commit'] }),
  })
  .refine(({ tag }) => !/(^|\.)commit$/.test(tag), {
    path: ['tag'],
    message:
      'expected the path of a version, such as spec.ref.tag; the commit beside it is named as commit: spec.ref.commit',
  });
const manifestForm = z.strictObject({
  manifest: fileSchema('apps/{environment}/web/deployment.yaml').describe(
    'A file with workloads; every container of the image is changed',
  ),
  image: imageSchema.describe('The image, without its tag'),
});
const markerForm = z.strictObject({
  marker: fileSchema('apps/{environment}/web/deployment.yaml').describe(
    "A file whose lines carry Flux's setter marker; an ImageUpdateAutomation of the same policy would write there too",
  ),
  policy: z
    .string()
    .regex(/^[a-z0-9.-]+:[a-z0-9.-]+$/, 'namespace:name of the ImagePolicy, such as flux-system:web')
    .describe('Which ImagePolicy the markers name')
    .meta({ examples: ['flux-system:web'] }),
});
const envForm = z.strictObject({
  env: fileSchema('apps/{environment}/versions.env').describe('A .env file with a variable that holds the version'),
  variable: variableSchema.describe('The variable that holds the version').meta({ examples: ['WEB_VERSION'] }),
  digest: variableSchema.optional().describe('The variable that holds the digest'),
});

const renderedForm = z.strictObject({
  rendered: templateSchema(['{environment}'], 'apps/{environment}/{service}').describe(
    'A folder that a release fills with the manifests that CI rendered for the environment; what is not among them is taken out',
  ),
  image: imageSchema.describe('The image in them whose tag is the version'),
});

/** Where exactly a version stands, in one of these forms; told apart by their first key. */
export const placeForms = [kustomizeForm, helmForm, yamlForm, manifestForm, markerForm, envForm, renderedForm] as const;
export const placeFormSchema = z.union(placeForms);
export type PlaceForm = z.infer<typeof placeFormSchema>;

/** The path of a form, with its placeholders. */
export function templateOf(form: PlaceForm): string {
  if ('kustomize' in form) return form.kustomize;
  if ('helm' in form) return form.helm;
  if ('yaml' in form) return form.yaml;
  if ('manifest' in form) return form.manifest;
  if ('rendered' in form) return form.rendered;
  return 'marker' in form ? form.marker : form.env;
}

/** The place in one environment; one for each cluster where the path names them. */
export function placesOfForm(
  form: PlaceForm,
  service: string,
  environment: string,
  clusters: readonly string[],
): Place[] {
  const template = templateOf(form);
  const fillings: Filling[] = template.includes('{cluster}')
    ? clusters.map((cluster) => ({ environment, service, cluster }))
    : [{ environment, service }];
  return fillings.map((filling) => placeAt(form, fillTemplate(template, filling)));
}

function placeAt(form: PlaceForm, at: string): Place {
  if ('kustomize' in form) return { kind: 'kustomize-image', path: at, image: form.image };
  if ('manifest' in form) return { kind: 'container-image', path: at, image: form.image };
  if ('rendered' in form) return { kind: 'rendered-folder', path: at, image: form.image };
  if ('marker' in form) return { kind: 'setter-marker', path: at, policy: form.policy };
  const digest = form.digest === undefined ? {} : { digest: form.digest };
  if ('env' in form) return { kind: 'env-value', path: at, variable: form.variable, ...digest };
  if ('helm' in form) {
    const release = form.release === undefined ? {} : { release: form.release };
    return { kind: 'helm-value', path: at, ...release, tag: form.tag, ...digest };
  }
  const { object, inside, tag, commit } = form;
  return {
    kind: 'yaml-value',
    path: at,
    ...(object === undefined ? {} : { object }),
    ...(inside === undefined ? {} : { inside }),
    tag,
    ...digest,
    ...(commit === undefined ? {} : { commit }),
  };
}
