import type { LineChange, Place, Placed } from '../../vocabulary/change.ts';
import type { EditedPlace, ReadPlace } from './outcomes.ts';

type EnvValue = Extract<Place, { kind: 'env-value' }>;

interface Line {
  readonly index: number;
  readonly before: string;
  readonly quote: string;
  readonly value: string;
  readonly after: string;
}

const linePattern = /^(\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*)(["']?)([^"'#\s]*)\3(\s*(?:#[^\n]*)?)$/;

/** The one line that sets a variable; null where none does, or why it is not clear which. */
function lineOf(text: string, variable: string): Line | null | { readonly because: string } {
  const found = text.split('\n').flatMap((line, index): (Line | { because: string })[] => {
    const name = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1];
    if (name !== variable) return [];
    const [, before = '', , quote = '', value = '', after = ''] = linePattern.exec(line) ?? [];
    return before === ''
      ? [{ because: `${variable} holds more than a plain value` }]
      : [{ index, before, quote, value, after }];
  });
  const [first] = found;
  if (first === undefined) return null;
  return found.length > 1 ? { because: `${variable} is set ${found.length} times` } : first;
}

/** A variable of a `.env` file, such as one that a configMapGenerator or `substituteFrom` reads. */
export function readEnvValue(place: EnvValue, text: string): ReadPlace {
  const line = lineOf(text, place.variable);
  if (line === null) return { kind: 'missing', because: `${place.path} does not set ${place.variable}` };
  if ('because' in line) return { kind: 'refused', because: `${place.path}: ${line.because}` };
  if (line.value === '') return { kind: 'empty', because: `${place.path} holds no version yet` };
  const digest = place.digest === undefined ? null : lineOf(text, place.digest);
  if (digest !== null && 'because' in digest) return { kind: 'refused', because: `${place.path}: ${digest.because}` };
  const placed: Placed = { version: line.value, ...(digest === null ? {} : { digest: digest.value }) };
  return { kind: 'found', placed, line: line.index + 1, lineText: text.split('\n')[line.index]?.trim() ?? '' };
}

export function editEnvValue(place: EnvValue, text: string, to: Placed): EditedPlace {
  const read = readEnvValue(place, text);
  if (read.kind === 'refused') return read;
  const wanted = [
    { variable: place.variable, value: to.version },
    ...(place.digest === undefined ? [] : [{ variable: place.digest, value: to.digest }]),
  ];
  const lines = text.split('\n');
  const changes: LineChange[] = [];
  for (const { variable, value } of wanted) {
    const line = lineOf(text, variable);
    if (line === null) return { kind: 'missing', because: `${place.path} does not set ${variable}` };
    if ('because' in line) return { kind: 'refused', because: `${place.path}: ${line.because}` };
    if (value === undefined)
      return { kind: 'refused', because: `${place.path} pins a digest, but the artifact ${to.version} has none` };
    if (!/^[A-Za-z0-9_.:@/+-]+$/.test(value))
      return { kind: 'refused', because: `${JSON.stringify(value)} cannot stand in a .env file without escapes` };
    if (line.value === value) continue;
    const before = lines[line.index] ?? '';
    const after = `${line.before}${line.quote}${value}${line.quote}${line.after}`;
    lines[line.index] = after;
    changes.push({ path: place.path, line: line.index + 1, before: before.trim(), after: after.trim() });
  }
  return changes.length === 0 ? { kind: 'unchanged' } : { kind: 'edited', text: lines.join('\n'), lines: changes };
}
