import { describe, expect, test } from 'vitest';
import { driftMessage } from '../../src/notify/messages/drift.ts';
import { toldWhen } from '../../src/notify/tell-drift.ts';
import { blockProblems } from '../../src/playground/slack/block-limits.ts';
import { type Drift, driftSignalSchema } from '../../src/vocabulary/drift.ts';
import type { Mute } from '../../src/vocabulary/mute.ts';
import { ana, at } from '../support/builders.ts';
import { readable } from './fake-record.ts';

const since = Date.parse(at());
const minute = 60_000;
const by = { user: ana.user, name: ana.name };

function aDrift(change: Partial<Drift> = {}): Drift {
  return {
    kind: 'drift',
    id: 'd1',
    revision: 1,
    signal: 'edit',
    cluster: 'prod-eu',
    environment: 'production',
    service: 'web',
    object: 'Deployment/shop/web',
    field: 'spec.replicas',
    live: '5',
    wanted: '2',
    manager: 'kubectl-edit',
    appliedBy: 'Kustomization/flux-system/shop',
    since: at(),
    state: { kind: 'open' },
    ...change,
  };
}

const ended = { kind: 'ended', at: at(37 * minute), how: 'corrected' } as const;
const mute: Mute = {
  kind: 'mute',
  id: 'production',
  revision: 1,
  environment: 'production',
  by: ana,
  since: at(),
  until: at(60 * minute),
  state: { kind: 'active' },
};
const quiet = (from: string, to: string) => ({ quiet: { from, to, timezone: 'UTC' } });
const hourOf = (ms: number) => new Date(ms).toISOString().slice(11, 16);

describe('when a drift is told', () => {
  test.each<[string, Parameters<typeof toldWhen>, number | 'never']>([
    ['at once', [aDrift(), undefined, undefined, since], 0],
    ['after the span of its environment', [aDrift(), { after: '2m' }, undefined, since + minute], minute],
    ['after the span of its kind', [aDrift(), { after: { edit: '5m', stuck: '1h' } }, undefined, since], 5 * minute],
    ['a pause after a while of its own', [aDrift({ signal: 'suspended' }), undefined, undefined, since], 15 * minute],
    ['a pause as the environment says', [aDrift({ signal: 'suspended' }), { after: '0s' }, undefined, since], 0],
    [
      'at the end of quiet hours',
      [aDrift(), quiet(hourOf(since - 30 * minute), hourOf(since + 30 * minute)), undefined, since],
      30 * minute,
    ],
    [
      'at once outside of quiet hours',
      [aDrift(), quiet(hourOf(since + 30 * minute), hourOf(since + 40 * minute)), undefined, since],
      0,
    ],
    ['when the mute of its environment is over', [aDrift(), undefined, mute, since], 60 * minute],
    [
      'when its own mute is over',
      [aDrift({ muted: { by, at: at(), until: at(minute) } }), undefined, undefined, since],
      minute,
    ],
    ['never, muted until it ends', [aDrift({ muted: { by, at: at() } }), undefined, undefined, since], 'never'],
    ['never, when it ended before', [aDrift({ state: ended }), undefined, undefined, since], 'never'],
    [
      'never for itself, when it is told together with others',
      [aDrift({ bundle: 'x' }), undefined, undefined, since],
      'never',
    ],
    [
      'once, when it was over when it was seen',
      [aDrift({ signal: 'corrected', state: ended }), undefined, undefined, since],
      0,
    ],
    [
      'not later, when that was in quiet hours',
      [aDrift({ signal: 'corrected', state: ended }), undefined, mute, since],
      'never',
    ],
  ])('%s', (_when, [drift, policy, muted, nowMs], wanted) => {
    expect(toldWhen(drift, policy, muted, nowMs)).toBe(wanted);
  });
});

describe('the message of a drift', () => {
  const shown = (change: Partial<Drift> = {}) => readable(driftMessage(aDrift(change)));

  test.each(driftSignalSchema.options)('%s says what, where, and once it is over, that it is', (signal) => {
    const states = [{}, { note: 'something' }, { manager: '' }, { state: ended }, { muted: { by, at: at() } }];
    for (const change of states) expect(blockProblems(driftMessage(aDrift({ signal, ...change })).blocks)).toEqual([]);
    const open = shown({ signal, note: 'something' });
    expect(open).not.toContain('undefined');
    expect(open).toMatch(/prod-eu|production/);
    if (signal === 'restart' || signal === 'corrected') expect(open.split('\n')).toHaveLength(1);
    else {
      expect(open).toContain('[Mute]');
      const over = shown({ signal, state: ended });
      expect(over).not.toContain('[');
      if (signal !== 'flapping') expect(over).toContain('37 m');
    }
  });

  test('names the client, never a person, and says what Flux does about it', () => {
    const text = shown();
    expect(text).toContain('`spec.replicas` is `5`, Git says `2`');
    expect(text).toContain('by kubectl edit (field manager `kubectl-edit`)');
    expect(text).toMatch(/\[Reconcile\] \[Show diff\] \[Mute\]/);
    expect(shown({ manager: 'node-fetch' })).toContain('by field manager `node-fetch`');
  });

  test('does not show what was hidden', () => {
    const text = shown({
      field: 'spec.template.spec.containers[web].env[TOKEN].value',
      live: '(hidden, 1a2b3c)',
      wanted: '(hidden, 4d5e6f)',
    });
    expect(text).toContain('has another value than in Git (not shown)');
    expect(text).not.toContain('1a2b3c');
  });

  test('says who muted it until when, and who asked for a run', () => {
    const text = shown({ muted: { by, at: at(), until: at(60 * minute) }, asked: { by, at: at() } });
    expect(text).toContain(`Muted by <@${ana.user}> until`);
    expect(text).toContain(`<@${ana.user}> asked Flux for a run`);
    expect(readable(driftMessage(aDrift(), mute))).toContain(`Drift in production is muted by <@${ana.user}>`);
  });

  test('of a pause gives the command that ends it, and no button that would not help', () => {
    const text = shown({
      signal: 'suspended',
      field: 'spec.suspend',
      live: 'true',
      wanted: 'false',
      appliedBy: 'Kustomization/flux-system/shop',
    });
    expect(text).toContain('`flux resume kustomization shop -n flux-system`');
    expect(text).not.toContain('[Reconcile]');
  });

  test('of an object that is corrected on every run gives the remedy', () => {
    expect(shown({ signal: 'flapping' })).toContain('Take `spec.replicas` out of Git');
    expect(shown({ signal: 'flapping', field: 'object' })).toContain('`spec.ignore`');
  });
});
