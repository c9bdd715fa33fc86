import type { DriftEnd, DriftSignal, SeenDrift } from '../../vocabulary/drift.ts';
import type { IsAncestor } from '../arrival/ancestry.ts';
import type { Unit } from '../arrival/own.ts';
import type { Expected } from '../expected.ts';
import { type ClusterView, type FluxObject, keyOf } from '../objects.ts';

/** One service in one cluster, with its own objects. */
export interface DriftSubject {
  readonly expected: Expected;
  readonly units: readonly Unit[];
  /** Its commit is on its way, so that differences are expected. */
  readonly releasing: boolean;
  /** A release that Sluice wrote has not arrived: its own message says what is in its way. */
  readonly told: boolean;
  /** All is applied, yet its workloads carry another image. */
  readonly otherImage: boolean;
}

export interface Scene {
  readonly view: ClusterView;
  readonly subjects: readonly DriftSubject[];
  readonly isAncestor: IsAncestor;
  readonly nowMs: number;
  /** Whether a drift of this object was told that was open at this time, or shortly before. */
  readonly isExplained: (object: string, atMs: number) => boolean;
}

/** A deviation as the objects show it at one moment. */
export interface Candidate {
  readonly environment: string;
  readonly service?: string;
  readonly object: string;
  readonly field: string;
  readonly live: string;
  readonly wanted: string;
  readonly manager: string;
  /** As the objects tell; without it, when it was first found. */
  readonly since?: string | null;
  readonly appliedBy?: string;
  readonly note?: string;
  /** For how long it has to be found before it is said; default: at once. */
  readonly settleMs?: number;
  /** Where it is the same kind of deviation seen anew: since when this one is found. */
  readonly foundMs?: number;
  /** Where the objects say of what kind it is. */
  readonly signal?: DriftSignal;
}

/** One kind of drift: how it is found, and how one that is not found any more has ended. */
export interface Rule {
  readonly signal: DriftSignal;
  readonly find: (scene: Scene) => readonly Candidate[];
  /** Whether an open one goes on although it is not found at the moment, as between two tries. */
  readonly lasts?: (scene: Scene, drift: SeenDrift) => boolean;
  /** Default: corrected. */
  readonly end?: (scene: Scene, drift: SeenDrift) => DriftEnd;
}

/** An object of Flux with the services that it brings. */
export interface Watched<T> {
  readonly object: T;
  readonly subjects: readonly DriftSubject[];
}

/** What a drift of a shared object is about: no service where it is several services'. */
export function about(subjects: readonly DriftSubject[]): { readonly environment: string; readonly service?: string } {
  const services = new Set(subjects.map(({ expected }) => expected.service));
  const [service] = services;
  const environment = subjects[0]?.expected.environment ?? '';
  return { environment, ...(services.size === 1 && service !== undefined ? { service } : {}) };
}

/** Every object of Flux that brings a service, once: Kustomizations with those above, their sources, HelmReleases. */
export function fluxObjects({ subjects }: Pick<Scene, 'subjects'>): Watched<FluxObject>[] {
  const found = new Map<string, { object: FluxObject; subjects: DriftSubject[] }>();
  for (const subject of subjects) {
    for (const unit of subject.units) {
      const source = unit.source === undefined ? [] : [unit.source];
      for (const object of [unit.kustomization, ...unit.parents, ...unit.helmReleases, ...source]) {
        const known = found.get(keyOf(object));
        if (known === undefined) found.set(keyOf(object), { object, subjects: [subject] });
        else if (known.subjects.at(-1) !== subject) known.subjects.push(subject);
      }
    }
  }
  return [...found.values()];
}

/** The Kustomizations among them. */
export function kustomizationsOf(
  scene: Pick<Scene, 'subjects'>,
): Watched<Extract<FluxObject, { kind: 'Kustomization' }>>[] {
  return fluxObjects(scene).flatMap(({ object, subjects }) =>
    object.kind === 'Kustomization' ? [{ object, subjects }] : [],
  );
}
