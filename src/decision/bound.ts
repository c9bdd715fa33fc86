import { createHash } from 'node:crypto';
import { canonical } from '../canonical.ts';
import type { Plan, Request } from '../release.ts';
import { holdsFor } from '../scope.ts';
import type { SluiceFile } from '../sluice-yaml.ts';

/**
 * What a vote is for, as a hash: the service's own from → to with image and digests, the places where its version lives,
 * the environment and its order, and the policies that hold for it. Line numbers, neighbours and policies about others
 * are left out, so that none of them makes a vote void.
 */
export function boundOf(request: Pick<Request, 'service' | 'environment'>, plan: Plan, file: SluiceFile): string {
  const { version, digest, image } = plan.artifact;
  const environment = Object.hasOwn(file.environments, request.environment)
    ? file.environments[request.environment]
    : undefined;
  const policies = file.policies
    // What lets others go by itself asks nothing of this release.
    .flatMap((policy) => (policy.kind !== 'auto-release' && holdsFor(policy, request, file) ? [policy] : []))
    .map(({ environments: _environments, services: _services, squads: _squads, name: _name, ...rule }) =>
      canonical(rule),
    );
  const content = canonical({
    service: request.service,
    environment: request.environment,
    after: (environment?.after ?? []).toSorted(),
    clusters: (environment?.clusters ?? []).toSorted(),
    from: plan.from,
    to: { version, digest, image },
    lane: plan.lane,
    places: plan.places.map(canonical).toSorted(),
    policies: policies.toSorted(),
  });
  return createHash('sha256').update(content).digest('hex');
}
