import type { JsonObject } from './json.ts';
import { apiVersionOf, groups, kinds } from './kinds.ts';

/** Served by the API server itself; nothing of it is stored. */
const authorization = { name: 'authorization.k8s.io', version: 'v1' };
const reviews = {
  name: 'selfsubjectaccessreviews',
  singularName: 'selfsubjectaccessreview',
  namespaced: false,
  kind: 'SelfSubjectAccessReview',
  verbs: ['create'],
};
const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** What the API server says of itself; null for paths that are no discovery. */
export function discover(path: string): JsonObject | null {
  if (path === '/version') return { major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups(), authorization].map(({ name, version }) => group(name, version)),
    };
  const [, root, name, version, ...rest] = path.split('/');
  if (root === 'api' && name === 'v1' && version === undefined) return resources('v1');
  if (root !== 'apis' || name === undefined || rest.length > 0) return null;
  const found = [...groups(), authorization].find((each) => each.name === name);
  if (found === undefined) return null;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...group(name, found.version) };
  return version === found.version ? resources(`${name}/${version}`) : null;
}

function group(name: string, version: string): JsonObject {
  const served = { groupVersion: `${name}/${version}`, version };
  return { name, versions: [served], preferredVersion: served };
}

function resources(groupVersion: string): JsonObject {
  const list = kinds
    .filter((kind) => apiVersionOf(kind) === groupVersion)
    .flatMap((kind): JsonObject[] => {
      const row = {
        name: kind.plural,
        singularName: kind.kind.toLowerCase(),
        namespaced: kind.namespaced,
        kind: kind.kind,
      };
      const scale = { ...row, name: `${kind.plural}/scale`, kind: 'Scale', verbs: ['get', 'patch', 'update'] };
      return kind.kind === 'Deployment' ? [{ ...row, verbs }, scale] : [{ ...row, verbs }];
    });
  const isOwn = groupVersion === `${authorization.name}/${authorization.version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: isOwn ? [reviews] : list };
}
