import { describe, expect, test } from 'vitest';
import { placeFormSchema, placesOfForm } from '../../src/catalog/place-forms.ts';
import { parseYaml } from '../../src/doors/yaml.ts';

const clusters = ['prod-eu', 'prod-us'];

function placesOf(form: string) {
  const parsed = parseYaml(form, 'sluice.yaml', placeFormSchema);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return placesOfForm(parsed.value, 'web', 'production', clusters);
}

describe('where a version stands', () => {
  test.each([
    [
      '{ kustomize: "apps/{environment}/k.yaml", image: r.test/web }',
      [{ kind: 'kustomize-image', path: 'apps/production/k.yaml', image: 'r.test/web' }],
    ],
    [
      '{ helm: "{environment}/{service}.yaml", tag: image.tag, digest: image.digest }',
      [{ kind: 'helm-value', path: 'production/web.yaml', tag: 'image.tag', digest: 'image.digest' }],
    ],
    [
      '{ yaml: "{environment}/s.yaml", object: OCIRepository/web, tag: spec.ref.tag }',
      [{ kind: 'yaml-value', path: 'production/s.yaml', object: 'OCIRepository/web', tag: 'spec.ref.tag' }],
    ],
    [
      `{ yaml: "{environment}/c.yaml", inside: 'data.values\\.yaml', tag: tag }`,
      [{ kind: 'yaml-value', path: 'production/c.yaml', inside: 'data.values\\.yaml', tag: 'tag' }],
    ],
    [
      '{ manifest: "clusters/{cluster}/web.yaml", image: r.test/web }',
      [
        { kind: 'container-image', path: 'clusters/prod-eu/web.yaml', image: 'r.test/web' },
        { kind: 'container-image', path: 'clusters/prod-us/web.yaml', image: 'r.test/web' },
      ],
    ],
    [
      '{ marker: "{environment}/d.yaml", policy: "flux-system:web" }',
      [{ kind: 'setter-marker', path: 'production/d.yaml', policy: 'flux-system:web' }],
    ],
    [
      '{ env: "{environment}/versions.env", variable: WEB }',
      [{ kind: 'env-value', path: 'production/versions.env', variable: 'WEB' }],
    ],
  ])('%s', (form, places) => {
    expect(placesOf(form)).toEqual(places);
  });

  test.each([
    ['{ kustomize: "apps/k.yaml", image: web }', 'expected {environment} in the path'],
    [
      '{ manifest: "apps/{env}/{cluster}.yaml", image: web }',
      '"{env}" is not a placeholder, expected {environment}, {cluster} or {service}',
    ],
    ['{ yaml: "../{environment}.yaml", tag: a }', 'expected a relative path inside the repository'],
    ['{ yaml: "{environment}.yaml", object: web, tag: a }', 'Kind/name, such as OCIRepository/web'],
    [
      '{ yaml: "{environment}.yaml", tag: spec.ref.commit }',
      'the commit beside it is named as commit: spec.ref.commit',
    ],
    ['{ marker: "{environment}.yaml", policy: web }', 'namespace:name of the ImagePolicy'],
    ['{ env: "{environment}.env", variable: "a b" }', 'the name of a variable, such as WEB_VERSION'],
    ['{ env: "{environment}.env" }', 'variable: is missing'],
  ])('%s is refused', (form, because) => {
    expect(() => placesOf(form)).toThrow(because);
  });
});
