import { overridableKinds } from '../vocabulary/overrides.ts';

/** What may follow the names in any order: `because TEXT`, `ref ID`, `for 2h`, `until 16:00`, `override KIND,KIND`. */
export interface Clauses {
  readonly because?: string;
  readonly ref?: string;
  readonly forText?: string;
  readonly untilText?: string;
  /** As typed: kinds of policies, or `all`; not checked yet, and empty where nothing follows. */
  readonly override?: readonly string[];
}

export interface Split extends Clauses {
  readonly words: readonly string[];
}

const fillers = new Set(['to', 'on', 'in', 'of', 'at']);

/** A word that may stand between others and says nothing. */
export function isFiller(word: string): boolean {
  return fillers.has(word.toLowerCase());
}

/** Slack writes links and mentions with angle brackets where a person typed a bare word. */
export function unlinked(text: string): string {
  return text
    .replace(/<(?:https?:\/\/|mailto:)[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<((?:https?:\/\/)[^>]*)>/g, '$1')
    .replace(/<!subteam\^[A-Z0-9]+\|([^>]*)>/g, '$1')
    .replace(/<([@#])[A-Z0-9]+\|([^>]*)>/g, '$1$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Takes the clauses out; `because` reaches to the end, or up to a last `ref X`. Fillers such as `to` go. */
export function splitClauses(text: string): Split {
  const [head = '', ...reasons] = text.split(/\s+because(?=\s|$)|^because(?=\s|$)/i);
  const named = takeNamed(head.replace(/\s*,\s*/g, ','));
  const because = reasons.join(' because').replace(/\s+/g, ' ').trim();
  const trailing = named.ref === undefined ? /^(.*\S)\s+ref\s+(\S+)$/i.exec(because) : null;
  return {
    ...named,
    ...(because === '' ? {} : { because: trailing?.[1] ?? because }),
    ...(trailing?.[2] === undefined ? {} : { ref: trailing[2] }),
  };
}

function takeNamed(head: string): Split {
  const words: string[] = [];
  const found: { ref?: string; forText?: string; untilText?: string; override?: readonly string[] } = {};
  const tokens = head.split(/\s+/).filter((token) => token !== '');
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    const next = tokens[index + 1];
    const lower = token.toLowerCase();
    const key = lower === 'ref' ? 'ref' : lower === 'for' ? 'forText' : lower === 'until' ? 'untilText' : null;
    // Before the names are there it is taken for one of them.
    if (lower === 'override' && words.length >= 2) {
      const kinds = kindsAfter(tokens.slice(index + 1));
      index += kinds.taken;
      found.override = [...(found.override ?? []), ...kinds.names];
    } else if (key !== null && next !== undefined) {
      index += 1;
      const time = tokens[index + 1];
      // A day and a time of day are two words.
      const isDay = key === 'untilText' && /^\d{4}-\d\d-\d\d$/.test(next) && /^\d\d?:\d\d$/.test(time ?? '');
      if (isDay) index += 1;
      found[key] = isDay ? `${next} ${time}` : next;
    } else if (index === 0 || !isFiller(lower)) words.push(token);
  }
  return { words, ...found };
}

/** `freeze-window,checks`, also with spaces or `and` between them; the first is taken whatever it is. */
function kindsAfter(tokens: readonly string[]): { readonly names: readonly string[]; readonly taken: number } {
  const isKind = (token: string) => overridableKinds.some((kind) => kind === token.toLowerCase());
  const end = tokens.findIndex((token, index) => index > 0 && !isKind(token) && !/^(and|\+)$/i.test(token));
  const taken = tokens.slice(0, end === -1 ? undefined : end);
  const names = taken.flatMap((token) => token.toLowerCase().split(',')).filter((name) => !/^(and|\+|)$/.test(name));
  return { names, taken: taken.length };
}

/** The clauses as they are typed, for a command that is offered to be copied. */
export function clauseWords({ because, ref, forText, untilText, override }: Clauses): string {
  return [
    ...(forText === undefined ? [] : [`for ${forText}`]),
    ...(untilText === undefined ? [] : [`until ${untilText}`]),
    ...(override === undefined ? [] : [`override ${override.join(',')}`]),
    ...(ref === undefined ? [] : [`ref ${ref}`]),
    ...(because === undefined ? [] : [`because ${because}`]),
  ].join(' ');
}
