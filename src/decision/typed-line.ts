import { z } from 'zod';
import { didYouMean, nearest } from '../doors/nearest.ts';
import { readYaml } from '../doors/yaml.ts';
import { matchesName } from '../vocabulary/scope.ts';
import { policyLines } from './policy-file.ts';

export type TypedLine =
  | {
      readonly kind: 'line';
      readonly line: { readonly kind: string; readonly [name: string]: unknown };
      readonly because?: string;
    }
  /** `message` is a sentence with raw foreign text; `next` is what probably was meant, to be typed after `policy add`. */
  | { readonly kind: 'mistake'; readonly message: string; readonly next?: string };

interface KnownNames {
  readonly environments: readonly string[];
  readonly services: readonly string[];
}

interface Kind {
  readonly kind: string;
  readonly settings: Readonly<Record<string, z.ZodType>>;
}

const kinds: readonly Kind[] = policyLines.map(({ shape: { kind, ...settings } }) => ({
  kind: [...kind.values].join(),
  settings,
}));

/** What can be added, in the words of the schema. */
export function policyKinds(): readonly { readonly kind: string; readonly settings: readonly string[] }[] {
  return kinds.map(({ kind, settings }) => ({ kind, settings: Object.keys(settings) }));
}

/**
 * Reads `approvals production from @security count 1`: a kind, where it holds, then settings of the schema with their
 * values. A value reaches to the next setting; quotes keep it together. What it is worth is for the whole file to say.
 */
export function readTypedLine(text: string, names: KnownNames): TypedLine {
  const [first, ...words] = wordsOf(text);
  const known = kinds.map(({ kind }) => kind);
  if (first === undefined) return mistake(`Which kind? There are ${known.join(', ')}.`);
  const found = kinds.find(({ kind }) => kind === first.text.toLowerCase());
  if (found === undefined) {
    const near = nearest(first.text, known, 1)[0];
    const meant = didYouMean(first.text, known) ?? `there are ${known.join(', ')}`;
    return mistake(
      `"${first.text}" is no kind of policy; ${meant}.`,
      near && [near, ...words.map(({ raw }) => raw)].join(' '),
    );
  }
  // A reason may follow any line; some kinds keep one in the file.
  const isSetting = ({ text: word, quoted }: Word) =>
    !quoted && (word.toLowerCase() === 'because' || Object.hasOwn(found.settings, word.toLowerCase()));
  const start = words.findIndex(isSetting);
  const scope = readScope(words.slice(0, start === -1 ? words.length : start), found, names);
  if (scope.kind === 'mistake') return scope;
  const line: Record<string, unknown> = { kind: found.kind, ...scope.limits };
  for (let index = start; index !== -1 && index < words.length; ) {
    const name = words[index]?.text.toLowerCase() ?? '';
    const next = words.findIndex((word, at) => at > index && isSetting(word));
    const value = words.slice(index + 1, next === -1 ? words.length : next);
    if (value.length === 0) return mistake(`${name} needs a value after it.`);
    if (Object.hasOwn(line, name)) return mistake(`${name} is said twice.`);
    line[name] = settingOf(value, found.settings[name]);
    index = next;
  }
  if (Object.hasOwn(found.settings, 'because') || !Object.hasOwn(line, 'because'))
    return { kind: 'line', line: { ...line, kind: found.kind } };
  const { because, ...rest } = line;
  return { kind: 'line', line: { ...rest, kind: found.kind }, because: String(because) };
}

function mistake(message: string, next?: string): TypedLine & { readonly kind: 'mistake' } {
  return { kind: 'mistake', message, ...(next === undefined ? {} : { next }) };
}

interface Word {
  readonly text: string;
  readonly raw: string;
  readonly quoted: boolean;
}

/** Words and quoted texts; what stands in brackets or braces is one word. */
function wordsOf(text: string): readonly Word[] {
  const found = text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([[{][^\]}]*[\]}])|(\S+)/g);
  return [...found].map(([raw, double, single, bracket, bare]) => ({
    raw,
    text: double?.replace(/\\(["\\])/g, '$1') ?? single ?? bracket ?? bare ?? '',
    quoted: double !== undefined || single !== undefined,
  }));
}

/** Names before the first setting: environments, services, or patterns of either; words such as `to` are passed over. */
function readScope(words: readonly Word[], found: Kind, known: KnownNames) {
  const limits: Record<'environments' | 'services', string[]> = { environments: [], services: [] };
  const said = words
    .filter(({ text }) => !/^(to|in|on|for|of|and)$/i.test(text))
    .flatMap(({ text }) => text.split(','));
  for (const name of said.filter((each) => each !== '')) {
    const where = (['environments', 'services'] as const).find((each) =>
      known[each].some((candidate) => matchesName(name.toLowerCase(), candidate)),
    );
    if (where === undefined) {
      const all = [...Object.keys(found.settings), ...known.environments, ...known.services];
      const meant = didYouMean(name, all) ?? `settings of ${found.kind}: ${Object.keys(found.settings).join(', ')}`;
      return mistake(`"${name}" is neither an environment, nor a service, nor a setting of ${found.kind}; ${meant}.`);
    }
    limits[where].push(name.toLowerCase());
  }
  const { environments, services } = limits;
  // A kind with one environment of its own (auto-release) takes that.
  const single = !Object.hasOwn(found.settings, 'environments') && environments.length === 1;
  return {
    kind: 'scope' as const,
    limits: {
      ...(environments.length === 0 ? {} : single ? { environment: environments[0] } : { environments }),
      ...(services.length === 0 ? {} : { services }),
    },
  };
}

/** The first reading that the setting takes: the text, the text as YAML, a list of words. Else the text, for the file to complain about. */
function settingOf(words: readonly Word[], schema: z.ZodType | undefined): unknown {
  const text = words.map(({ text: word }) => word).join(' ');
  const list = words.flatMap(({ text: word, quoted }) =>
    quoted ? [word] : word.split(',').filter((each) => each !== ''),
  );
  const readings: readonly unknown[] = [text, ...asYaml(text), list];
  return (
    readings.find((reading) => schema?.safeParse(reading).success) ??
    (isList(schema) ? list : (asYaml(text)[0] ?? text))
  );
}

function isList(schema: z.ZodType | undefined): boolean {
  return (schema instanceof z.ZodOptional ? schema.unwrap() : schema) instanceof z.ZodArray;
}

function asYaml(text: string): readonly unknown[] {
  const value = readYaml(text);
  return value === null ? [] : [value];
}
