import { describe, expect, test } from 'vitest';
import { arrival } from '../../../src/kubernetes/arrival/arrival.ts';
import { customKindsOf } from '../../../src/kubernetes/arrival/custom.ts';
import { unitsOf } from '../../../src/kubernetes/arrival/own.ts';
import { standingOf } from '../../../src/kubernetes/arrival/standing.ts';
import type { Sight } from '../../../src/kubernetes/custom-objects.ts';
import { keepCustom } from '../../../src/kubernetes/keep-custom.ts';
import type { Verdict } from '../../../src/vocabulary/verdict.ts';
import { anExpected, aWorld, commits, isAncestor, nowMs, revision } from '../../support/cluster-world.ts';

const site = { group: 'apps.example.com', version: 'v1', kind: 'Site' };
const image = 'registry.acme.test/web';
const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });
const ready = condition('Ready', 'True', { reason: 'Available' });

interface Change {
  readonly generation?: number;
  readonly spec?: object;
  readonly status?: object;
  readonly deletionTimestamp?: string;
}

function aSite({ generation = 2, spec = { image: `${image}:1.4.2` }, status, deletionTimestamp }: Change = {}) {
  const metadata = {
    namespace: 'shop',
    name: 'web',
    generation,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  return keepCustom(site)({ apiVersion: 'apps.example.com/v1', kind: 'Site', metadata, spec, status });
}

describe('an object that only its operator knows', () => {
  test.each<[string, Change, object]>([
    ['without status is done', {}, { kind: 'current', told: false }],
    [
      'with a status that has no conditions is done',
      { status: { phase: 'Running' } },
      { kind: 'current', told: false },
    ],
    ['with a status that is a word is done', { status: { conditions: 'fine' } }, { kind: 'current', told: false }],
    ['that is Ready is done', { status: { conditions: [ready] } }, { kind: 'current', told: true }],
    [
      'that is Ready at its generation is done',
      { status: { observedGeneration: 2, conditions: [ready] } },
      { kind: 'current', told: true },
    ],
    [
      'that was Ready before it was changed is not',
      { status: { observedGeneration: 1, conditions: [ready] } },
      { kind: 'in-progress', because: 'its operator has not taken it up yet', brief: true },
    ],
    [
      'whose Ready is of an older generation is not',
      { status: { conditions: [condition('Ready', 'True', { observedGeneration: 1 })] } },
      { kind: 'in-progress', brief: true },
    ],
    [
      'that is at work is not, whatever Ready says',
      {
        status: {
          conditions: [ready, condition('Reconciling', 'True', { reason: 'Progressing', message: 'making pods' })],
        },
      },
      { kind: 'in-progress', because: 'Progressing: making pods', brief: true },
    ],
    [
      'that is not Ready is not, with its reason',
      {
        status: {
          conditions: [condition('Ready', 'False', { reason: 'NoQuota', message: 'quota is used up\nsee there' })],
        },
      },
      { kind: 'in-progress', because: 'not ready (NoQuota: quota is used up see there)', brief: false },
    ],
    [
      'whose Ready is unknown is not',
      { status: { conditions: [condition('Ready', 'Unknown')] } },
      { kind: 'in-progress', because: 'not ready (Ready)', brief: true },
    ],
    [
      'that is stalled has failed',
      {
        status: {
          conditions: [
            condition('Ready', 'False'),
            condition('Stalled', 'True', { reason: 'BadSpec', message: 'no such size' }),
          ],
        },
      },
      { kind: 'failed', reason: 'BadSpec', because: 'BadSpec: no such size' },
    ],
    [
      'that was stalled before it was changed has not',
      { status: { conditions: [condition('Stalled', 'True', { observedGeneration: 1 })] } },
      { kind: 'current' },
    ],
    [
      'that is being deleted is not done',
      { deletionTimestamp: '2026-06-01T12:00:00Z', status: { conditions: [ready] } },
      { kind: 'in-progress', brief: false },
    ],
    [
      'with conditions that nobody knows is done',
      { status: { conditions: [condition('Sparkling', 'False')] } },
      { kind: 'current', told: false },
    ],
  ])('%s', (_what, change, standing) => {
    const object = aSite(change);
    expect(object === null ? null : standingOf(object)).toMatchObject(standing);
  });

  test('keeps of its spec only what names images', () => {
    const spec = { image, tag: '1.4.2', password: 'hunter2', pods: { containers: [{ image: 'a/b:1' }] } };
    expect(aSite({ spec })?.images).toEqual([image, '1.4.2', 'a/b:1']);
    expect(JSON.stringify(aSite({ spec }))).not.toContain('hunter2');
  });
});

interface Story extends Change {
  readonly sight?: Sight;
  readonly absent?: boolean;
  readonly wait?: boolean;
  readonly applied?: string;
  readonly previous?: Verdict;
  readonly inventory?: readonly string[];
  readonly pods?: readonly Parameters<ReturnType<typeof aWorld>['pod']>[1][];
}

function judge(story: Story): Verdict {
  const world = aWorld()
    .source()
    .kustomization({
      attempted: story.applied ?? revision(commits.wanted),
      spec: { wait: story.wait ?? false },
      status: {
        inventory: { entries: (story.inventory ?? ['shop_web_apps.example.com_Site']).map((id) => ({ id, v: 'v1' })) },
      },
    });
  for (const [index, pod] of (story.pods ?? []).entries()) world.pod(`web-${index}`, { ownerKind: 'Site', ...pod });
  const object = story.absent === true ? null : aSite(story);
  if (object !== null) world.view.put(object);
  world.view.sight(site, story.sight ?? 'seen');
  const expected = anExpected();
  const question = { view: world.view, expected, isAncestor };
  return arrival(question, unitsOf(world.view, expected, isAncestor), nowMs, story.previous);
}

const at = { generation: 2, status: { observedGeneration: 2, conditions: [ready] } };
const working = { status: { conditions: [condition('Reconciling', 'True', { reason: 'Progressing' })] } };
const healthy: Verdict = { kind: 'healthy', since: '2026-06-01T11:00:00.000Z' };
const stalledAt = (lastTransitionTime: string) => ({
  status: { conditions: [condition('Stalled', 'True', { reason: 'BadSpec', lastTransitionTime })] },
});

describe('a service of which there is only such an object', () => {
  test.each<[string, Story, object]>([
    [
      'is healthy when its status says so and it names the version',
      at,
      { kind: 'healthy', note: 'Site web is ready by its own status; no pods of it are seen here' },
    ],
    [
      'is healthy without a status, which is said',
      {},
      { kind: 'healthy', note: expect.stringContaining('it has no status') },
    ],
    ['waits for its operator', working, { kind: 'waiting', stage: 'rollout', because: 'Site web: Progressing' }],
    [
      'fails when it is stalled',
      stalledAt('2026-06-01T12:00:00Z'),
      { kind: 'failed', stage: 'rollout', reason: 'BadSpec' },
    ],
    [
      'waits where it was stalled before the commit was written',
      stalledAt('2026-06-01T08:00:00Z'),
      { kind: 'waiting', because: expect.stringContaining('stalled since before 1.4.2') },
    ],
    [
      'waits for Flux to apply the commit, whatever its status says',
      { ...at, applied: revision(commits.old) },
      { kind: 'waiting', stage: 'apply' },
    ],
    [
      'is not proven while it names another version',
      { ...at, spec: { image: `${image}:1.4.1` } },
      {
        kind: 'waiting',
        stage: 'image',
        because: expect.stringContaining(`yet the live image of Site web is ${image}:1.4.1`),
      },
    ],
    ['has to last a moment where it names no version', { ...at, spec: {} }, { kind: 'waiting', stage: 'rollout' }],
    [
      'has lasted a moment',
      {
        ...at,
        spec: {},
        previous: { kind: 'waiting', stage: 'rollout', because: '', since: '2026-06-01T11:59:58.000Z' },
      },
      { kind: 'healthy' },
    ],
    [
      'stays healthy through a run of its operator',
      { ...working, previous: healthy },
      { kind: 'healthy', since: healthy.since },
    ],
    [
      'is not healthy any more when its status says so',
      { status: { conditions: [condition('Ready', 'False', { reason: 'Down' })] }, previous: healthy },
      { kind: 'waiting', because: 'Site web: not ready (Down)' },
    ],
    [
      'that has gone is waited for',
      { absent: true },
      { kind: 'waiting', because: 'Site web does not exist in the cluster' },
    ],
    [
      'counts the pods that its operator made',
      { ...at, pods: [{}, {}] },
      { kind: 'healthy', running: '1.4.2', pods: { ready: 2, wanted: 2 }, note: 'Site web is ready by its own status' },
    ],
    [
      'waits for its pods although its status says that it is ready',
      { ...at, pods: [{}, { image: `${image}:1.4.1` }] },
      { kind: 'waiting', stage: 'rollout', because: '1 of 2 pods of Site web run 1.4.2', running: '1.4.1' },
    ],
    [
      'fails with its pods',
      { ...working, pods: [{ ready: false, waiting: { reason: 'CrashLoopBackOff' } }] },
      { kind: 'failed', reason: 'CrashLoopBackOff', pod: { name: 'web-0' } },
    ],
    [
      'is only seen by Flux where Sluice may not look',
      { sight: 'forbidden', wait: true },
      { kind: 'healthy', note: expect.stringContaining("Flux's own health check") },
    ],
    [
      'names the right that is missing where Flux checks nothing',
      { sight: 'forbidden' },
      { kind: 'waiting', because: expect.stringContaining('Sluice may not list Site.apps.example.com') },
    ],
    [
      'is waited for until it was looked at',
      { sight: 'unlisted' },
      { kind: 'waiting', because: 'Site web is not looked at yet' },
    ],
    [
      'is no proof where its kind is not served',
      { sight: 'unserved' },
      { kind: 'waiting', because: expect.stringContaining('not served') },
    ],
    [
      'is told from the objects of others',
      { ...working, inventory: ['shop_web_apps.example.com_Site', 'shop_other_apps.example.com_Site'] },
      { kind: 'waiting', because: 'Site web: Progressing' },
    ],
  ])('%s', (_what, story, verdict) => {
    expect(judge(story)).toMatchObject(verdict);
  });

  test('names the kinds that have to be watched', () => {
    const entries = [
      'shop_web_apps.example.com_Site',
      'shop_web-db_db.example.com_Database',
      'shop_other_b.example.com_Other',
    ];
    const world = aWorld()
      .source()
      .kustomization({ status: { inventory: { entries: entries.map((id) => ({ id, v: 'v1' })) } } });
    const expected = anExpected();
    const units = unitsOf(world.view, expected, isAncestor);
    expect(customKindsOf({ view: world.view, expected, isAncestor }, units).map(({ kind }) => kind)).toEqual(['Site']);
  });
});
