import { type Document, isCollection, parseAllDocuments, type Scalar, visit } from '../doors/yaml.ts';

export type Opened =
  | { readonly kind: 'opened'; readonly documents: readonly Document[] }
  | { readonly kind: 'refused'; readonly because: string };

const sizeLimit = 1_000_000;
/** Parsed files take some fifty times their text. */
const rememberedLimit = 1_000_000;

const openedBefore = new Map<string, Opened>();
let remembered = 0;

/** Parses a file only to find places in it; refuses what cannot be edited without guessing. The last ones are remembered. */
export function openYaml(text: string): Opened {
  const known = openedBefore.get(text);
  if (known !== undefined) return known;
  const opened = parse(text);
  if (remembered + text.length > rememberedLimit) {
    openedBefore.clear();
    remembered = 0;
  }
  if (text.length < 20_000) {
    openedBefore.set(text, opened);
    remembered += text.length;
  }
  return opened;
}

function parse(text: string): Opened {
  if (text.length > sizeLimit) return { kind: 'refused', because: `the file has more than ${sizeLimit} characters` };
  if (/^sops:/m.test(text) || /ENC\[AES256/.test(text))
    return { kind: 'refused', because: 'it is encrypted with SOPS' };
  const parsed = parseAllDocuments(text, { uniqueKeys: true, logLevel: 'error' });
  const documents = Array.isArray(parsed) ? parsed : [];
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (text.includes('{{') && (error !== undefined || documents.some(isTemplate)))
    return { kind: 'refused', because: 'it is a Helm template, not YAML' };
  if (error !== undefined) return { kind: 'refused', because: `it is not valid YAML: ${error.message.split('\n')[0]}` };
  return { kind: 'opened', documents };
}

/** `{{ .x }}` is valid YAML, a map as a key; in quotes, blocks and comments it is somebody's text and none of our business. */
function isTemplate(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      found = true;
      return visit.BREAK;
    },
    Scalar: (_, { type, value }) => {
      if (type !== 'PLAIN' || typeof value !== 'string' || !value.includes('{{')) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** Whether the scalar lies in something that an alias repeats elsewhere, so that editing it would edit that too. */
export function isRepeated(documents: readonly Document[], scalar: Scalar): boolean {
  return documents.some((document) => {
    const aliases = new Set<string>();
    visit(document, { Alias: (_, { source }) => void aliases.add(source) });
    if (aliases.size === 0) return false;
    let repeated = false;
    visit(document, {
      Scalar: (_, node, path) => {
        if (node !== scalar) return undefined;
        repeated = path.some((above) => isCollection(above) && aliases.has(above.anchor ?? ''));
        return visit.BREAK;
      },
    });
    return repeated;
  });
}
