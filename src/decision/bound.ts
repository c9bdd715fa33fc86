import { createHash } from 'node:crypto';
import { canonical } from '../doors/canonical.ts';
import { own } from '../doors/own.ts';
import type { SluiceFile } from '../sluice-yaml.ts';
import type { Plan, Request } from '../vocabulary/release.ts';
import { holdsFor } from '../vocabulary/scope.ts';
import type { Shown } from '../vocabulary/shown.ts';
import { namesWithRole } from './roles.ts';

type Asked = Pick<Request, 'service' | 'environment'>;

/**
 * What a vote is for: the service's own from → to with image and digests, the places where its version lives, the
 * environment and its order, and the policies that hold for it. Line numbers, neighbours and policies about others
 * are left out, so that none of them makes a vote void.
 */
export function shownOf(request: Asked, plan: Plan, file: SluiceFile): Shown {
  const { service, environment } = request;
  const { version, digest, image } = plan.artifact;
  const named = own(file.environments, environment);
  const policies = file.policies
    // What lets others go by itself asks nothing of this release.
    .flatMap((policy) =>
      policy.kind !== 'auto-release' && policy.kind !== 'on-failure' && holdsFor(policy, request, file) ? [policy] : [],
    )
    .map(({ environments: _environments, services: _services, squads: _squads, name: _name, ...rule }) =>
      // Whoever may vote is a part of what holds, also where a role says so.
      rule.kind === 'approvals' ? { ...rule, from: rule.from ?? [...namesWithRole(file, 'approver', request)] } : rule,
    );
  return {
    service,
    environment,
    after: (named?.after ?? []).toSorted(),
    clusters: (named?.clusters ?? []).toSorted(),
    from: plan.from,
    to: { version, image, ...(digest === undefined ? {} : { digest }) },
    lane: plan.lane,
    places: byContent(plan.places),
    policies: byContent(policies),
  };
}

function byContent<T>(list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, content: canonical(each) }))
    .toSorted((a, b) => (a.content < b.content ? -1 : 1))
    .map(({ each }) => each);
}

/** The same as a hash: a vote for another one does not count. */
export function boundOf(request: Asked, plan: Plan, file: SluiceFile): string {
  return hashOf(shownOf(request, plan, file));
}

export function hashOf(shown: Shown): string {
  return createHash('sha256').update(canonical(shown)).digest('hex');
}
