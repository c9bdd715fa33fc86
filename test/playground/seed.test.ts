import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArtifacts } from '../../src/catalog/artifacts.ts';
import { openRedis, type Redis, whenReady } from '../../src/doors/redis.ts';
import { systemClock } from '../../src/doors/time.ts';
import { readPlace } from '../../src/gitops/places/places.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { createGitServer, type GitServer } from '../../src/playground/git.ts';
import { gitSync } from '../../src/playground/git-command.ts';
import { company } from '../../src/playground/seed/company.ts';
import { history } from '../../src/playground/seed/history.ts';
import { seedCompany } from '../../src/playground/seed/record.ts';
import {
  environments,
  firstVersions,
  placeOf,
  repositoryFiles,
  sluiceYaml,
} from '../../src/playground/seed/repository.ts';
import { artifacts, builds } from '../../src/playground/seed/versions.ts';
import { checkSluiceFile } from '../../src/sluice-yaml.ts';
import { filePlaceSchema } from '../../src/vocabulary/change.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const dayMs = 86_400_000;
const services = Object.keys(firstVersions);
const everywhere = Object.keys(environments).flatMap((environment) =>
  services.map((service) => [service, environment] as const),
);

describe('what Acme is', () => {
  it('has a valid sluice.yaml that names only groups and people there are', () => {
    expect(checkSluiceFile(sluiceYaml, 'sluice.yaml')).toMatchObject({ kind: 'parsed' });
    const handles = company.usergroups.map(({ handle }) => `@${handle}`);
    expect(
      [...sluiceYaml.matchAll(/"(@[a-z]+)"/g)]
        .map(([, named]) => named)
        .filter((named) => !handles.includes(named ?? '')),
    ).toEqual([]);
    const ids = company.users.map(({ id }) => id);
    expect(
      [...sluiceYaml.matchAll(/slack: (\w+)/g)].map(([, id]) => id).filter((id) => !ids.includes(id ?? '')),
    ).toEqual([]);
  });

  it.each(everywhere)('writes the version of %s in %s where Sluice looks for it', (service, environment) => {
    const place = filePlaceSchema.parse(placeOf(service, environment));
    expect(readPlace(place, repositoryFiles()[place.path] ?? '')).toMatchObject({
      kind: 'found',
      placed: { version: firstVersions[service] },
    });
  });

  it('has built everything before it was released, oldest first', () => {
    const age = (service: string, version: string) =>
      builds[service]?.find((each) => each.version === version)?.daysAgo;
    for (const past of history)
      expect(age(past.service, past.version) ?? 0, `${past.service} ${past.version}`).toBeGreaterThan(
        past.hoursAgo / 24,
      );
    for (const [service, version] of Object.entries(firstVersions))
      expect(age(service, version) ?? 0, `${service} ${version}`).toBeGreaterThan(21);
    for (const all of Object.values(builds)) {
      const ages = all.map(({ daysAgo }) => daysAgo);
      expect(ages).toEqual(ages.toSorted((a, b) => b - a));
      expect(all.length).toBeGreaterThanOrEqual(5);
    }
  });

  it('gives every artifact a digest and a commit of its own', () => {
    const all = artifacts(Date.now());
    for (const of of [all.map(({ digest }) => digest), all.map(({ commit }) => commit)])
      expect(new Set(of).size).toBe(all.length);
  });
});

describe('the history of Acme', () => {
  let folder: string;
  let server: TestRedis;
  let git: GitServer;
  let redis: Redis;
  const nowMs = Date.now();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-seed-'));
    const signingKey = join(folder, 'key.pem');
    writeFileSync(signingKey, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    server = await startRedis();
    git = await createGitServer({ folder: join(folder, 'git'), token: 'token' });
    await seedCompany({ redisUrl: server.url, git, data: join(folder, 'clone'), signingKey, nowMs });
    redis = openRedis({ url: server.url }, 'commands', () => {});
    await whenReady(redis, 5_000);
  });
  afterAll(async () => {
    redis.disconnect();
    await git.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stands in Git as Sluice writes it, dated over the past weeks', () => {
    const commits = gitSync(git.path, [
      'log',
      '--reverse',
      '--format=%ct %(trailers:key=Sluice-Release,valueonly,separator=)',
    ])
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(commits).toHaveLength(history.length + 1);
    expect(commits.slice(1).every(([, id]) => /^[0-9A-Z]{26}$/.test(id ?? ''))).toBe(true);
    const ages = commits.map(([seconds]) => (nowMs - Number(seconds) * 1_000) / dayMs);
    expect(ages[0]).toBeCloseTo(21, 1);
    expect(ages).toEqual(ages.toSorted((a, b) => b - a));
    expect(gitSync(git.path, ['cat-file', 'commit', 'main'])).toContain('-----BEGIN SSH SIGNATURE-----');
  });

  it('stands in the record with the same commits and versions', async () => {
    const ledger = createLedger({ redis, clock: systemClock });
    const releases = await ledger.history({ limit: 100 });
    expect(releases).toHaveLength(history.length);
    for (const { id, state } of releases) {
      expect(state.kind).toBe('written');
      if (state.kind === 'written')
        expect(gitSync(git.path, ['log', '-1', '--format=%B', state.commit])).toContain(`Sluice-Release: ${id}`);
    }
    for (const [service, environment] of everywhere) {
      const place = filePlaceSchema.parse(placeOf(service, environment));
      const read = readPlace(place, git.read(place.path) ?? '');
      const [newest] = await ledger.healthy(service, environment);
      expect(read).toMatchObject({ kind: 'found', placed: { version: newest?.version } });
      expect(Object.keys(newest?.clusters ?? {})).toHaveLength(environment === 'production' ? 2 : 1);
    }
    expect(await ledger.confirmed()).toBe(true);
    expect(await ledger.dirty(10)).toEqual([]);
    expect(await ledger.open()).toEqual([]);
  });

  it('leaves a version of web that nobody has released yet', async () => {
    const [newest] = await createArtifacts(redis).rows('web');
    expect(newest?.version).toBe('1.4.2');
    expect(git.read('apps/dev/shop/kustomization.yaml')).not.toContain('1.4.2');
  });
});
