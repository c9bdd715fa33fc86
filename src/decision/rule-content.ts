import { partsOf, type RuleNode } from './rule-tree.ts';
import { ruleVariables, timeVariable } from './rule-variables.ts';

/** A member of a variable and a text in quotes on the two sides of `==`, `!=` or `in`. */
export interface Comparison {
  /** `environment.name`. */
  readonly member: string;
  readonly text: string;
}

/** What a rule is about, as far as other parts of the file can be compared with it. */
export function contentOf(root: RuleNode): {
  readonly speaksOfRelease: boolean;
  readonly compared: readonly Comparison[];
} {
  const nodes = allBelow(root);
  const variables: readonly unknown[] = [...Object.keys(ruleVariables), timeVariable];
  return {
    speaksOfRelease: nodes.some(({ op, args }) => op === 'id' && variables.includes(args)),
    compared: nodes.filter(({ op }) => op === '==' || op === '!=' || op === 'in').flatMap(comparisons),
  };
}

function allBelow(node: RuleNode): readonly RuleNode[] {
  return [node, ...partsOf(node).flatMap(allBelow)];
}

function comparisons(node: RuleNode): readonly Comparison[] {
  const sides = partsOf(node);
  const members = sides.flatMap((side) => memberOf(side) ?? []);
  const texts = sides
    .flatMap((side) => (side.op === 'list' ? partsOf(side) : [side]))
    .flatMap(({ op, args }) => (op === 'value' && typeof args === 'string' ? [args] : []));
  return members.flatMap((member) => texts.map((text) => ({ member, text })));
}

function memberOf({ op, args }: RuleNode): string | null {
  if (op !== '.') return null;
  const [object, name] = args as readonly [RuleNode, string];
  return object.op === 'id' ? `${object.args}.${name}` : null;
}
