import type { Stage as ArrivalStage, Verdict } from '../../../src/vocabulary/verdict.ts';
import type { Unit, Versions } from './repository.ts';

/** What the pods of an image become, whatever its tag says (`1.1.0-crash`). */
export type Outcome = 'ready' | 'crash';

export type OperatorCondition = readonly [type: string, status: string, reason: string, message?: string];

export type Step =
  /** A commit: other versions, other units, other files; `forced` takes the place of the last one. */
  | {
      readonly do: 'push';
      readonly versions: Versions;
      readonly units?: readonly Unit[];
      readonly files?: Readonly<Record<string, string>>;
      readonly forced?: boolean;
    }
  /** Somebody writes to the live object. */
  | {
      readonly do: 'patch';
      readonly object: string;
      readonly patch: object;
      readonly manager: string;
      readonly scale?: boolean;
    }
  | { readonly do: 'delete'; readonly object: string }
  /** `flux reconcile kustomization NAME`. */
  | { readonly do: 'reconcile'; readonly object: string }
  /** Whether the Git server answers. */
  | { readonly do: 'source'; readonly answers: boolean }
  /** The operator of an object writes its status, for the generation that it has now. */
  | { readonly do: 'operator'; readonly object: string; readonly conditions: readonly OperatorCondition[] }
  /** All pods of a service are replaced; what they become is said anew. */
  | { readonly do: 'pods'; readonly service: string; readonly version: string; readonly become: Outcome }
  | ({ readonly expect: 'verdict' } & ExpectedVerdict)
  /** Nothing else is said for so many seconds. */
  | { readonly expect: 'stays'; readonly of: string; readonly kind: Verdict['kind']; readonly forS: number }
  | ({ readonly expect: 'drift' } & ExpectedDrift)
  | { readonly expect: 'object'; readonly object: string; readonly is: 'there' | 'gone' }
  | { readonly expect: 'unset'; readonly object: string; readonly path: readonly string[] };

export interface ExpectedVerdict {
  /** `web 1.1.0`. */
  readonly of: string;
  readonly kind: Verdict['kind'];
  readonly stage?: ArrivalStage;
  readonly reason?: string;
  /** What `because`, or the note of a healthy one, says. */
  readonly says?: RegExp;
  readonly running?: string;
  /** In seconds of the cluster after the last thing that was done. */
  readonly notBeforeS?: number;
  readonly withinS: number;
}

export interface ExpectedDrift {
  /** `Deployment/web`. */
  readonly object: string;
  readonly field: RegExp;
  readonly state: 'open' | 'corrected' | 'released' | 'gone';
  readonly live?: string;
  readonly wanted?: string;
  readonly manager?: string;
  readonly withinS: number;
}

export interface Scenario {
  readonly name: string;
  readonly story: string;
  readonly units: readonly Unit[];
  /** What Git holds in the beginning; it is healthy before anything is done. */
  readonly versions: Versions;
  readonly steps: readonly Step[];
  /** What it needs beyond kustomize-controller. */
  readonly needs?: 'helm-controller';
}

export function push(versions: Versions, over: Partial<Extract<Step, { do: 'push' }>> = {}): Step {
  return { do: 'push', versions, ...over };
}

export function patch(object: string, change: object, manager: string, scale = false): Step {
  return { do: 'patch', object, patch: change, manager, scale };
}

export function operator(object: string, ...conditions: readonly OperatorCondition[]): Step {
  return { do: 'operator', object, conditions };
}

export function suspend(object: string, suspended: boolean): Step {
  return patch(object, { spec: { suspend: suspended ? true : null } }, 'flux');
}

type Over = Partial<Omit<ExpectedVerdict, 'of' | 'kind'>>;

export function verdict(of: string, kind: Verdict['kind'], over: Over = {}): Step {
  return { expect: 'verdict', of, kind, withinS: 90, ...over };
}

export function healthy(of: string, over: Over = {}): Step {
  return verdict(of, 'healthy', over);
}

export function failed(of: string, reason: string, over: Over = {}): Step {
  return verdict(of, 'failed', { reason, ...over });
}

export function waits(of: string, stage: ArrivalStage, says: RegExp, over: Over = {}): Step {
  return verdict(of, 'waiting', { stage, says, ...over });
}

export function stays(of: string, kind: Verdict['kind'], forS: number): Step {
  return { expect: 'stays', of, kind, forS };
}

export function drift(
  object: string,
  field: RegExp,
  state: ExpectedDrift['state'],
  over: Partial<ExpectedDrift> = {},
): Step {
  return { expect: 'drift', object, field, state, withinS: 60, ...over };
}
