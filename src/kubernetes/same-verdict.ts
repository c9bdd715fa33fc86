import type { Verdict } from '../vocabulary/verdict.ts';

/** Whether nobody needs to hear of it: `since` moves without news, one pod shows a cause as well as another, and pods of a proven version come and go with its load. */
export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return JSON.stringify(newsOf(a)) === JSON.stringify(newsOf(b));
}

function newsOf(verdict: Verdict): (readonly [string, unknown])[] {
  const ignored = verdict.kind === 'healthy' ? ['since', 'pods'] : ['since', 'pod'];
  return Object.entries(verdict)
    .filter(([name, value]) => !ignored.includes(name) && value !== undefined)
    .toSorted(([x], [y]) => x.localeCompare(y));
}
