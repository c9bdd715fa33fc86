import { describe, expect, test } from 'vitest';
import { clickDrift, listDrift } from '../../src/chat/handlers/drift.ts';
import type { ChatPorts } from '../../src/chat/ports.ts';
import type { Drift } from '../../src/vocabulary/drift.ts';
import { ana, at } from '../support/builders.ts';
import { noSlack, somePorts } from './chat-office.ts';

const drift: Drift = {
  ...{ kind: 'drift', id: 'd1', revision: 1, signal: 'edit', cluster: 'prod-eu', environment: 'production' },
  ...{ service: 'web', object: 'Deployment/shop/web', field: 'spec.replicas', live: '5', wanted: '2' },
  ...{ manager: 'kubectl', appliedBy: 'Kustomization/flux-system/shop', since: at(), state: { kind: 'open' } },
} as const;
const asker = { person: ana, timeZone: 'UTC', asked: { channel: 'C1' }, payload: 'p' };

function office(over: Partial<ChatPorts> = {}, may = true) {
  const changes: unknown[] = [];
  const { ports } = somePorts({
    drift: async (id) => (id === 'd1' ? drift : null),
    drifts: async () => [drift],
    changeDrift: async (_id, change) => void changes.push(change),
    muteEnvironment: async (environment) => void changes.push(environment),
    decision: {
      may: async () => may,
      mayVote: async () => ({ kind: 'may', as: [] }),
      mayReview: async () => ({ kind: 'may' }),
    },
    ...over,
  });
  const whole: ChatPorts = { ...ports, slack: noSlack };
  const click = async (action: string, value = 'd1') =>
    JSON.stringify(await clickDrift(whole, asker, `drift.${action}`, value));
  return { click, changes, ports: whole };
}

describe('a click on a drift', () => {
  test.each<[string, Partial<ChatPorts>, RegExp]>([
    [
      'says what to type where Sluice may not write',
      {},
      /flux reconcile kustomization shop -n flux-system --with-source/,
    ],
    ['asks Flux where the right was given', { reconcile: async () => ({ kind: 'asked' }) }, /Asked Flux for a run/],
    [
      'makes Flux fetch where there is a Receiver',
      { reconcile: async () => ({ kind: 'poked' }) },
      /Told Flux to fetch now/,
    ],
    [
      'says what the cluster answered',
      { reconcile: async () => ({ kind: 'failed', because: 'no <right>' }) },
      /no &lt;right&gt;/,
    ],
  ])('Reconcile %s', async (_what, over, words) => {
    expect(await office(over).click('reconcile')).toMatch(words);
  });

  test('Show diff answers with field, live and wanted value, to everybody', async () => {
    const text = await office({}, false).click('diff');
    expect(text).toMatch(/spec\.replicas/);
    expect(text).toMatch(/Live: `5`/);
    expect(text).toMatch(/Git: `2`/);
  });

  test('Mute asks for how long first, then notes who muted it until when', async () => {
    const { click, changes } = office();
    expect(await click('mute')).toMatch(/drift\.mute-8h/);
    await click('mute-1h');
    await click('mute-end');
    await click('mute-all-8h');
    expect(changes).toMatchObject([
      { muted: { by: { user: ana.user }, until: expect.any(String) } },
      { muted: { by: { user: ana.user } } },
      'production',
    ]);
  });

  test.each(['reconcile', 'mute', 'mute-1h', 'mute-all-1h'])(
    '%s is refused to who may not release there',
    async (action) => {
      const { click, changes } = office({}, false);
      expect(await click(action)).toMatch(/only its releasers and operators may/);
      expect(changes).toEqual([]);
    },
  );

  test.each([
    ['of a drift that is gone', 'mute', 'other', /no longer on record/],
    ['of an unknown button', 'explode', 'd1', /older Sluice/],
  ])('%s is answered in words', async (_what, action, value, words) => {
    expect(await office().click(action, value)).toMatch(words);
  });
});

test('the list has what is open, what was in the last week, and the mutes', async () => {
  const { ports } = office({
    endedDrifts: async () => [
      { ...drift, id: 'd0', object: 'Deployment/shop/api', state: { kind: 'ended', at: at(60_000), how: 'corrected' } },
    ],
    mutes: async () => [
      {
        kind: 'mute',
        id: 'production',
        revision: 1,
        environment: 'production',
        by: ana,
        since: at(),
        until: at(3_600_000),
        state: { kind: 'active' },
      },
    ],
  });
  const text = JSON.stringify(await listDrift(ports, undefined));
  expect(text).toMatch(/1 drift/);
  expect(text).toMatch(/by kubectl \(field manager/);
  expect(text).toMatch(/In the last week.*Deployment\/shop\/api/);
  expect(text).toMatch(/drift\.unmute-all/);
  expect(JSON.stringify(await listDrift(ports, 'dev'))).toMatch(/No drift in dev/);
});
