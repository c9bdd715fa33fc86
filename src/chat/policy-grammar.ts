import { typed } from './command-table.ts';

export type PolicyCommand =
  /** `text` is a kind, where it holds, and settings; read by the schema. */
  | { readonly kind: 'policy-add'; readonly text: string }
  | { readonly kind: 'policy-remove'; readonly id: string; readonly because?: string }
  /** The form for what is easier to fill in than to type. */
  | { readonly kind: 'policy-form' };

export type ReadPolicy =
  | { readonly kind: 'command'; readonly command: PolicyCommand }
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

/** `policy add ...` is read as it stands, as words such as `to`, `for` and `because` may be settings there; null for anything else. */
export function readPolicy(plain: string): ReadPolicy | null {
  const [, rest] = /^policy(?:\s+([\s\S]*))?$/i.exec(plain) ?? [];
  if (rest === undefined && !/^policy$/i.test(plain)) return null;
  const [, verb = '', text = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest ?? '') ?? [];
  switch (verb.toLowerCase()) {
    case 'add':
      return { kind: 'command', command: text === '' ? { kind: 'policy-form' } : { kind: 'policy-add', text } };
    case 'remove':
      return removal(text);
    case '':
      return mistake('Add a policy, or remove one?', typed('policies', ''));
    default:
      return mistake(`A policy is added or removed; "${verb.slice(0, 60)}" is neither.`, typed('policy', 'add'));
  }
}

function removal(text: string): ReadPolicy {
  const [, id = '', because] = /^(\S*)(?:\s+because\s+([\s\S]+))?$/i.exec(text) ?? [];
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(id))
    return mistake('Which one? The list names each policy.', typed('policies', ''));
  const reason = because === undefined ? {} : { because: because.replace(/\s+/g, ' ').trim() };
  return { kind: 'command', command: { kind: 'policy-remove', id: id.toLowerCase(), ...reason } };
}

function mistake(message: string, next: string): ReadPolicy {
  return { kind: 'mistake', message, next };
}
