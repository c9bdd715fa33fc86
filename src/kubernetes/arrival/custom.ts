import { imageParts, isImageOf, isVersion, versionOf } from '../../vocabulary/image.ts';
import type { Custom, CustomKind, CustomRef } from '../custom-objects.ts';
import { keyOf, type Pod } from '../objects.ts';
import { whoseIs } from './blame.ts';
import { hasSucceeded, type Question } from './coverage.ts';
import { type Finding, failing, oneLine, waiting } from './finding.ts';
import type { Unit } from './own.ts';
import { foreignDigest, podFailure } from './pod-trouble.ts';
import type { Rollout } from './rollout.ts';
import { standingOf } from './standing.ts';

/** What of a Kustomization only an operator knows and belongs to the service. */
export function ownCustoms(question: Question, unit: Unit): CustomRef[] {
  return unit.kustomization.custom.filter((ref) => whoseIs(question, unit, keyOf(ref)) === 'own');
}

/** The kinds of operators that verdicts on these Kustomizations rest on. */
export function customKindsOf(question: Question, units: readonly Unit[]): CustomKind[] {
  return units.flatMap((unit) => ownCustoms(question, unit));
}

/**
 * How far the objects are that an operator makes something of, by their own status and by the pods beside them that carry the image; where
 * they cannot be seen, by Flux's health check. None where the service has no such object.
 */
export function customRollouts(question: Question, unit: Unit): Rollout[] {
  return ownCustoms(question, unit).map((ref) => customRolloutOf(question, unit, ref));
}

export function customRolloutOf(question: Question, unit: Unit, ref: CustomRef): Rollout {
  return question.view.sightOf(ref) === 'seen'
    ? seenRollout(question, ref)
    : { finding: unseenFinding(question, unit, ref), ...none };
}

const none = { ready: 0, wanted: 0, running: new Map<string, number>() } as const;

function seenRollout({ view, expected }: Question, ref: CustomRef): Rollout {
  const object = view.custom(ref);
  const what = nameOf(ref);
  if (object === undefined) return { finding: waiting('rollout', `${what} does not exist in the cluster`), ...none };
  const { image, version, writtenAt } = expected;
  // Those of a workload that Flux applies are that one's.
  const pods = view
    .podsWith(ref.namespace, image)
    .filter(({ leaving, owner }) => !leaving && view.workload(owner) === undefined);
  const fresh = pods.filter(({ images }) =>
    images.some((each) => isImageOf(each.image, image) && isVersion(each.image, expected)),
  );
  const ready = fresh.filter((pod) => pod.ready);
  const seen = { ready: ready.length, wanted: pods.length, running: versionsOf(pods, image) };
  const held = object.images.find((each) => isImageOf(each, image));
  if (isOther(held, expected))
    return { finding: waiting('image', `the live image of ${what} is ${oneLine(held ?? '')}`), ...seen };
  const trouble = podFailure(what, pods.length, fresh);
  if (trouble !== null) return { finding: trouble, ...seen };
  const standing = standingOf(object);
  if (standing.kind === 'failed') {
    const isEarlier = Date.parse(standing.at ?? '') < Math.floor(Date.parse(writtenAt ?? '') / 1000) * 1000;
    const finding = isEarlier
      ? waiting('rollout', `${what} is stalled since before ${version} (${standing.because})`)
      : failing('rollout', standing.reason, `${what} is stalled: ${standing.because}`);
    return { finding, ...seen };
  }
  if (standing.kind === 'in-progress')
    return { finding: { ...waiting('rollout', `${what}: ${standing.because}`), brief: standing.brief }, ...seen };
  if (ready.length < pods.length) {
    const text = `${ready.length} of ${pods.length} pods of ${what} run ${version}`;
    return { finding: waiting('rollout', text), ...seen };
  }
  const digest = foreignDigest(
    pods.flatMap(({ images }) => images),
    ready,
    expected,
  );
  if (digest !== null) return { finding: waiting('image', digest), ...seen };
  const proof = pods.length > 0 || object.images.includes(version) || (held !== undefined && isVersion(held, expected));
  return {
    finding: { kind: 'healthy', note: noteOf(what, object, standing.told, pods), ...(proof ? {} : { settling: true }) },
    ...seen,
  };
}

/** Whether the image that an object names is another version; one without tag and digest says nothing. */
function isOther(held: string | undefined, wanted: Question['expected']): boolean {
  if (held === undefined) return false;
  const { tag, digest } = imageParts(held);
  return (tag !== null || digest !== null) && !isVersion(held, wanted);
}

function noteOf(what: string, { conditions }: Custom, told: boolean, pods: readonly Pod[]): string {
  const says = told
    ? `${what} is ready by its own status`
    : `${what} holds it${conditions.length === 0 ? '; it has no status' : ''}`;
  return pods.length > 0 ? says : `${says}; no pods of it are seen here`;
}

/** Where there is no right to look, Flux's health check, which reads conditions as `kstatus` does, is all that is known. */
function unseenFinding(question: Question, { kustomization, source }: Unit, ref: CustomRef): Finding {
  const what = nameOf(ref);
  const { name, waits } = kustomization;
  const sight = question.view.sightOf(ref);
  if (waits && hasSucceeded(question, kustomization, source))
    return { kind: 'healthy', note: `${what} is ready by Flux's own health check; its pods are not seen here` };
  if (waits) return waiting('rollout', `Flux checks the health of ${what}`);
  if (sight === 'unlisted') return waiting('rollout', `${what} is not looked at yet`);
  const why = sight === 'forbidden' ? `Sluice may not list ${ref.kind}.${ref.group}` : 'its kind is not served';
  const because = `what becomes of ${what} is not seen here (${why}), and Kustomization ${name} checks no health`;
  return { ...waiting('rollout', because), stuck: true };
}

function versionsOf(pods: readonly Pod[], image: string): ReadonlyMap<string, number> {
  const versions = pods
    .filter((pod) => pod.ready)
    .flatMap(({ images }) => images.find((each) => isImageOf(each.image, image)) ?? [])
    .map((each) => versionOf(each.image));
  return new Map([...Map.groupBy(versions, (version) => version)].map(([version, all]) => [version, all.length]));
}

/** `Site web` */
function nameOf({ kind, name }: CustomRef): string {
  return `${kind} ${name}`;
}
