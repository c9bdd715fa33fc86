import { describe, expect, test } from 'vitest';
import { resolveVersion, type Standing, type VersionQuestion } from '../../src/catalog/resolve-version.ts';
import { aHealthyRecord, anArtifactRow, aRequest, sha } from '../support/builders.ts';

/** Newest first. */
const rows = [
  anArtifactRow('2.0.0-rc1', 'next', 'aa', 0),
  anArtifactRow('1.4.2', 'main', 'c2', 1),
  anArtifactRow('1.4.1-fix', 'hotfix/1', 'f1', 2),
  anArtifactRow('1.4.1', 'main', 'c1', 3),
  anArtifactRow('main', 'odd', 'dd', 4),
  anArtifactRow('1.4.0', 'main', 'c0', 5),
  anArtifactRow('1.4.0-again', 'main', 'c0', 6),
];
const mainRows = rows.filter(({ version }) => version !== 'main');

function standing(
  environment: string,
  present: string | null,
  healthy: readonly string[],
  over: Partial<Standing> = {},
): Standing {
  const clusters = environment === 'production' ? ['prod-eu', 'prod-us'] : [environment];
  return {
    environment,
    clusters,
    present: present === null ? null : { version: present },
    healthy: healthy.map((version) => aHealthyRecord(clusters, { version })),
    rolledBackFrom: [],
    ...over,
  };
}

function resolve(over: Partial<Omit<VersionQuestion, 'request'>> & { request: Partial<VersionQuestion['request']> }) {
  const { request, ...rest } = over;
  const question = { rows, here: standing('production', '1.4.1', ['1.4.1', '1.4.0']), sources: [], ...rest };
  return resolveVersion({ ...question, request: aRequest(request) });
}

const named = (name: string) => ({ wanted: { kind: 'named' as const, name } });

describe('a version that is named', () => {
  test.each<[string, string, string, string | undefined]>([
    ['a version', '1.4.1', '1.4.1', undefined],
    ['a version before a branch of the same name', 'main', 'main', undefined],
    ['a branch', 'hotfix/1', '1.4.1-fix', 'newest of hotfix/1'],
    ['a commit', 'c2c2c2c', '1.4.2', 'built from c2c2c2c'],
    ['a whole commit', sha('c1'), '1.4.1', 'built from c1c1c1c1c1c1'],
  ])('%s', (_title, name, version, chosen) => {
    expect(resolve({ request: named(name) })).toEqual({
      kind: 'resolved',
      version,
      intent: 'release',
      ...(chosen === undefined ? {} : { chosen }),
    });
  });

  test.each<[string, string, string, string, string]>([
    [
      'a typo',
      '1.4.22',
      'unknown-version',
      'web has no version, branch or commit "1.4.22"; did you mean 1.4.2 or 1.4.1 or 1.4.0?',
      '`/release web production 1.4.2`',
    ],
    [
      'nothing near',
      'zzzzzzzzz',
      'unknown-version',
      'web has no version, branch or commit "zzzzzzzzz"',
      '`/release web production 2.0.0-rc1`',
    ],
    [
      'a short commit',
      'c2c2c2',
      'unknown-version',
      'web has no version, branch or commit "c2c2c2"',
      '`/release web production 2.0.0-rc1`',
    ],
    [
      'an environment',
      'staging',
      'unknown-version',
      '"staging" is an environment, and no version, branch or commit of web',
      '`/release web production from staging`',
    ],
    [
      'an environment that comes later',
      'after',
      'unknown-version',
      '"after" is an environment, and no version, branch or commit of web',
      '`/release web after from production`',
    ],
    [
      'the environment once more',
      'production',
      'unknown-version',
      '"production" is an environment, and no version, branch or commit of web',
      '`/release web production`',
    ],
    [
      'a commit that was built twice',
      'c0c0c0c',
      'ambiguous-version',
      'c0c0c0c may be web 1.4.0 or 1.4.0-again',
      '`/release web production 1.4.0`',
    ],
  ])('%s is refused with what was meant', (_title, name, code, text, next) => {
    expect(resolve({ request: named(name), environments: ['dev', 'staging', 'production', 'after'] })).toEqual({
      kind: 'refused',
      reason: { code, effect: 'deny', text, next },
    });
  });

  test('without artifacts there is nothing to name', () => {
    expect(resolve({ request: named('1.4.2'), rows: [] })).toMatchObject({
      kind: 'refused',
      reason: { code: 'unknown-version', text: 'no artifact of web is known yet' },
    });
  });
});

describe('a version that is not named', () => {
  const nothing = { wanted: { kind: 'default' as const } };

  test.each<[string, readonly Standing[], string, string]>([
    [
      'what Git holds before and is proven there',
      [standing('staging', '1.4.1', ['1.4.2', '1.4.1'])],
      '1.4.1',
      'healthy in staging',
    ],
    [
      'the newest proven one while a newer is on its way',
      [standing('staging', '2.0.0-rc1', ['1.4.2', '1.4.1'])],
      '1.4.2',
      'healthy in staging; 2.0.0-rc1 is not proven there',
    ],
    [
      'never one that was rolled back from',
      [standing('staging', '2.0.0-rc1', ['1.4.2', '1.4.1'], { rolledBackFrom: ['1.4.2'] })],
      '1.4.1',
      'healthy in staging; 2.0.0-rc1 is not proven there',
    ],
    [
      'what both of two environments have proven',
      [standing('staging', '1.4.2', ['1.4.2', '1.4.1']), standing('perf', '1.4.1', ['1.4.1'])],
      '1.4.1',
      'healthy in staging and perf; 1.4.2 is not proven there',
    ],
  ])('is %s', (_title, sources, version, chosen) => {
    expect(resolve({ request: nothing, sources })).toEqual({ kind: 'resolved', version, intent: 'promote', chosen });
  });

  test('is nothing where nothing is proven before', () => {
    expect(resolve({ request: nothing, sources: [standing('staging', '1.4.2', [])] })).toMatchObject({
      kind: 'refused',
      reason: {
        code: 'nothing-to-release',
        text: 'no version of web was healthy in staging yet',
        next: '`/release web staging 2.0.0-rc1`',
      },
    });
  });

  test('is the newest of main in the first environment, or of master', () => {
    expect(resolve({ request: { ...nothing, environment: 'dev' } })).toMatchObject({
      version: '1.4.2',
      chosen: 'newest of main',
      intent: 'release',
    });
    const older = rows.map((each) => (each.branch === 'main' ? { ...each, branch: 'master' } : each));
    expect(resolve({ request: nothing, rows: older })).toMatchObject({ version: '1.4.2', chosen: 'newest of master' });
    const none = rows.filter(({ branch }) => branch === 'next');
    expect(resolve({ request: nothing, rows: none })).toMatchObject({
      reason: { text: 'no artifact of web was built from main' },
    });
  });

  test('is what is healthy in the environment that from names', () => {
    const request = { wanted: { kind: 'from' as const, environment: 'dev' } };
    expect(resolve({ request, sources: [standing('dev', '1.4.2', ['1.4.2'])] })).toMatchObject({
      version: '1.4.2',
      intent: 'promote',
      chosen: 'healthy in dev',
    });
  });
});

describe('a rollback without a version', () => {
  const request = { intent: 'rollback' as const, wanted: { kind: 'default' as const } };

  test.each<[string, Standing, string | null]>([
    ['the last other one that was healthy', standing('production', '1.4.2', ['1.4.2', '1.4.1', '1.4.0']), '1.4.1'],
    [
      'one further back after a rollback',
      standing('production', '1.4.1', ['1.4.2', '1.4.1', '1.4.0'], { rolledBackFrom: ['1.4.2'] }),
      '1.4.0',
    ],
    [
      'only what was healthy on every cluster',
      standing('production', '1.4.2', ['1.4.0'], {
        healthy: [
          aHealthyRecord(['prod-eu'], { version: '1.4.1' }),
          aHealthyRecord(['prod-eu', 'prod-us'], { version: '1.4.0' }),
        ],
      }),
      '1.4.0',
    ],
    ['only what is still known as an artifact', standing('production', '1.4.2', ['1.4.1-lost', '1.4.0']), '1.4.0'],
    [
      'the last good one while a bad one is on its way',
      standing('production', '2.0.0-rc1', ['1.4.2', '1.4.1']),
      '1.4.2',
    ],
    ['nothing where only the present was healthy', standing('production', '1.4.2', ['1.4.2']), null],
    ['nothing where nothing was', standing('production', null, []), null],
  ])('goes to %s', (_title, here, version) => {
    const resolved = resolve({ request, here, rows: mainRows });
    if (version === null)
      expect(resolved).toMatchObject({ kind: 'refused', reason: { code: 'nothing-to-roll-back-to' } });
    else
      expect(resolved).toEqual({
        kind: 'resolved',
        version,
        intent: 'rollback',
        chosen: 'the last other version that was healthy in production',
      });
  });
});
