import type { Scope } from './known-names.ts';

/** Which releases of the past; everything that is named holds. */
export interface HistoryFilter extends Scope {
  /** A user id, `me`, or a part of a name. */
  readonly by?: string;
  /** `7d`, or a day: `2026-11-01`. */
  readonly since?: string;
  readonly only?: 'failed' | 'rollbacks';
}

/** The words of a filter, as they are typed. */
export function historyWords({ service, environment, by, since, only }: HistoryFilter): string {
  const words = [
    service,
    environment,
    by === undefined ? undefined : `by ${by}`,
    since === undefined ? undefined : `since ${since}`,
    only,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}
