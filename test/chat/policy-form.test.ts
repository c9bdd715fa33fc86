import { describe, expect, test } from 'vitest';
import { submitPolicyForm } from '../../src/chat/handlers/policy.ts';
import type { PolicyPreview } from '../../src/chat/ports.ts';
import { mia } from '../support/builders.ts';
import { somePorts } from './chat-office.ts';

const asker = { person: mia, timeZone: 'UTC', asked: { channel: 'C1' }, payload: 'p' };
const state = (settings: string, environments = '') => ({
  values: {
    kind: { kind: { selected_option: { value: 'approvals' } } },
    environments: { environments: { value: environments } },
    services: { services: { value: null } },
    settings: { settings: { value: settings } },
  },
});

/** What the form asks a preview for, and what comes of its answer. */
async function submit(given: object, preview: PolicyPreview) {
  const steps: unknown[] = [];
  const { ports } = somePorts();
  const policies = {
    ...ports.policies,
    preview: async (_by: unknown, step: unknown) => {
      steps.push(step);
      return preview;
    },
  };
  return { answer: await submitPolicyForm({ ...ports, policies }, asker, given), steps };
}
const refused = (...problems: { setting: string; message: string }[]): PolicyPreview => ({
  kind: 'refused',
  because: 'sluice.yaml would not be valid',
  problems,
});

describe('the form of a new policy', () => {
  test('asks for the preview of one line', async () => {
    const { steps } = await submit(state('from: ["@security"]\ncount: 1', 'production, staging'), refused());
    const item = { kind: 'approvals', environments: ['production', 'staging'], from: ['@security'], count: 1 };
    expect(steps).toEqual([{ kind: 'add', item }]);
  });

  test.each<[string, PolicyPreview, Record<string, string>]>([
    [
      'a setting',
      refused({ setting: 'count', message: 'expected a number' }),
      { settings: 'count: expected a number' },
    ],
    [
      'the place, and two settings',
      refused(
        { setting: 'environments', message: 'mars is none' },
        { setting: 'count', message: 'is too many' },
        { setting: 'froom', message: 'is not known here' },
      ),
      { environments: 'mars is none', settings: 'count: is too many; froom: is not known here' },
    ],
    ['the whole', refused(), { settings: 'sluice.yaml would not be valid' }],
  ])('tells what is wrong with %s at its field', async (_, preview, errors) => {
    expect((await submit(state('count: 1'), preview)).answer).toEqual({ kind: 'errors', errors });
  });

  test.each(['', '- a', 'a: [', '&a [*a]', 'text'])('takes no settings such as %j', async (settings) => {
    const { answer, steps } = await submit(state(settings), refused());
    expect(answer).toMatchObject({ kind: 'errors', errors: { settings: expect.stringContaining('such as count: 2') } });
    expect(steps).toEqual([]);
  });
});
