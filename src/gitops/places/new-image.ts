import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, stringify, type YAMLSeq } from '../../doors/yaml.ts';
import type { LineChange } from '../../vocabulary/change.ts';
import { openYaml } from '../open-yaml.ts';
import { dashOf, endOf, lineEnd, trimmedEnd } from '../source-positions.ts';
import { readsAsItself } from '../splice.ts';
import type { ImageList } from './located.ts';
import type { EditedPlace } from './outcomes.ts';

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/**
 * Puts an image under `images:` of a kustomization that does not name it yet, as `kustomize edit set image` would: on
 * lines of its own below the others, or behind them in the brackets of a list on one line. Nothing else of the file
 * changes, which is proved by reading it back.
 */
export function addImage(
  path: string,
  text: string,
  documents: readonly Document[],
  list: ImageList,
  entry: { readonly name: string; readonly newTag: string },
): EditedPlace {
  const because = `${path} has no entry for ${entry.name} under images; write one once by hand`;
  if (list.images?.flow === true)
    return inBrackets(path, text, documents, list.images, entry) ?? { kind: 'refused', because };
  const piece = pieceFor(text, documents, list, entry);
  if (piece === null) return { kind: 'refused', because };
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  // A last line without a line break stays one.
  const gap = piece.from === 0 || text[piece.from - 1] === '\n' ? '' : end;
  const tail = gap === '' ? end : '';
  const edited = text.slice(0, piece.from) + gap + piece.lines.join(end) + tail + text.slice(piece.to);
  if (!isAsMeant(documents, edited, entry)) return { kind: 'refused', because };
  const first = text.slice(0, piece.from).split('\n').length + (gap === '' ? 0 : 1);
  const lines = piece.lines.map(
    (line, index): LineChange => ({ path, line: first + index, before: '', after: line.trim() }),
  );
  return { kind: 'edited', text: edited, lines };
}

function inBrackets(
  path: string,
  text: string,
  documents: readonly Document[],
  images: YAMLSeq,
  entry: { readonly name: string; readonly newTag: string },
): EditedPlace | null {
  const last = images.items.at(-1);
  const [start] = images.range ?? [];
  const at = last === undefined ? (start === undefined ? null : start + 1) : endOf(last);
  if (at === null) return null;
  const added = `{ name: ${quoted(entry.name)}, newTag: ${quoted(entry.newTag)} }`;
  const edited = `${text.slice(0, at)}${last === undefined ? '' : ', '}${added}${text.slice(at)}`;
  if (!isAsMeant(documents, edited, entry)) return null;
  const line = text.slice(0, at).split('\n').length;
  const lineIn = (whole: string) => whole.split('\n')[line - 1]?.trim() ?? '';
  return { kind: 'edited', text: edited, lines: [{ path, line, before: lineIn(text), after: lineIn(edited) }] };
}

function pieceFor(
  text: string,
  documents: readonly Document[],
  { images, key }: ImageList,
  { name, newTag }: { readonly name: string; readonly newTag: string },
): Piece | null {
  const item = (indent: string) => [`${indent}- name: ${quoted(name)}`, `${indent}  newTag: ${quoted(newTag)}`];
  if (key === null) {
    const isWhole = documents.length === 1 && isKustomizeFile(documents[0]);
    const at = trimmedEnd(text, text.length);
    return isWhole ? { from: lineEnd(text, at), to: lineEnd(text, at), lines: ['images:', ...item('  ')] } : null;
  }
  const last = images?.items.at(-1);
  if (images === null || last === undefined) return null;
  const dash = dashOf(text, last, images.range?.[0] ?? 0);
  const lastEnd = endOf(last);
  if (dash === null || lastEnd === null) return null;
  const indent = text.slice(text.lastIndexOf('\n', dash - 1) + 1, dash);
  const at = lineEnd(text, trimmedEnd(text, lastEnd));
  return { from: at, to: at, lines: item(indent) };
}

/** Kustomize's own file, where `images` stands at the top; it may leave out what it is. */
function isKustomizeFile(document: Document | undefined): boolean {
  const root = document?.contents;
  return isMap(root) && root.flow !== true && !String(root.get('apiVersion') ?? '').includes('toolkit.fluxcd.io/');
}

function quoted(value: string): string {
  return readsAsItself(value) ? value : stringify(value, { defaultStringType: 'QUOTE_DOUBLE', lineWidth: 0 }).trim();
}

function isAsMeant(documents: readonly Document[], edited: string, entry: object): boolean {
  const now = openYaml(edited);
  if (now.kind === 'refused' || now.documents.length !== documents.length) return false;
  try {
    const before = documents.map((document) => withImage(document.toJS({ maxAliasCount: 50 }), entry));
    return isDeepStrictEqual(
      before,
      now.documents.map((document) => document.toJS({ maxAliasCount: 50 }) as unknown),
    );
  } catch {
    return false;
  }
}

/** What one document of the file is to be: of several, the one that has images gets the entry. */
function withImage(value: unknown, entry: object): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { kind, spec } = value as { readonly kind?: unknown; readonly spec?: { readonly images?: unknown } };
  const isFlux = String(Reflect.get(value, 'apiVersion') ?? '').startsWith('kustomize.toolkit.fluxcd.io/');
  if (isFlux && kind === 'Kustomization')
    return { ...value, spec: { ...spec, images: [...listOf(spec?.images), entry] } };
  return { ...value, images: [...listOf(Reflect.get(value, 'images')), entry] };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
