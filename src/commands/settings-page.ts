import { z } from 'zod';
import { toFlow } from '../doors/yaml.ts';

interface Schema {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly examples?: readonly unknown[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    examples: z.array(z.unknown()).optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), schema).optional(),
    additionalProperties: z.union([schema, z.boolean()]).optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
  }),
);

export interface Setting {
  /** `repositories.NAME.url`, `announce.webhooks[].events`. */
  readonly path: string;
  readonly isNeeded: boolean;
  readonly takes: string;
  readonly says: string;
  readonly example: string;
}

/** Every setting that a JSON Schema allows, in its order; `leaves` are told elsewhere and not gone into. */
export function settingsOf(jsonSchema: object, leaves: readonly string[] = []): readonly Setting[] {
  const settings = new Map<string, Setting>();
  const visit = (each: Schema, path: string, isNeeded: boolean): void => {
    if (path !== '') settings.set(path, together(settings.get(path), settingOf(each, path, isNeeded)));
    if (leaves.includes(path) || isSecret(each)) return;
    for (const [name, inner] of Object.entries(each.properties ?? {}))
      visit(inner, path === '' ? name : `${path}.${name}`, each.required?.includes(name) === true);
    if (typeof each.additionalProperties === 'object' && hasSettings(each.additionalProperties))
      visit(each.additionalProperties, `${path}.NAME`, false);
    const isTold = [...settings.keys()].some((told) => told.startsWith(`${path}.`));
    if (each.items !== undefined && hasSettings(each.items) && !isTold) visit(each.items, `${path}[]`, false);
    for (const form of [...(each.anyOf ?? []), ...(each.oneOf ?? [])]) visit(form, path, isNeeded);
  };
  visit(schema.parse(jsonSchema), '', true);
  return [...settings.values()].filter(({ path }) => !/(\.NAME|\[\])$/.test(path));
}

/** One setting of several forms. */
function together(told: Setting | undefined, more: Setting): Setting {
  if (told === undefined) return more;
  const isNew = more.says !== '' && !told.says.split('; or: ').includes(more.says);
  return isNew ? { ...told, says: `${told.says}; or: ${more.says}` } : told;
}

function hasSettings({ properties, additionalProperties, anyOf = [], oneOf = [] }: Schema): boolean {
  return properties !== undefined || typeof additionalProperties === 'object' || [...anyOf, ...oneOf].some(hasSettings);
}

/** `{ env: NAME }` or `{ file: /path }`. */
function isSecret({ anyOf = [] }: Schema): boolean {
  return anyOf.some(({ properties }) => properties !== undefined && Object.keys(properties).join() === 'env');
}

function settingOf(each: Schema, path: string, isNeeded: boolean): Setting {
  const name = path.split('.').at(-1) ?? path;
  const [example] = each.examples ?? [];
  return {
    path,
    isNeeded,
    takes: [takenBy(each), each.default === undefined ? '' : `default \`${toFlow(each.default)}\``]
      .filter(Boolean)
      .join('; '),
    says: each.description ?? '',
    example: example === undefined ? '' : `${name}: ${toFlow(example)}`,
  };
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a number',
  number: 'a number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'settings',
};

function takenBy(each: Schema): string {
  if (isSecret(each)) return '`{ env: NAME }` or `{ file: /path }`';
  if (each.const !== undefined) return `\`${toFlow(each.const)}\``;
  if (each.enum !== undefined) return each.enum.map((value) => `\`${toFlow(value)}\``).join(', ');
  const forms = [...(each.anyOf ?? []), ...(each.oneOf ?? [])];
  if (forms.length > 0) return [...new Set(forms.map(takenBy))].join(', or ');
  return typeWords[each.type ?? ''] ?? '';
}
