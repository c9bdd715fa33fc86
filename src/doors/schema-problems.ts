import { z } from 'zod';
import { didYouMean } from './nearest.ts';

/** One mistake in words: where it is, what was found, what was expected, an example where the schema has one. */
export interface Explained {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Another part that the message is about too; the reader is told its line. */
  readonly besides?: readonly PropertyKey[];
}

type Issue = z.core.$ZodIssue;

const besidesSchema = z.object({ besides: z.array(z.union([z.string(), z.number()])) });

/** Turns an issue of a schema into sentences; an unknown key is told at the key itself, with the nearest valid one. */
export function explainIssue(issue: Issue, schema: z.ZodType, root: unknown): readonly Explained[] {
  const value = valueAt(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schemaAt(schema, issue.path, root), value);
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, known) }));
  }
  if (issue.code === 'invalid_union') {
    const inner = explainUnion(issue, schema, root, value);
    if (inner !== null) return inner;
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'another name';
    return [{ path: issue.path, message: `expected a name of ${expected}, found ${shown(issue.path.at(-1))}` }];
  }
  if (issue.code === 'custom') {
    const besides = besidesSchema.safeParse(issue.params);
    return [{ path: issue.path, message: issue.message, ...(besides.success ? besides.data : {}) }];
  }
  const example = exampleAt(schema, issue.path, root);
  const found = value === undefined ? 'is missing' : `found ${shown(value)}`;
  const text =
    value === undefined ? `${found}, expected ${expectation(issue)}` : `expected ${expectation(issue)}, ${found}`;
  const meant =
    issue.code === 'invalid_value' && typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : null;
  return [{ path: issue.path, message: [text, meant, example].filter((part) => part !== null).join('; ') }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = didYouMean(key, known);
  return `is not known here; ${meant ?? (known.length === 0 ? 'nothing may stand here' : `possible: ${known.join(', ')}`)}`;
}

/** The branch of a union that the value was meant for speaks; the others would only confuse. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.ZodType,
  root: unknown,
  value: unknown,
): readonly Explained[] | null {
  const options: unknown = Reflect.get(issue, 'options');
  if (issue.errors.length === 0 && Array.isArray(options)) {
    const names = options.map(String);
    const meant = typeof value === 'string' ? didYouMean(value, names) : null;
    const found = value === undefined ? 'is missing, expected' : `found ${shown(value)}, expected`;
    return [{ path: issue.path, message: `${found} one of ${names.join(', ')}${meant === null ? '' : `; ${meant}`}` }];
  }
  const union = peel(schemaAt(schema, issue.path, root));
  if (!(union instanceof z.ZodUnion)) return null;
  const branch = branchFor(union, value);
  if (branch === null) {
    const example = exampleAt(schema, issue.path, root);
    const message = `expected ${kindsOf(union).join(' or ')}, ${value === undefined ? 'found nothing' : `found ${shown(value)}`}`;
    return [{ path: issue.path, message: example === null ? message : `${message}; ${example}` }];
  }
  const result = branch.safeParse(value);
  if (result.success) return null;
  return result.error.issues.flatMap((inner) =>
    explainIssue(inner, branch, value).map(({ path, message }) => ({ path: [...issue.path, ...path], message })),
  );
}

function kindsOf(union: z.ZodUnion): readonly string[] {
  const kinds = union.options.map((option) => {
    const peeled = option instanceof z.ZodType ? peel(option) : null;
    return typeWords[peeled?.def.type ?? ''] ?? 'another value';
  });
  return [...new Set(kinds)];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? shown(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `at least ${issue.minimum} ${issue.origin === 'array' ? 'entry' : 'character'}`
        : `${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `at most ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`
        : `${issue.maximum} or less`;
    default:
      return issue.message.replace(/^Invalid (input: )?(expected )?/, '');
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** The value as an example or a mistake shows it; short, with control characters escaped. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === null) return 'nothing';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function exampleAt(schema: z.ZodType, path: readonly PropertyKey[], root: unknown): string | null {
  for (let length = path.length; length > 0; length -= 1) {
    const example = exampleOf(schemaAt(schema, path.slice(0, length), root));
    if (example === undefined) continue;
    const name = path[length - 1];
    return `example: ${typeof name === 'string' ? `${name}: ` : ''}${flow(example)}`;
  }
  return null;
}

function exampleOf(schema: z.ZodType | null): unknown {
  for (let layer = schema; layer !== null; layer = inner(layer)) {
    const examples = layer.meta()?.['examples'];
    if (Array.isArray(examples) && examples.length > 0) return examples[0];
  }
  return undefined;
}

/** One value in YAML's flow style. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, each]) => `${name}: ${flow(each)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9 ./_-]*$/.test(value) ? value : JSON.stringify(value);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[], root: unknown): z.ZodType | null {
  let at: z.ZodType | null = schema;
  let value = root;
  for (const part of path) {
    at = at === null ? null : child(peel(at), part, value);
    value = valueAt(value, [part]);
  }
  return at;
}

function child(schema: z.ZodType, part: PropertyKey, value: unknown): z.ZodType | null {
  if (schema instanceof z.ZodObject) {
    const own = Object.hasOwn(schema.shape, part) ? Reflect.get(schema.shape, part) : schema.def.catchall;
    return own instanceof z.ZodType ? own : null;
  }
  if (schema instanceof z.ZodRecord) return schema.valueType instanceof z.ZodType ? schema.valueType : null;
  if (schema instanceof z.ZodArray) return schema.element instanceof z.ZodType ? schema.element : null;
  if (schema instanceof z.ZodUnion) {
    const branch = branchFor(schema, value);
    return branch === null ? null : child(peel(branch), part, value);
  }
  return null;
}

function knownKeys(schema: z.ZodType | null, value: unknown): readonly string[] {
  const peeled = schema === null ? null : peel(schema);
  if (peeled instanceof z.ZodObject) return Object.keys(peeled.shape);
  if (peeled instanceof z.ZodUnion) return knownKeys(branchFor(peeled, value), value);
  return [];
}

/** The option of a union whose type fits, and among maps the one that knows most of the keys. */
function branchFor(union: z.ZodUnion, value: unknown): z.ZodType | null {
  const options = union.options.filter((option) => option instanceof z.ZodType);
  const fitting = options.filter((option) => {
    const peeled = peel(option);
    if (Array.isArray(value)) return peeled instanceof z.ZodArray;
    if (typeof value === 'object' && value !== null) return peeled instanceof z.ZodObject;
    return typeof value === 'string' && peeled instanceof z.ZodString;
  });
  const score = (option: z.ZodType) => {
    const peeled = peel(option);
    if (!(peeled instanceof z.ZodObject) || typeof value !== 'object' || value === null) return 0;
    const kind = peeled.shape['kind'];
    const kindFits = kind instanceof z.ZodLiteral && kind.safeParse(Reflect.get(value, 'kind')).success;
    return Object.keys(value).filter((name) => Object.hasOwn(peeled.shape, name)).length + (kindFits ? 100 : 0);
  };
  return fitting.toSorted((a, b) => score(b) - score(a))[0] ?? null;
}

/** The schema without its wrappers (optional, default, transform). */
function peel(schema: z.ZodType | null): z.ZodType {
  let at = schema ?? z.unknown();
  for (let next = inner(at); next !== null; next = inner(at)) at = next;
  return at;
}

function inner(schema: z.ZodType): z.ZodType | null {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    const unwrapped = schema.unwrap();
    return unwrapped instanceof z.ZodType ? unwrapped : null;
  }
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodType ? schema.in : null;
  return null;
}
