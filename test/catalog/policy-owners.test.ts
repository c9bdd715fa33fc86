import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/ports.ts';
import { Retryable } from '../../src/doors/errors.ts';
import { key, type Redis } from '../../src/doors/redis.ts';
import type { Signer } from '../../src/doors/ssh-signature.ts';
import { createGitops, type Gitops } from '../../src/gitops/gitops.ts';
import type { UserId } from '../../src/vocabulary/person.ts';
import { aClock, aLane, sluiceYaml, userId } from '../support/builders.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { aKey, signedCommit } from '../support/keys.ts';
import { startRedisWithClient, type TestRedis } from '../support/redis.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const clock = aClock();

let server: TestRedis;
let redis: Redis;
let folder: string;
let remote: GitRemote;
let gitops: Gitops;
let catalog: Catalog;
let keys: Record<'ada' | 'cy' | 'eve' | 'forge' | 'sluice', Signer>;
let sluiceKey: string;
/** Who is in @platform-owners; null while the directory cannot tell. */
let owners: readonly UserId[] | null;
let first: string;

beforeAll(async () => {
  ({ server, redis } = await startRedisWithClient());
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

beforeEach(async () => {
  await redis.flushall();
  folder = mkdtempSync(join(tmpdir(), 'sluice-owners-'));
  const made = (name: string) => aKey(folder, name).signer;
  const own = aKey(folder, 'sluice');
  keys = { ada: made('ada'), cy: made('cy'), eve: made('eve'), forge: made('forge'), sluice: own.signer };
  sluiceKey = own.path;
  owners = [userId('UCY')];
  first = sluiceYaml.replace(
    'people:',
    `policy-owners: [ada, "@platform-owners"]\npeople:\n  ada: { slack: UADA, keys: ["${keys.ada.publicKey}"] }\n  cy: { slack: UCY, keys: ["${keys.cy.publicKey} cy@laptop"] }\n  eve: { slack: UEVE, keys: ["${keys.eve.publicKey}"] }`,
  );
  remote = createGitRemote({ 'sluice.yaml': first, 'README.md': 'x\n' });
  gitops = createGitops({
    repositories: { gitops: { url: remote.url, branch: 'main' } },
    data: folder,
    author: { name: 'Sluice', email: 'sluice@example.com' },
    signing: { key: sluiceKey, trusted: [] },
    clock,
    log,
  });
  catalog = open();
  expect((await catalog.refresh()).kind).toBe('valid');
});
afterEach(() => {
  gitops.close();
  remote.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): Catalog {
  return createCatalog({
    redis,
    clock,
    log,
    policy: {
      repository: 'gitops',
      file: 'sluice.yaml',
      trustedSigners: [keys.forge.publicKey],
      lane: aLane,
    },
    membersOf: async () => {
      if (owners === null) throw new Retryable('Slack is away');
      return owners;
    },
    gitops,
    healthy: async () => [],
    rolledBackFrom: async () => [],
    lastWrites: async () => ({ service: null, environment: null }),
  });
}

const git = (args: readonly string[], input?: string) =>
  execFileSync('git', [...args], {
    cwd: remote.path,
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  }).trim();
let count = 0;
/** A commit object with these parents whose sluice.yaml is `text`; nothing points to it yet. */
function commit(
  text: string,
  parents: readonly string[],
  signer: Signer | null,
  message = 'Change the policies',
): string {
  const blob = git(['hash-object', '-w', '--stdin'], text);
  const tree = git(
    ['mktree'],
    `100644 blob ${git(['rev-parse', 'main:README.md'])}\tREADME.md\n100644 blob ${blob}\tsluice.yaml\n`,
  );
  count += 1;
  const who = `Eve Evans <eve@example.com> ${1_790_000_000 + count} +0000`;
  const raw = [
    `tree ${tree}`,
    ...parents.map((each) => `parent ${each}`),
    `author ${who}`,
    `committer ${who}`,
    '',
    `${message}\n`,
  ].join('\n');
  return git(['hash-object', '-w', '-t', 'commit', '--stdin'], signer === null ? raw : signedCommit(raw, signer));
}
const land = (id: string) => git(['update-ref', 'refs/heads/main', id]);
const version = (number: number) => first.replace('within: 4h', `within: ${number}h`);
const kind = async () => (await catalog.refresh()).kind;

describe('a version of the file counts', () => {
  test.each(['ada', 'cy', 'forge'] as const)('under the signature of %s', async (name) => {
    land(commit(version(5), [remote.head()], keys[name]));
    expect(await kind()).toBe('valid');
  });

  test('where Sluice wrote it for an owner', async () => {
    const trailers = 'Add a policy\n\nSluice-Policy-Change: 01K\nSluice-Requested-By: Ada <a@x> (slack:UADA)';
    land(commit(version(5), [remote.head()], keys.sluice, trailers));
    expect(await kind()).toBe('valid');
  });

  test('where an owner signs the merge of what others wrote', async () => {
    const base = remote.head();
    land(commit(version(5), [base, commit(version(5), [base], null)], keys.ada));
    expect(await kind()).toBe('valid');
  });

  test('where an owner signs a change on top of one that did not count', async () => {
    land(commit(version(5), [remote.head()], null));
    expect(await kind()).toBe('unsigned');
    land(commit(version(6), [remote.head()], keys.ada));
    expect(await kind()).toBe('valid');
  });

  test('where it is what counted before, whoever put it back', async () => {
    land(commit(version(5), [remote.head()], null));
    expect(await kind()).toBe('unsigned');
    land(commit(first, [remote.head()], null));
    expect(await kind()).toBe('valid');
  });

  test('whoever changes other files afterwards', async () => {
    land(commit(version(5), [remote.head()], keys.ada));
    remote.commit({ 'README.md': 'y\n' });
    expect(await kind()).toBe('valid');
  });
});

describe('a version of the file does not count', () => {
  test('without a signature: it says who, in which commit, and what to do', async () => {
    const before = remote.head();
    const id = commit(version(5), [before], null);
    land(id);
    expect(await catalog.refresh()).toMatchObject({
      kind: 'unsigned',
      commit: id,
      because: `sluice.yaml was changed in ${id.slice(0, 7)} by Eve Evans <eve@example.com>, who did so without the signature of one of its policy-owners (ada or @platform-owners)`,
      next: `ada or @platform-owners signs a commit that changes sluice.yaml, or anybody puts it back as it was in ${before.slice(0, 7)}; releases go on by themselves then`,
      lastGood: { commit: before },
    });
  });

  test('by an owner whom a version has removed that another replica alone has read', async () => {
    const other = open();
    land(commit(first.replace('[ada, "@platform-owners"]', '["@platform-owners"]'), [remote.head()], keys.ada));
    expect((await other.refresh()).kind).toBe('valid');
    land(commit(version(5), [remote.head()], keys.ada));
    expect(await kind()).toBe('unsigned');
  });

  test('for somebody who names themselves in it', async () => {
    land(commit(first.replace('[ada,', '[eve, ada,'), [remote.head()], keys.eve));
    expect(await kind()).toBe('unsigned');
  });

  test.each([
    [
      'Sluice wrote it for a stranger',
      'sluice',
      'Sluice-Policy-Change: 01K\nSluice-Requested-By: Eve <a@x> (slack:UEVE)',
    ],
    [
      'Sluice wrote it for a stranger with a forged name',
      'sluice',
      'Sluice-Policy-Change: 01K\nSluice-Requested-By: Ada (slack:UADA) <a@x> (slack:UEVE)',
    ],
    [
      'Sluice wrote something else for an owner',
      'sluice',
      'Sluice-Release: 01K\nSluice-Requested-By: Ada <a@x> (slack:UADA)',
    ],
    ['the trailers are forged', null, 'Sluice-Policy-Change: 01K\nSluice-Requested-By: Ada <a@x> (slack:UADA)'],
  ] as const)('where %s', async (_, signer, trailers) => {
    land(commit(version(5), [remote.head()], signer === null ? null : keys[signer], `Change\n\n${trailers}`));
    expect(await kind()).toBe('unsigned');
  });

  test('where nobody signs the merge of what an owner did not write', async () => {
    const base = remote.head();
    land(commit(version(5), [base, commit(version(5), [base], null)], null));
    expect(await kind()).toBe('unsigned');
  });

  test('where a merge or a reset brings an older signed version back', async () => {
    const old = commit(version(9), [remote.head()], keys.ada);
    land(old);
    expect(await kind()).toBe('valid');
    const now = commit(version(1), [old], keys.ada);
    land(now);
    expect(await kind()).toBe('valid');
    land(commit(version(9), [old, now], null));
    expect(await kind()).toBe('unsigned');
    land(commit(version(9), [now], null));
    expect(await kind()).toBe('unsigned');
    land(old);
    expect(await kind()).toBe('unsigned');
    land(now);
    expect(await kind()).toBe('valid');
  });

  test('where a merge brings a version that an owner signed aside, and that never counted', async () => {
    const base = remote.head();
    const aside = commit(version(9), [base], keys.ada);
    const now = commit(version(1), [base], keys.ada);
    land(now);
    expect(await kind()).toBe('valid');
    land(commit(version(9), [aside, now], null));
    expect(await kind()).toBe('unsigned');
  });

  test('after an update of Sluice that reads the last good text no longer', async () => {
    const kept = JSON.parse((await redis.get(key('catalog', 'last-good'))) ?? '');
    const text = `${kept.text}\nno-longer-known: true\n`;
    await redis.set(key('catalog', 'last-good'), JSON.stringify({ ...kept, text }));
    land(commit(version(5), [remote.head()], null));
    catalog = open();
    expect(await catalog.refresh()).toMatchObject({
      kind: 'unreadable',
      because: expect.stringContaining('without the signature'),
    });
    land(commit(version(6), [remote.head()], keys.ada));
    expect(await kind()).toBe('valid');
  });

  test('after a restart neither', async () => {
    land(commit(version(5), [remote.head()], null));
    catalog = open();
    expect(await kind()).toBe('unsigned');
  });
});

test('owners that are named by a group: nothing is guessed while it cannot be read, and it resumes by itself', async () => {
  land(commit(version(5), [remote.head()], keys.cy));
  owners = null;
  expect(await catalog.refresh()).toMatchObject({ kind: 'unreadable', because: 'Slack is away' });
  owners = [];
  expect(await kind()).toBe('unsigned');
  owners = [userId('UCY')];
  expect(await kind()).toBe('valid');
});

test('without owners everybody who may push may change it, also to name owners', async () => {
  await redis.flushall();
  land(commit(sluiceYaml, [remote.head()], null));
  catalog = open();
  expect(await kind()).toBe('valid');
  land(commit(first, [remote.head()], null));
  expect(await kind()).toBe('valid');
  land(commit(sluiceYaml, [remote.head()], null));
  expect(await kind()).toBe('unsigned');
});
