import { z } from 'zod';
import { readYaml } from '../../doors/yaml.ts';
import { type Answer, failure, type Target } from './api-write.ts';
import { type JsonObject, toJson } from './json.ts';

/** `watch` and `pods`, or `get` and `pods/log`. */
export interface Denial {
  readonly verb: string;
  readonly resource: string;
}

const reviewSchema = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      verb: z.string(),
      group: z.string().default(''),
      resource: z.string(),
      subresource: z.string().default(''),
    }),
  }),
});

const account = 'system:serviceaccount:sluice:sluice';
export const reviewsPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** What the token's account may do: everything, until something is denied. */
export function createRights() {
  let denied: readonly Denial[] = [];
  const may = (verb: string, resource: string) =>
    !denied.some((each) => each.verb === verb && each.resource === resource);
  return {
    deny: (denials: readonly Denial[]) => {
      denied = denials;
    },
    /** As an API server refuses a request of somebody who may not; null where they may. */
    refusal: (target: Target, verb: string): Answer | null => {
      const { plural, group } = target.kind;
      const resource = target.sub === null ? plural : `${plural}/${target.sub}`;
      if (may(verb, resource)) return null;
      const named = group === '' ? plural : `${plural}.${group}`;
      const where = target.namespace === '' ? 'at the cluster scope' : `in the namespace "${target.namespace}"`;
      return failure(
        403,
        'Forbidden',
        `${named} is forbidden: User "${account}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
      );
    },
    /** A SelfSubjectAccessReview: anybody may ask about themselves. */
    review: (text: string): Answer => {
      const body = toJson(readYaml(text));
      const asked = reviewSchema.safeParse(body).data?.spec.resourceAttributes;
      if (asked === undefined) return failure(422, 'Invalid', 'spec.resourceAttributes is required');
      const { verb, resource, subresource } = asked;
      const allowed = may(verb, subresource === '' ? resource : `${resource}/${subresource}`);
      const status: JsonObject = allowed
        ? {
            allowed,
            reason: `RBAC: allowed by ClusterRoleBinding "sluice-watch" of ClusterRole "sluice-watch" to ServiceAccount "sluice/sluice"`,
          }
        : { allowed };
      return {
        code: 201,
        body: {
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          metadata: { creationTimestamp: null },
          spec: { resourceAttributes: { ...asked } },
          status,
        },
      };
    },
  };
}
export type Rights = ReturnType<typeof createRights>;

/** The word of RBAC for a request. */
export function verbOf(method: string, name: string | null, watches: boolean): string {
  if (method === 'GET') return name !== null ? 'get' : watches ? 'watch' : 'list';
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method.toLowerCase();
}
