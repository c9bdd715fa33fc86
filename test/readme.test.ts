import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config.ts';
import { policyKindWords } from '../src/decision/kinds.ts';
import { parseYaml } from '../src/doors/yaml.ts';
import { checkSluiceFile } from '../src/sluice-yaml.ts';

const text = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8');
const [policies = '', configuration = ''] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]);

test('the README can be read in a few minutes', () => {
  expect(text.split(/\s+/).filter((word) => word !== '').length).toBeLessThanOrEqual(1_300);
});

test('its sluice.yaml is valid and shows one of each kind of policy', () => {
  const read = checkSluiceFile(policies, 'README.md');
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  const shown = new Set<string>(read.value.policies.map(({ kind }) => kind));
  expect(Object.keys(policyKindWords).filter((kind) => !shown.has(kind))).toEqual([]);
});

test('its configuration is valid', () => {
  expect(parseYaml(configuration, 'README.md', configSchema)).toMatchObject({ kind: 'parsed' });
});
