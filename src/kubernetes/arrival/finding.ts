import { type PodAt, type Stage, stageSchema } from '../../vocabulary/verdict.ts';

/** What the objects say right now of one part of the way, before what was said earlier is weighed in. */
export type Finding =
  /** `settling`: nothing shows that its objects are those of the commit, so that it has to last a moment. */
  | { readonly kind: 'healthy'; readonly note?: string; readonly settling?: boolean }
  | Waiting
  | {
      readonly kind: 'failed';
      readonly stage: Stage;
      readonly reason: string;
      readonly because: string;
      /** One of the pods that show it. */
      readonly pod?: PodAt;
    };

export interface Waiting {
  readonly kind: 'waiting';
  readonly stage: Stage;
  readonly because: string;
  /** Flux has done all it is going to do, so that waiting longer proves nothing. */
  readonly stuck?: boolean;
  /** As it comes with every run of a controller, so that it takes nothing back. */
  readonly brief?: boolean;
}

export const stageOrder: readonly Stage[] = stageSchema.options;

export function waiting(stage: Stage, because: string): Waiting {
  return { kind: 'waiting', stage, because };
}

export function failing(stage: Stage, reason: string, because: string, pod?: PodAt): Finding {
  return { kind: 'failed', stage, reason, because, ...(pod === undefined ? {} : { pod }) };
}

/** The finding that counts over several: a failure, else the earliest stage that is waited for. */
export function worstOf(findings: readonly Finding[]): Finding | undefined {
  const rank = (finding: Finding) =>
    finding.kind === 'failed' ? -1 : finding.kind === 'healthy' ? stageOrder.length : stageOrder.indexOf(finding.stage);
  return findings.toSorted((a, b) => rank(a) - rank(b))[0];
}

const messageLimit = 240;

/** Foreign text as one bounded line: temporary folders, which differ every time, are left out. */
export function oneLine(text: string): string {
  const line = text
    .replaceAll(/\/tmp\/[A-Za-z-]*\d+\/?/g, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= messageLimit ? line : `${line.slice(0, messageLimit - 1)}…`;
}

/** `14:32 UTC`. */
export function clockTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 16)} UTC`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? '';
  if (names.length === 2) return names.join(' and ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}
