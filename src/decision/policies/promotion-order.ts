import { own } from '../../doors/own.ts';
import { type Proof, proofOf } from '../../vocabulary/proven.ts';
import { isKnownGoodRollback, type PolicyCheck, rolesToPass, sourceOf } from '../question.ts';

/** Exactly this version and digest was healthy on every cluster of every environment that comes before, by the record. */
export const promotionOrder: PolicyCheck = (question) => {
  const { request, plan, facts } = question;
  const { environments } = facts.policy.file;
  if (isKnownGoodRollback(question)) return [];
  const override = rolesToPass(question, 'promotion-order');
  const title = `${request.service} ${plan.artifact.version}`;
  return (own(environments, request.environment)?.after ?? []).flatMap((before) => {
    const clusters = own(environments, before)?.clusters ?? [];
    const proof = proofOf(plan.artifact, clusters, facts.healthy.get(before) ?? []);
    if (proof.kind === 'everywhere') return [];
    return [
      {
        code: 'not-healthy-before',
        effect: 'deny',
        text: sentence(title, before, proof),
        next:
          proof.kind === 'other-digest'
            ? `release a version that was proven in ${before}`
            : `\`/release ${request.service} ${before} ${plan.artifact.version}\``,
        source: sourceOf(facts, ['environments', request.environment, 'after']),
        policy: 'promotion-order',
        ...(override.length === 0 ? {} : { override: [...override] }),
      },
    ];
  });
};

function sentence(title: string, environment: string, proof: Exclude<Proof, { kind: 'everywhere' }>): string {
  switch (proof.kind) {
    case 'never':
      return `${title} was never healthy in ${environment}`;
    case 'partly':
      return `${title} was healthy in ${environment} on ${proof.on.join(', ')}, but never on ${proof.missing.join(', ')}`;
    case 'other-digest':
      return `${title} was healthy in ${environment} with another digest, not as this artifact`;
  }
}
