import { imageParts } from '../vocabulary/image.ts';
import { shortCommit } from './arrival/ancestry.ts';
import type { Question } from './arrival/coverage.ts';
import type { Unit } from './arrival/own.ts';
import { sourceFinding } from './arrival/source-stage.ts';
import { isFailing } from './drift/stuck.ts';
import { revisionWords, stateWords } from './flux/words.ts';
import type { ClusterView, FluxObject, Workload } from './objects.ts';

/** What there is of Flux in one cluster, and what of it is not as it should be; objects as people name them. */
export interface Overview {
  /** `v2.9.0`; several where controllers differ; empty where nothing tells. */
  readonly versions: readonly string[];
  /** Controllers that do not run: `kustomize-controller`. */
  readonly down: readonly string[];
  readonly kustomizations: number;
  readonly helmReleases: number;
  readonly suspended: readonly string[];
  /** What has not taken what is before it: `Kustomization shop (main@a1b2c3d, not main@d4e5f6a)`. */
  readonly behind: readonly string[];
  readonly failing: readonly { readonly object: string; readonly words: string }[];
}

/** All of Flux in a cluster at one moment; `judged` are the services that are expected there. */
export function overviewOf(
  view: ClusterView,
  judged: readonly { readonly question: Question; readonly units: readonly Unit[] }[],
): Overview {
  const kustomizations = [...view.kustomizations()];
  const helmReleases = [...view.allHelmReleases()];
  const all: readonly FluxObject[] = [...view.sources(), ...kustomizations, ...helmReleases];
  const controllers = view.controllers();
  return {
    versions: versionsOf(controllers),
    down: controllers.flatMap(({ controller, available, wanted }) =>
      controller !== undefined && available < wanted ? [controller.component] : [],
    ),
    kustomizations: kustomizations.length,
    helmReleases: helmReleases.length,
    suspended: all.filter(({ suspended }) => suspended).map(titleOf),
    behind: [...new Set([...sourcesBehind(judged), ...kustomizationsBehind(view)])],
    failing: all.filter(isFailing).map((object) => ({ object: titleOf(object), words: stateWords(object) })),
  };
}

function titleOf({ kind, name }: FluxObject): string {
  return `${kind} ${name}`;
}

/** By the label of Flux's manifests; where they carry none, by the images, each controller for itself. */
function versionsOf(controllers: readonly Workload[]): string[] {
  const versions = controllers.map(({ controller, images }) => {
    if (controller === undefined) return null;
    const tag = images.map(({ image }) => imageParts(image).tag).find((each) => each !== null);
    return controller.version ?? (tag === undefined ? null : `${controller.component} ${tag}`);
  });
  return [...new Set(versions.filter((version) => version !== null))].toSorted();
}

/** Sources that have not fetched what Git holds for a service. */
function sourcesBehind(judged: readonly { readonly question: Question; readonly units: readonly Unit[] }[]): string[] {
  return judged.flatMap(({ question, units }) =>
    units.flatMap((unit) => {
      const { source } = unit;
      if (source === undefined || source.suspended || sourceFinding(question, unit) === null) return [];
      return [`${titleOf(source)} (${revisionWords(source.origin)}, not ${shortCommit(question.expected.commit)})`];
    }),
  );
}

/** Kustomizations that have not applied what their source holds. */
function kustomizationsBehind(view: ClusterView): string[] {
  return [...view.kustomizations()].flatMap((each) => {
    const fetched = view.source(each.source)?.revision ?? null;
    if (fetched === null || each.suspended || each.applied === fetched) return [];
    return [`${titleOf(each)} (${revisionWords(each.applied)}, not ${revisionWords(fetched)})`];
  });
}
