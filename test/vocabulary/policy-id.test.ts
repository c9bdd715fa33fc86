import { expect, test } from 'vitest';
import { policyIds } from '../../src/vocabulary/policy-id.ts';

const line: { kind: string; environments: string[]; count: number; name?: string } = {
  kind: 'approvals',
  environments: ['production'],
  count: 2,
};

test('a policy is called by its name, else by its kind and what it says', () => {
  const [named, own = ''] = policyIds([{ ...line, name: 'two-eyes' }, line]);
  expect(named).toBe('two-eyes');
  expect(own).toMatch(/^approvals-[0-9a-f]{4}$/);
});

test('the id stays when lines around it or the order of its settings change', () => {
  const [own] = policyIds([line]);
  const elsewhere = { ...line, environments: ['dev'] };
  const turned = Object.fromEntries(Object.entries(line).toReversed()) as typeof line;
  expect(policyIds([{ kind: 'reference' }, turned])[1]).toBe(own);
  expect(policyIds([elsewhere])[0]).not.toBe(own);
});

test('two lines that say the same have two ids', () => {
  expect(new Set(policyIds([line, line, line])).size).toBe(3);
});
