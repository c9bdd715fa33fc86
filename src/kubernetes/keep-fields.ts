import { createHash, randomBytes } from 'node:crypto';
import { isFluxManager } from './flux/managers.ts';
import { interned } from './interned.ts';
import type { ManagedField } from './keep.ts';
import type { FieldOwner, OptOut } from './named.ts';
import type { LiveField } from './objects.ts';

const fieldLimit = 200;
const depthLimit = 24;
const valueLimit = 300;

/**
 * Every field below `spec` that somebody owns by managedFields, with its live value and who edited it: the API server moves a field
 * out of Flux's entry at a live edit, and back when it is corrected. What no entry owns is a default.
 */
export function liveFields(spec: unknown, fields: readonly ManagedField[]): LiveField[] {
  const found = new Map<string, { live: string; flux: boolean; editor: FieldOwner | null; scaled: boolean }>();
  for (const { manager, time, subresource, fieldsV1 } of fields) {
    if (subresource === 'status') continue;
    const flux = isFluxManager(manager);
    for (const leaf of leavesOf(fieldsV1['f:spec'], spec, 'spec', 0)) {
      const before = found.get(leaf.path);
      if (before === undefined && found.size >= fieldLimit) break;
      found.set(leaf.path, {
        live: before?.live ?? wordsOf(leaf.path, leaf.value),
        flux: flux || before?.flux === true,
        editor: flux ? (before?.editor ?? null) : { manager, at: time ?? null },
        scaled: flux ? (before?.scaled ?? false) : subresource === 'scale',
      });
    }
  }
  return [...found].map(([path, { live, flux, editor, scaled }]) => ({
    path: interned(path),
    live,
    editor: flux ? null : editor,
    scaled,
  }));
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The leaves of a tree of fieldsV1, each with the value that it names. */
function* leavesOf(tree: unknown, value: unknown, path: string, depth: number): Generator<Leaf> {
  if (!isRecord(tree) || depth > depthLimit) return;
  const members = Object.entries(tree).filter(([key]) => key !== '.');
  if (members.length === 0) {
    yield { path, value };
    return;
  }
  for (const [key, inner] of members) {
    const step = stepOf(key, value);
    if (step !== null) yield* leavesOf(inner, step.value, `${path}${step.name}`, depth + 1);
  }
}

/** `f:name`, `k:{"name":"web"}`, `v:"x"` and `i:0` of a path element (sigs.k8s.io/structured-merge-diff). */
function stepOf(key: string, value: unknown): { readonly name: string; readonly value: unknown } | null {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case 'f:':
      return { name: /^[A-Za-z0-9_-]+$/.test(rest) ? `.${rest}` : `[${rest}]`, value: memberOf(value, rest) };
    case 'k:': {
      const keys = jsonOf(rest);
      if (!isRecord(keys)) return null;
      const items: readonly unknown[] = Array.isArray(value) ? value : [];
      const item = items.find((each) => Object.entries(keys).every(([name, is]) => memberOf(each, name) === is));
      return { name: `[${Object.values(keys).join(',')}]`, value: item };
    }
    case 'v:':
      return { name: `[${String(jsonOf(rest))}]`, value: jsonOf(rest) };
    case 'i:':
      return { name: `[${rest}]`, value: Array.isArray(value) ? value[Number(rest)] : undefined };
    default:
      return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const salt = randomBytes(16);

/** A value in few words. What may be a secret is only told from another: the mark is of this process alone. */
function wordsOf(path: string, value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const secret = /\.env\[[^\]]*\](\.value)?$/.test(path) || /passw|secret|token|api-?key|credential/i.test(text);
  if (secret && !/\.valueFrom\b/.test(path))
    return `(hidden, ${createHash('sha256').update(salt).update(text).digest('hex').slice(0, 6)})`;
  // A copy: a slice would hold on to the long original.
  return text.length <= valueLimit ? text : `${Buffer.from(text.slice(0, valueLimit)).toString()}…`;
}

/** Where Flux is told to leave an object alone; its keys are compared without regard to case (fluxcd/pkg ssa AnyInMetadata). */
const optOuts: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['kustomize.toolkit.fluxcd.io/reconcile', ['disabled']],
  ['kustomize.toolkit.fluxcd.io/ssa', ['ignore', 'ifnotpresent', 'merge']],
  ['helm.toolkit.fluxcd.io/driftdetection', ['disabled']],
];

export function optOutOf(
  metadata: {
    readonly annotations: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
  },
  fields: readonly ManagedField[],
): OptOut | null {
  for (const where of ['annotations', 'labels'] as const) {
    for (const [name, value] of Object.entries(metadata[where])) {
      const known = optOuts.find(([key]) => key === name.toLowerCase());
      if (known === undefined || !known[1].includes(value.toLowerCase())) continue;
      const owners = fields.filter(({ fieldsV1 }) => {
        const members = memberOf(memberOf(fieldsV1['f:metadata'], `f:${where}`), `f:${name}`);
        return members !== undefined;
      });
      const live = owners.find(({ manager }) => !isFluxManager(manager));
      const inGit = live === undefined || owners.some(({ manager }) => isFluxManager(manager));
      return {
        field: `metadata.${where}[${name}]`,
        value: value.slice(0, 60),
        by: inGit ? null : { manager: live.manager, at: live.time ?? null },
      };
    }
  }
  return null;
}
