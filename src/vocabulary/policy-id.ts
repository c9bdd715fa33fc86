import { createHash } from 'node:crypto';
import { canonical } from '../doors/canonical.ts';

interface Line {
  readonly kind: string;
  readonly name?: unknown;
}

/**
 * What policies are called in answers and commands, in the order of the file: the name where there is one, else the
 * kind and four digits of a hash of what the line says, so that it stays while lines around it come and go.
 */
export function policyIds(policies: readonly Line[]): readonly string[] {
  const taken = new Set<string>();
  return policies.map((line) => {
    const given = typeof line.name === 'string' ? line.name : `${line.kind}-${digitsOf(line)}`;
    let id = given;
    for (let next = 2; taken.has(id); next += 1) id = `${given}-${next}`;
    taken.add(id);
    return id;
  });
}

function digitsOf(line: Line): string {
  return createHash('sha256').update(canonical(line)).digest('hex').slice(0, 4);
}
