import { describe, expect, test } from 'vitest';
import { editPolicies } from '../../src/gitops/policy-edit.ts';
import { sluiceYaml } from '../support/builders.ts';

const item = { kind: 'reference', environments: ['dev'], pattern: '^CHG' };
const text = '- { kind: reference, environments: [dev], pattern: ^CHG }';

describe('a policy is put into the file', () => {
  test('as one line, and read back as the file reads it', () => {
    expect(editPolicies(sluiceYaml, { kind: 'add', item: { ...item, environments: 'dev' } })).toMatchObject({
      kind: 'edited',
      diff: ['+ - { kind: reference, environments: dev, pattern: ^CHG }'],
      line: item,
    });
  });

  test('or not at all, where the file would not be valid', () => {
    expect(editPolicies(sluiceYaml, { kind: 'add', item: { ...item, pattern: '(', level: 'wran' } })).toEqual({
      kind: 'refused',
      because: 'sluice.yaml would not be valid',
      problems: [
        { setting: 'pattern', message: expect.stringContaining('expected a regular expression in RE2 syntax') },
        { setting: 'level', message: expect.stringContaining('did you mean "warn"?') },
      ],
    });
    expect(editPolicies(sluiceYaml, { kind: 'add', item: { ...item, environments: ['mars'] } })).toMatchObject({
      problems: [
        { setting: 'environments', message: expect.stringContaining('"mars" is not one of the environments') },
      ],
    });
  });

  test('once', () => {
    const again = editPolicies(`${sluiceYaml}  ${text}\n`, { kind: 'add', item });
    expect(again).toEqual({ kind: 'unchanged', because: 'sluice.yaml says so already' });
  });
});

describe('a policy is taken out', () => {
  const file = `${sluiceYaml}  - { kind: reference, name: ticket, environments: [dev], pattern: ^CHG }\n`;
  const line = { ...item, name: 'ticket' };

  test('by its name, where it is what was shown', () => {
    expect(editPolicies(file, { kind: 'remove', id: 'ticket' })).toMatchObject({
      kind: 'edited',
      text: sluiceYaml,
      line,
    });
    expect(editPolicies(file, { kind: 'remove', id: 'ticket', line })).toMatchObject({ kind: 'edited' });
    expect(editPolicies(file, { kind: 'remove', id: 'ticket', line: { ...line, pattern: '^INC' } })).toEqual({
      kind: 'unchanged',
      because: 'ticket says something else by now',
    });
  });

  test('or nothing is, where there is none of that name', () => {
    expect(editPolicies(file, { kind: 'remove', id: 'tocket' })).toEqual({
      kind: 'unchanged',
      because: 'there is no policy tocket in sluice.yaml any more',
    });
  });
});
