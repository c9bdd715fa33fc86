import { canonical } from '../doors/canonical.ts';
import { checkSluiceFile, policyOf } from '../sluice-yaml.ts';
import type { ReadLine } from '../vocabulary/policy-change.ts';
import { policyIds } from '../vocabulary/policy-id.ts';
import { type ListEdit, spliceList } from './splice-list.ts';

export type EditedPolicies =
  | {
      readonly kind: 'edited';
      readonly text: string;
      /** The lines that differ, as `- old` and `+ new`. */
      readonly diff: readonly string[];
      /** The line as the file reads it, with lists and defaults filled in. */
      readonly line: ReadLine;
    }
  /** It says so already, or does not say it any more. */
  | { readonly kind: 'unchanged'; readonly because: string }
  | {
      readonly kind: 'refused';
      readonly because: string;
      readonly problems: readonly { readonly setting: string; readonly message: string }[];
    };

/** As it is asked for at first, or as it was shown: a line that says something else by then is left alone. */
export type PolicyStep =
  | { readonly kind: 'add'; readonly item: Readonly<Record<string, unknown>> }
  | { readonly kind: 'remove'; readonly id: string; readonly line?: ReadLine };

/** Puts a policy into the text of `sluice.yaml` or takes one out. The result is a valid file, or there is none. */
export function editPolicies(text: string, edit: PolicyStep): EditedPolicies {
  const before = checkSluiceFile(text, 'sluice.yaml');
  if (before.kind === 'invalid') return refused(`sluice.yaml is not valid: ${before.problems[0]?.message}`);
  const { policies } = before.value;
  // Said before the whole file is judged: twice the same line would be refused as a conflict.
  const asked = edit.kind === 'add' ? policyOf(edit.item) : null;
  if (asked !== null && policies.some((each) => canonical(each) === canonical(asked)))
    return { kind: 'unchanged', because: 'sluice.yaml says so already' };
  const ids = policyIds(policies);
  const step = stepOf(edit, policies, ids);
  if (step.kind === 'unchanged') return step;
  const spliced = spliceList(text, 'policies', step.edit);
  if (spliced.kind === 'refused') return refused(`sluice.yaml cannot be edited there: ${spliced.because}`);
  const after = checkSluiceFile(spliced.text, 'sluice.yaml');
  if (after.kind === 'invalid') {
    const problems = after.problems.map(({ message }) => problemOf(message, policies.length));
    return { kind: 'refused', because: 'sluice.yaml would not be valid', problems };
  }
  const line = edit.kind === 'add' ? after.value.policies.at(-1) : policies[ids.indexOf(edit.id)];
  if (line === undefined) return refused('sluice.yaml would not hold the line');
  return { kind: 'edited', text: spliced.text, diff: differing(text, spliced.text), line };
}

function refused(because: string): EditedPolicies {
  return { kind: 'refused', because, problems: [] };
}

function stepOf(
  edit: PolicyStep,
  policies: readonly object[],
  ids: readonly string[],
): { readonly kind: 'step'; readonly edit: ListEdit } | { readonly kind: 'unchanged'; readonly because: string } {
  if (edit.kind === 'add') return { kind: 'step', edit: { kind: 'add', item: edit.item } };
  const index = ids.indexOf(edit.id);
  if (index === -1) return { kind: 'unchanged', because: `there is no policy ${edit.id} in sluice.yaml any more` };
  if (edit.line !== undefined && canonical(policies[index]) !== canonical(edit.line))
    return { kind: 'unchanged', because: `${edit.id} says something else by now` };
  return { kind: 'step', edit: { kind: 'remove', index } };
}

/** `policies.5.count: expected …` of the new line is about its setting `count`; anything else is about the whole. */
function problemOf(message: string, index: number): { readonly setting: string; readonly message: string } {
  const [, setting = '', rest = message] =
    new RegExp(`^policies\\.${index}\\.?([a-z-]*)[^:]*: (.*)$`, 's').exec(message) ?? [];
  return { setting, message: rest };
}

/** Lines before and after, without what both begin and end with. */
function differing(before: string, after: string): readonly string[] {
  const [old, now] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  let start = 0;
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return [
    ...old.slice(start, old.length - end).map((line) => `- ${line.trim()}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line.trim()}`),
  ];
}
