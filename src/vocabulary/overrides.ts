/** Kinds of policies that a role may pass where a line of `sluice.yaml` says `override`; whoever else speaks against a release is never passed. */
export const overridableKinds = [
  'branch-restriction',
  'promotion-order',
  'checks',
  'reference',
  'rule',
  'locks',
  'freeze-window',
  'approvals',
] as const;
export type OverridableKind = (typeof overridableKinds)[number];

/** The kinds behind what was passed, each once: what a trailer and a message name. */
export function kindsOf(overridden: readonly { readonly policy?: string | undefined }[]): readonly string[] {
  return [...new Set(overridden.flatMap(({ policy }) => policy ?? []))];
}
