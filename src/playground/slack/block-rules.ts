/** Looks at one value of a payload and adds what is wrong with it, in Slack's words. */
export type Rule = (value: unknown, at: string, problems: string[]) => void;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const say = (problems: string[], text: string, at: string) => void problems.push(`${text} [json-pointer:${at}]`);

/** Lengths are inclusive; Slack words them as exclusive, and counts code points. */
export function string(max: number, min = 1): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'string') return say(problems, 'must provide a string', at);
    const length = [...value].length;
    if (length > max) say(problems, `must be less than ${max + 1} characters`, at);
    if (length < min) say(problems, `must be more than ${min - 1} characters`, at);
  };
}

export function oneOf(...values: readonly string[]): Rule {
  return (value, at, problems) => {
    if (typeof value !== 'string' || !values.includes(value)) say(problems, `must be a valid enum value`, at);
  };
}

export const bool: Rule = (value, at, problems) => {
  if (typeof value !== 'boolean') say(problems, 'must be a boolean', at);
};

export const anything: Rule = () => {};

export function list(max: number, item: Rule, min = 1): Rule {
  return (value, at, problems) => {
    if (!Array.isArray(value)) return say(problems, 'must provide an array', at);
    if (value.length > max) say(problems, `no more than ${max} items allowed`, at);
    if (value.length < min)
      say(problems, min === 1 ? 'no less than 1 items allowed' : `no less than ${min} items allowed`, at);
    value.forEach((each, index) => {
      item(each, `${at}/${index}`, problems);
    });
  };
}

interface Shape {
  readonly needs?: Readonly<Record<string, Rule>>;
  readonly may?: Readonly<Record<string, Rule>>;
  /** At least one of these. */
  readonly either?: readonly string[];
}

export function object({ needs = {}, may = {}, either = [] }: Shape): Rule {
  const known: Readonly<Record<string, Rule>> = { ...needs, ...may };
  return (value, at, problems) => {
    if (!isObject(value)) return say(problems, 'must provide an object', at);
    for (const name of Object.keys(needs)) {
      if (value[name] === undefined) say(problems, `missing required field: ${name}`, at);
    }
    if (either.length > 0 && either.every((name) => value[name] === undefined))
      say(problems, `must define either \`${either.join('` or `')}\``, at);
    for (const [name, each] of Object.entries(value)) {
      const rule = Object.hasOwn(known, name) ? known[name] : undefined;
      if (rule === undefined) say(problems, `invalid additional property: ${name}`, at);
      else if (each !== undefined) rule(each, `${at}/${name}`, problems);
    }
  };
}

/** One shape for each `type`. */
export function typed(shapes: Readonly<Record<string, Shape>>): Rule {
  const rules = Object.fromEntries(
    Object.entries(shapes).map(([type, shape]) => [
      type,
      object({ ...shape, needs: { type: oneOf(type), ...shape.needs } }),
    ]),
  );
  return (value, at, problems) => {
    if (!isObject(value)) return say(problems, 'must provide an object', at);
    const type = value['type'];
    if (typeof type !== 'string') return say(problems, 'missing required field: type', at);
    const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
    if (rule === undefined) return say(problems, `unsupported type: ${type}`, `${at}/type`);
    rule(value, at, problems);
  };
}

/** No two values of `field` alike among the items of a list. */
export function distinct(field: string, rule: Rule): Rule {
  return (value, at, problems) => {
    rule(value, at, problems);
    if (!Array.isArray(value)) return;
    const seen = new Set<unknown>();
    value.forEach((each, index) => {
      const own = isObject(each) ? each[field] : undefined;
      if (own === undefined) return;
      if (seen.has(own)) say(problems, `\`${field}\` ${JSON.stringify(own)} already exists`, `${at}/${index}/${field}`);
      seen.add(own);
    });
  };
}
