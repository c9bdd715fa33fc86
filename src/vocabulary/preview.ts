import { kindsOf, overridableKinds } from './overrides.ts';
import type { Decision, Reason } from './reasons.ts';
import type { Plan, Request } from './release.ts';

/** What would come of a request as it stands; nothing is written down for it. */
export type Preview =
  | {
      readonly kind: 'planned' | 'unchanged';
      readonly plan: Plan;
      readonly reasons: readonly Reason[];
      /** What the request passes, as it asks to. */
      readonly overridden?: readonly Reason[];
      /** Kinds of policies that its requester could pass, whether or not the request asks to. */
      readonly passable?: readonly string[];
    }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] };

export interface PreviewPorts {
  readonly plan: (
    request: Request,
  ) => Promise<
    | { readonly kind: 'planned' | 'unchanged'; readonly plan: Plan }
    | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
    | { readonly kind: 'unreadable'; readonly because: string }
  >;
  readonly decide: (asked: { readonly request: Request; readonly votes: [] }, plan: Plan) => Promise<Decision>;
}

/** Plans and decides a request as if it had been made. */
export function createPreview({ plan, decide }: PreviewPorts): (request: Request) => Promise<Preview> {
  return async (request) => {
    const planned = await plan(request);
    if (planned.kind === 'refused') return planned;
    if (planned.kind === 'unreadable')
      return { kind: 'refused', reasons: [{ code: 'remote-unreachable', effect: 'hold', text: planned.because }] };
    const { reasons, warnings = [], overridden = [] } = await decide({ request, votes: [] }, planned.plan);
    const all = { ...request, override: [...overridableKinds] };
    const passed =
      reasons.length + overridden.length === 0 ? null : await decide({ request: all, votes: [] }, planned.plan);
    return {
      kind: planned.kind,
      plan: planned.plan,
      reasons: [...reasons, ...warnings],
      overridden,
      passable: kindsOf(passed?.overridden ?? []),
    };
  };
}
