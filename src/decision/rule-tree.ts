/** A node of the tree that the parser makes; the types of the package are looser than this and are narrowed here. */
export interface RuleNode {
  readonly op: string;
  readonly args: unknown;
  readonly pos: number;
  readonly end?: number;
}

/** The nodes below a node, in the order in which they are written. */
export function partsOf({ args }: RuleNode): readonly RuleNode[] {
  return [args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is RuleNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'pos' in value;
}
