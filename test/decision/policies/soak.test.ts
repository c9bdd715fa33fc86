import { describe, expect, test } from 'vitest';
import { soak } from '../../../src/decision/policies/soak.ts';
import type { OpenDrift, Question } from '../../../src/decision/question.ts';
import type { HealthyTime } from '../../../src/vocabulary/proven.ts';
import {
  aHealthyRecord,
  aPlan,
  aReadFile,
  aRequest,
  at,
  digest,
  sluiceYaml,
  someFacts,
} from '../../support/builders.ts';
import { aQuestion } from '../question-builder.ts';

const minuteMs = 60_000;
const line = (settings = 'soak: 2h') => `  - { kind: promotion-order, environments: [production], ${settings} }\n`;
/** On staging, so many minutes and since so many more. */
const time = (minutes: number, counting: number | null, over: Partial<HealthyTime> = {}): HealthyTime => ({
  version: '1.4.2',
  digest: digest('d2'),
  cluster: 'staging',
  ms: minutes * minuteMs,
  isRunning: true,
  ...(counting === null ? {} : { since: at(-counting * minuteMs) }),
  ...over,
});
const drift: OpenDrift = {
  service: 'web',
  environment: 'staging',
  cluster: 'staging',
  object: 'Deployment/default/web',
};

interface World {
  readonly times?: readonly HealthyTime[];
  readonly drifts?: readonly OpenDrift[];
  readonly lines?: string;
  readonly file?: string;
  readonly clusters?: readonly string[];
}
function ask(
  { times = [], drifts = [], lines = line(), file = sluiceYaml, clusters }: World,
  over: Partial<Question> = {},
) {
  const facts = someFacts({
    policy: aReadFile(file + lines),
    healthy: new Map([['staging', [aHealthyRecord(clusters ?? ['staging'])]]]),
    soaking: { times: new Map([['staging', times]]), drifts },
  });
  return soak(aQuestion({ facts, ...over }));
}
const told = (...args: Parameters<typeof ask>) => ask(...args).map(({ effect, text }) => `${effect}: ${text}`);

describe('soak', () => {
  test.each<[string, HealthyTime[]]>([
    ['two hours at a stretch', [time(0, 120)]],
    ['two hours in parts', [time(100, 20)]],
    ['two hours, and it has gone since', [time(120, null, { isRunning: false })]],
    ['without a digest in the record', [time(0, 120, { digest: undefined })]],
    ['no times at all: it was first seen two hours ago', []],
    ['times of another digest', [time(0, 1, { digest: digest('ee') })]],
    ['times of another version', [time(0, 1, { version: '1.4.1', isRunning: false })]],
    ['times on a cluster that is none of staging any more', [time(0, 1, { cluster: 'old' })]],
  ])('is enough with %s', (_, times) => expect(told({ times })).toEqual([]));

  test('waits for the rest, and says how much and until when', () => {
    expect(ask({ times: [time(30, 15)] })).toEqual([
      {
        code: 'not-soaked',
        effect: 'hold',
        text: 'web 1.4.2 needs 2 h of health in staging; 1 h 15 m were missing when it was asked for, enough at Tue 2026-11-24 13:15 UTC',
        next: 'nothing to do; it goes on by itself then',
        policy: 'promotion-order',
        source: 'sluice.yaml:17@0e0e0e0',
      },
    ]);
  });

  test('says the same while it waits, and nothing from the first moment on that is enough', () => {
    const now = (minutes: number) => ({ times: [time(30, 15)], over: { now: at(minutes * minuteMs) } });
    const first = told({ times: now(0).times });
    expect(told({ times: now(74).times }, now(74).over)).toEqual(first);
    expect(told({ times: now(75).times }, { now: at(75 * minuteMs - 1) })).toEqual(first);
    expect(told({ times: now(75).times }, now(75).over)).toEqual([]);
  });

  test('begun anew after the request is never longer than the whole', () => {
    const text = told({ times: [time(0, -30)] }, { now: at(31 * minuteMs) })[0];
    expect(text).toContain('2 h were missing when it was asked for, enough at Tue 2026-11-24 14:30 UTC');
  });

  test('that ends before the request was even made lacks nothing of it', () => {
    const late = { now: at(10 * minuteMs), request: aRequest({ at: at(200 * minuteMs) }) };
    expect(told({ times: [time(0, 0)] }, late)[0]).toContain('0 s were missing when it was asked for');
  });

  test('of what is not healthy now waits for that', () => {
    expect(ask({ times: [time(30, null)] })).toMatchObject([
      {
        effect: 'hold',
        text: 'web 1.4.2 needs 2 h of health in staging; 1 h 30 m are missing, and it is not healthy on staging now',
        next: '`/release status web staging`',
      },
    ]);
  });

  test('of what runs there no more is refused, with the command that brings it back', () => {
    expect(ask({ times: [time(30, null, { isRunning: false })] })).toMatchObject([
      {
        effect: 'deny',
        text: 'web 1.4.2 needs 2 h of health in staging; 1 h 30 m are missing, and another version runs on staging now',
        next: '`/release web staging 1.4.2`',
      },
    ]);
  });

  test('does not count while the service drifts there', () => {
    expect(ask({ times: [time(0, 600)], drifts: [drift] })).toMatchObject([
      {
        effect: 'hold',
        text: 'web 1.4.2 needs 2 h of health in staging; its time begins anew when Deployment/default/web on staging no longer differs from Git',
        next: '`/release drift staging`',
      },
    ]);
    expect(told({ drifts: [drift] })).toHaveLength(1);
  });

  test.each<[string, OpenDrift, HealthyTime[]]>([
    ['another service', { ...drift, service: 'api' }, [time(0, 120)]],
    ['no service alone', { ...drift, service: undefined }, [time(0, 120)]],
    ['another environment', { ...drift, environment: 'dev' }, [time(0, 120)]],
    ['another version', drift, [time(120, null, { isRunning: false }), time(0, 5, { version: '1.4.3' })]],
  ])('a drift of %s does not matter', (_, other, times) => expect(told({ times, drifts: [other] })).toEqual([]));

  test('asks every cluster, and the one that lacks most says how much', () => {
    const file = sluiceYaml.replace('clusters: [staging]', 'clusters: [s1, s2, s3]');
    const on = (cluster: string, minutes: number, counting: number | null, isRunning = true) =>
      time(minutes, counting, { cluster, isRunning });
    const clusters = ['s1', 's2', 's3'];
    expect(told({ file, clusters, times: [on('s1', 0, 120), on('s2', 0, 90), on('s3', 0, 60)] })).toEqual([
      'hold: web 1.4.2 needs 2 h of health in staging; 1 h were missing when it was asked for, enough at Tue 2026-11-24 13:00 UTC',
    ]);
    expect(told({ file, clusters, times: [on('s1', 0, 120), on('s2', 30, null), on('s3', 0, 90)] })).toEqual([
      'hold: web 1.4.2 needs 2 h of health in staging; 1 h 30 m are missing, and it is not healthy on s2 now',
    ]);
    expect(
      told({ file, clusters, times: [on('s1', 10, null, false), on('s2', 30, null), on('s3', 20, null, false)] }),
    ).toEqual([
      'deny: web 1.4.2 needs 2 h of health in staging; 1 h 50 m are missing, and another version runs on s1 and s3 now',
    ]);
  });

  test('does not wait for a drift on a cluster that runs another version there', () => {
    const file = sluiceYaml.replace('clusters: [staging]', 'clusters: [s1, s2]');
    const clusters = ['s1', 's2'];
    const running = (cluster: string, version: string) => time(0, 5, { cluster, version });
    const healthy = clusters.map((cluster) => time(120, null, { cluster, isRunning: false }));
    const times = [...healthy, running('s1', '1.4.2'), running('s2', '1.4.3')];
    const texts = (cluster: string) => told({ file, clusters, times, drifts: [{ ...drift, cluster }] });
    expect(texts('s1')[0]).toContain('its time begins anew when Deployment/default/web on s1 no longer differs');
    expect(texts('s2').join()).not.toContain('begins anew');
  });

  test('asks for nothing where the line only says who may pass the order', () => {
    expect(told({ times: [time(0, 1)], lines: line('override: [operator]') })).toEqual([]);
  });

  test('leaves to the order what was never healthy there', () => {
    expect(told({ clusters: [], times: [time(0, 1)] })).toEqual([]);
  });

  test('warns only where the line says so, and holds only where it is meant to', () => {
    expect(told({ times: [time(0, 1)], lines: line('soak: 2h, level: warn') })[0]).toMatch(/^warn: /);
    expect(told({ times: [time(0, 1)], lines: line('soak: 2h, services: api') })).toEqual([]);
    expect(told({ times: [time(0, 1)] }, { request: aRequest({ environment: 'staging' }) })).toEqual([]);
    expect(told({ times: [time(0, 1)] }, { request: aRequest({ environment: 'gone' }) })).toEqual([]);
  });

  test('is not asked of a rollback to what was healthy here', () => {
    const over = { request: aRequest({ intent: 'rollback' as const }) };
    expect(told({ times: [time(0, 1)] }, { ...over, plan: aPlan({ knownGood: true }) })).toEqual([]);
    expect(told({ times: [time(0, 1)] }, over)).toHaveLength(1);
  });
});
