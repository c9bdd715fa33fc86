import { describe, expect, test } from 'vitest';
import { parseInventoryId } from '../../../src/kubernetes/flux/inventory.ts';
import { parseRevision } from '../../../src/kubernetes/flux/revision.ts';
import { imageParts, isImageOf, isVersion } from '../../../src/vocabulary/image.ts';

const sha = 'a'.repeat(40);
const digest = `sha256:${'b'.repeat(64)}`;

describe('revisions of Flux', () => {
  test.each([
    [`main@sha1:${sha}`, { pointer: 'main', algorithm: 'sha1', hash: sha }],
    [`feature/x@2@sha1:${sha}`, { pointer: 'feature/x@2', algorithm: 'sha1', hash: sha }],
    [`refs/pull/420/head@sha1:${sha}`, { pointer: 'refs/pull/420/head', algorithm: 'sha1', hash: sha }],
    [`sha1:${sha}`, { pointer: null, algorithm: 'sha1', hash: sha }],
    [`main/${sha}`, { pointer: 'main', algorithm: 'sha1', hash: sha }],
    [`latest@${digest}`, { pointer: 'latest', algorithm: 'sha256', hash: 'b'.repeat(64) }],
    ['6.0.3+1', null],
    ['', null],
    [null, null],
  ])('%s', (text, revision) => {
    expect(parseRevision(text)).toEqual(revision);
  });
});

describe('inventory ids', () => {
  test.each([
    ['default_podinfo__Service', { namespace: 'default', name: 'podinfo', group: '', kind: 'Service' }],
    ['shop_web_apps_Deployment', { namespace: 'shop', name: 'web', group: 'apps', kind: 'Deployment' }],
    [
      '_system__node_rbac.authorization.k8s.io_ClusterRole',
      { namespace: '', name: 'system:node', group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
    ],
    ['nonsense', null],
    ['a_b', null],
  ])('%s', (id, entry) => {
    expect(parseInventoryId(id)).toEqual(entry);
  });
});

describe('images', () => {
  test.each([
    ['registry:5000/acme/web', { repository: 'registry:5000/acme/web', tag: null, digest: null }],
    ['registry:5000/acme/web:1.4.2', { repository: 'registry:5000/acme/web', tag: '1.4.2', digest: null }],
    [`ghcr.io/acme/web:1.4.2@${digest}`, { repository: 'ghcr.io/acme/web', tag: '1.4.2', digest }],
    ['nginx:1', { repository: 'docker.io/library/nginx', tag: '1', digest: null }],
    ['acme/web', { repository: 'docker.io/acme/web', tag: null, digest: null }],
  ])('%s', (reference, parts) => {
    expect(imageParts(reference)).toEqual(parts);
  });

  test.each([
    ['ghcr.io/acme/web:1', 'ghcr.io/acme/web', true],
    ['docker.io/library/nginx:1', 'nginx', true],
    ['ghcr.io/acme/web:1', 'web', true],
    ['ghcr.io/acme/web-admin:1', 'ghcr.io/acme/web', false],
    ['ghcr.io/other/web:1', 'ghcr.io/acme/web', false],
  ])('%s is an image of %s: %s', (reference, wanted, is) => {
    expect(isImageOf(reference, wanted)).toBe(is);
  });

  test.each([
    ['a/web:1.4.2', undefined, true],
    ['a/web:1.4.20', undefined, false],
    [`a/web:1.4.2@${digest}`, digest, true],
    [`a/web:1.4.2@sha256:${'c'.repeat(64)}`, digest, false],
    [`a/web@${digest}`, digest, true],
    ['a/web', undefined, false],
  ])('%s is 1.4.2 with digest %s: %s', (reference, wanted, is) => {
    expect(isVersion(reference, { version: '1.4.2', digest: wanted })).toBe(is);
  });
});
