/** A number from 0 to 1 for each call: `seeded`. */
type Random = () => number;

export function pickOf<T>(random: Random, list: readonly T[]): T {
  const picked = list[Math.floor(random() * list.length)];
  if (picked === undefined) throw new Error('there is nothing to pick');
  return picked;
}

const hostile = [
  ...['\u0000', '\u001b[31m', '\u202e', '\ud800', '\ufeff', '\r\n', '\t', '  ', '"', "'", '`', '\\', '\u2028'],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ': ',
    '- ',
    '# ',
    '&a ',
    '*a',
    '!!binary ',
    '!!set ',
    '<<: ',
    '| ',
    '>-',
    '%YAML 9.9\n',
  ],
  ...['---\n', '...\n', '? ', '~', 'null', 'true', '0x1f', '1e999', '-1', '9007199254740993', '.nan', '2026-11-24'],
  ...['__proto__', 'constructor', 'toString', '../../etc/passwd', '$(id)', '<!channel>', '<@UANA>', '%00', '😀'],
];

/** A text after one to four slips: something left out, doubled, moved, put in, or taken from `words`. */
export function mutatedText(text: string, random: Random, words: readonly string[]): string {
  let next = text;
  const slips = 1 + Math.floor(random() * 4);
  const at = () => Math.floor(random() * (next.length + 1));
  const span = () => {
    const from = at();
    return [from, Math.min(next.length, from + 1 + Math.floor(random() ** 3 * 60))] as const;
  };
  for (let slip = 0; slip < slips; slip += 1) {
    const [from, to] = span();
    switch (Math.floor(random() * 8)) {
      case 0:
        next = next.slice(0, from) + next.slice(to);
        break;
      case 1:
        next = next.slice(0, to) + next.slice(from, to).repeat(1 + Math.floor(random() * 3)) + next.slice(to);
        break;
      case 2:
        next = next.slice(0, from) + pickOf(random, hostile) + next.slice(from);
        break;
      case 3:
        next = next.slice(0, from) + pickOf(random, words) + next.slice(to);
        break;
      case 4: {
        const lines = next.split('\n');
        const index = Math.floor(random() * lines.length);
        const [line = ''] = lines.splice(index, 1);
        lines.splice(Math.floor(random() * (lines.length + 1)), 0, `${' '.repeat(Math.floor(random() * 5))}${line}`);
        next = lines.join('\n');
        break;
      }
      case 5:
        next = next.slice(0, from);
        break;
      case 6: {
        const code = next.charCodeAt(from) || 32;
        next = next.slice(0, from) + String.fromCharCode(code ^ (1 << Math.floor(random() * 7))) + next.slice(from + 1);
        break;
      }
      default:
        next =
          next.slice(0, from) + pickOf(random, ['[', '{', '- ', '(', '<', '&a [*a, ']).repeat(40) + next.slice(from);
    }
  }
  return next;
}

const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e21, '', ' ', 'x', 'web', '../x', '\u0000', '\u202e', '😀', [], {}, [[]], [null]],
  ...[
    'x'.repeat(5_000),
    Array.from({ length: 2_000 }, () => 0),
    { a: { a: { a: {} } } },
    JSON.parse('{"__proto__": {"x": 1}}'),
  ],
];

/** A value with one to three of its parts left out, or replaced by what nobody expects there. */
export function mutatedJson(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  const slips = 1 + Math.floor(random() * 3);
  for (let slip = 0; slip < slips; slip += 1) {
    const holders: Record<string, unknown>[] = [];
    const collect = (each: unknown): void => {
      if (typeof each !== 'object' || each === null) return;
      holders.push(each as Record<string, unknown>);
      Object.values(each).forEach(collect);
    };
    collect(copy);
    const holder = holders.length === 0 ? undefined : pickOf(random, holders);
    const names = holder === undefined ? [] : Object.keys(holder);
    if (holder === undefined || names.length === 0) return structuredClone(pickOf(random, values));
    const name = pickOf(random, names);
    const way = random();
    if (way < 0.25) delete holder[name];
    else if (way < 0.35)
      holder[pickOf(random, ['extra', 'constructor', 'toString', name.toUpperCase()])] = holder[name];
    else holder[name] = structuredClone(pickOf(random, values));
  }
  return copy;
}
