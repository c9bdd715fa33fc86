import { z } from 'zod';
import type { ClusterConfig } from '../config.ts';
import { messageOf } from '../doors/errors.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { type ClusterApi, openCluster, readJson } from './clusters.ts';
import { discoverPaths } from './discovery.ts';
import { watchedKinds } from './kinds.ts';
import { neededRights, type Right, spokenRight, type Wanted } from './rights.ts';

const answerMs = 15_000;
const versionSchema = z.object({ gitVersion: z.string() });
const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Asks the API server who it is, what of Flux it serves, and for each right that watching needs; changes nothing. */
export async function checkCluster(
  name: string,
  config: ClusterConfig,
  wanted: Wanted,
  api: ClusterApi = openCluster(config),
): Promise<Finding[]> {
  const about = `cluster ${name}`;
  try {
    const seen = `answers, ${await versionOf(api)}`;
    const paths = await discoverPaths(api, watchedKinds, AbortSignal.timeout(answerMs));
    const served = watchedKinds.filter(({ kind }) => paths.has(kind));
    const flux: Finding = paths.has('Kustomization')
      ? { about, level: 'ok', seen: `${seen}, and serves Flux` }
      : { about, level: 'fail', seen: `${seen}, and serves no Kustomization of Flux`, mend: 'install Flux there' };
    return [flux, await rights(about, api, neededRights(served, wanted))];
  } catch (error) {
    const mend = `look at clusters.${name} in the configuration: kubeconfig, context, credentials, network`;
    return [{ about, level: 'fail', seen: messageOf(error), mend }];
  }
}

async function versionOf(api: ClusterApi): Promise<string> {
  const answer = await api.request('/version', { signal: AbortSignal.timeout(answerMs) });
  const body = await readJson(answer).catch(() => null);
  if (answer.status === 401) throw new Error('the API server does not take the credentials (401)');
  return versionSchema.safeParse(body).data?.gitVersion ?? `version not told (${answer.status})`;
}

async function rights(about: string, api: ClusterApi, needed: readonly Right[]): Promise<Finding> {
  const answers = await Promise.all(needed.map(async (right) => ({ right, may: await may(api, right) })));
  const missing = answers.filter((answer) => !answer.may).map(({ right }) => right);
  if (missing.length === 0) return { about, level: 'ok', seen: `all ${needed.length} rights are granted` };
  const seen = `may not ${missing.map(spokenRight).join(', ')} (${reasonsOf(missing)})`;
  return { about, level: 'fail', seen, mend: 'grant the ClusterRole of manifests/ to the account of the kubeconfig' };
}

function reasonsOf(missing: readonly Right[]): string {
  return [...new Set(missing.map((right) => right.for))].join('; ');
}

async function may(api: ClusterApi, { verb, group, resource }: Right): Promise<boolean> {
  const [plural, subresource] = resource.split('/');
  const resourceAttributes = { verb, group, resource: plural, ...(subresource === undefined ? {} : { subresource }) };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const signal = AbortSignal.timeout(answerMs);
  const answer = await api.request(reviews, { method: 'POST', body: JSON.stringify(review), signal });
  const body = await readJson(answer).catch(() => null);
  if (answer.status !== 201) throw new Error(`the question for a right was answered with ${answer.status}`);
  return reviewSchema.parse(body).status.allowed;
}
