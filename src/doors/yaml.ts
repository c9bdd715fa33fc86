import { type Document, isMap, isNode, LineCounter, parseAllDocuments, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import { explainIssue } from './schema-problems.ts';

export {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  parseDocument,
  type Scalar,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** One thing that is wrong with a file, as an editor would point at it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What was found and what was expected. */
  readonly message: string;
}

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T; readonly lineOf: (path: readonly PropertyKey[]) => number }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

const sizeLimit = 1_000_000;

/**
 * Reads one YAML document by a schema. Every problem names file, line and column. Aliases are bounded, duplicate keys
 * and several documents are refused.
 */
export function parseYaml<S extends z.ZodType>(text: string, file: string, schema: S): Parsed<z.infer<S>> {
  const at = (line: number, column: number, message: string): Problem => ({ file, line, column, message });
  if (text.length > sizeLimit)
    return { kind: 'invalid', problems: [at(1, 1, `the file has more than ${sizeLimit} characters`)] };
  const lines = new LineCounter();
  // What is odd is told as a problem, or by the schema; the library would also write it to the log of the process.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, 20).map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return at(line, col, (error.message.split('\n')[0] ?? 'not YAML').replace(/ at line \d+, column \d+:?$/, ''));
    });
    return { kind: 'invalid', problems };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    return { kind: 'invalid', problems: [at(1, 1, error instanceof Error ? error.message : 'cannot be read')] };
  }
  const result = schema.safeParse(value);
  const position = (path: readonly PropertyKey[]) => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { line, column: col };
  };
  if (result.success) return { kind: 'parsed', value: result.data, lineOf: (path) => position(path).line };
  const explained = result.error.issues.slice(0, 20).flatMap((issue) => explainIssue(issue, schema, value));
  const problems = explained.slice(0, 20).map(({ path, message, besides }) => {
    const { line, column } = position(path);
    const other = besides === undefined ? '' : `; the other is line ${position(besides).line}`;
    return at(line, column, `${path.join('.') || 'the file'}: ${message}${other}`);
  });
  return { kind: 'invalid', problems };
}

/** Where a path begins in the source: its key where there is one, else the nearest parent that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const key = parent.items.find((pair) => isNode(pair.key) && String(pair.key) === String(last))?.key;
      if (isNode(key) && key.range) return key.range[0];
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** `sluice.yaml:8:3: ...`, one line for each problem. */
export function problemLines(problems: readonly Problem[]): string {
  return problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n');
}

/** The value of a text somebody typed; null where it is not one YAML document. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'error' });
  if (document.errors.length > 0) return null;
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return null;
  }
}

/** Writes data as YAML, for files that Sluice makes itself; never for editing somebody's file. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** A value on one line as people write it, quoted where YAML 1.1 or 1.2 would read something else. */
export function toFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toFlow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return scalarInFlow(value);
  const entries = Object.entries(value).map(([name, each]) => `${scalarInFlow(name)}: ${toFlow(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function scalarInFlow(value: unknown): string {
  // What stands alone may hold commas and brackets; in a list the library quotes them.
  const list = stringify([value], {
    collectionStyle: 'flow',
    lineWidth: 0,
    compat: 'yaml-1.1',
    flowCollectionPadding: false,
  });
  return list.trim().slice(1, -1);
}

/** All documents of a file with their source ranges, for reading manifests. Returns null where it is not YAML. */
export function parseManifests(text: string): readonly unknown[] | null {
  if (text.length > sizeLimit) return null;
  const documents = parseAllDocuments(text, { logLevel: 'error' });
  if (!Array.isArray(documents)) return [];
  if (documents.some((document) => document.errors.length > 0)) return null;
  try {
    return documents.map((document) => document.toJS({ maxAliasCount: 50 }) as unknown);
  } catch {
    return null;
  }
}
