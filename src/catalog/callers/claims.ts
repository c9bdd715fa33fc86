import type { Claimed } from './caller.ts';

/** `refs/heads/{branch}` → `refs/heads/main`; what is filled in is not looked through again. */
function filled(template: string, { service, branch, commit = '' }: Claimed): string {
  const values: Readonly<Record<string, string>> = { '{service}': service, '{branch}': branch, '{commit}': commit };
  return template.replace(/\{\w+\}/g, (name) => values[name] ?? name);
}

/** The first claim of a token that is not what the artifact would need; null where all are. */
export function unmetClaim(
  wanted: Readonly<Record<string, string>>,
  token: Readonly<Record<string, unknown>>,
  claimed: Claimed,
): string | null {
  const unmet = Object.entries(wanted).find(([name, template]) => {
    if (claimed.commit === undefined && template.includes('{commit}')) return false;
    return !Object.hasOwn(token, name) || textOf(token[name]) !== filled(template, claimed);
  });
  return unmet?.[0] ?? null;
}

/** Claims are text; some issuers write numbers and truth values as such. A list is no single claim. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
