import { describe, expect, it } from 'vitest';
import { BuildError, build } from '../../../src/playground/cluster/build.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "acme/web:1"}, {name: log, image: "acme/log:1"}]}}}
`;
const from = async (kustomization: string, more: Readonly<Record<string, string>> = {}) => {
  const files: Readonly<Record<string, string>> = {
    'app/web.yaml': deployment,
    'app/kustomization.yaml': kustomization,
    ...more,
  };
  return await build({ files: Object.keys(files), read: async (path) => files[path] ?? '' }, './app');
};
const images = (object: unknown) => [...JSON.stringify(object).matchAll(/"image":"([^"]+)"/g)].map((match) => match[1]);

describe('build', () => {
  it.each([
    ['a tag', '{name: acme/web, newTag: "2"}', 'acme/web:2'],
    ['a number as a tag', '{name: acme/web, newTag: 2}', 'acme/web:2'],
    ['another name', '{name: acme/web, newName: mirror/web}', 'mirror/web:1'],
    ['a digest', '{name: acme/web, digest: "sha256:ab"}', 'acme/web@sha256:ab'],
    ['a tag and a digest', '{name: acme/web, newTag: "2", digest: "sha256:ab"}', 'acme/web:2@sha256:ab'],
  ])('sets an image by %s', async (_, image, wanted) => {
    expect(images(await from(`resources: [web.yaml]\nimages: [${image}]\n`))).toEqual([wanted, 'acme/log:1']);
  });

  it('patches one container of several, and by JSON patch', async () => {
    const strategic =
      'patches: [{patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: log, image: acme/log:9}]}}}}"}]\n';
    expect(images(await from(`resources: [web.yaml]\n${strategic}`))).toEqual(['acme/web:1', 'acme/log:9']);
    const json =
      'patches: [{target: {kind: Deployment}, patch: "[{op: replace, path: /spec/template/spec/containers/0/image, value: acme/web:7}]"}]\n';
    expect(images(await from(`resources: [web.yaml]\n${json}`))).toEqual(['acme/web:7', 'acme/log:1']);
  });

  it('sets namespace, labels and replicas', async () => {
    const text =
      'resources: [web.yaml]\nnamespace: shop\nlabels: [{pairs: {team: a}}]\nreplicas: [{name: web, count: 4}]\n';
    expect(await from(text)).toMatchObject([
      { metadata: { name: 'web', namespace: 'shop', labels: { team: 'a' } }, spec: { replicas: 4 } },
    ]);
  });

  it('takes every manifest of a folder that has no kustomization.yaml', async () => {
    const files: Readonly<Record<string, string>> = {
      'app/web.yaml': deployment,
      'app/deep/kustomization.yaml': 'resources: [../../base/web.yaml]\nnamespace: other\n',
      'base/web.yaml': deployment,
      'app/README.md': 'no manifest',
    };
    const built = await build({ files: Object.keys(files), read: async (path) => files[path] ?? '' }, 'app/');
    expect(built).toMatchObject([{ metadata: { name: 'web' } }, { metadata: { namespace: 'other' } }]);
  });

  it.each([
    ['a missing resource', 'resources: [nothing.yaml]\n', 'BuildFailed'],
    ['text that is no YAML', 'resources: [web.yaml\n', 'BuildFailed'],
    ['a cycle', 'resources: [../app]\n', 'BuildFailed'],
    [
      'a patch that meets nothing',
      'resources: [web.yaml]\npatches: [{patch: "{kind: Deployment, metadata: {name: x}}"}]\n',
      'BuildFailed',
    ],
  ])('fails for %s', async (_, text, reason) => {
    const failed = await from(text).catch((error: unknown) => error);
    expect(failed instanceof BuildError ? failed.reason : failed).toBe(reason);
  });
});
