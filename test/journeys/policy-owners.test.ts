import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitSync } from '../../src/playground/git-command.ts';
import { aKey, signedCommit } from '../support/keys.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), 'sluice-owners-'));
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const text = () => world.git.read('sluice.yaml') ?? '';
const by = { message: 'Change the policies\n', author: 'Olu Okafor <olu@acme.test>' };

test('a change of the policies that no owner signed holds releases and says so, until an owner signs', async () => {
  const { signer } = aKey(folder, 'mia');
  const owned = text().replace('mia: { slack: UMIA, ', `mia: { slack: UMIA, keys: ["${signer.publicKey}"], `);
  world.git.commit({ 'sluice.yaml': `${owned}policy-owners: [mia]\n` }, by);
  await world.say('ana', 'general', '/release web dev 1.4.2');
  await world.message('releases-dev', /web 1\.4\.2 is running in dev/);

  const loose = world.git.commit({ 'sluice.yaml': text().replace('count: 2', 'count: 1') }, by).slice(0, 7);
  const told = await world.message('releases', /^Releases are held: sluice\.yaml was changed in/);
  expect(told).toContain(`${loose} by Olu Okafor`);
  expect(told).toContain('Next: mia signs a commit that changes sluice.yaml');
  await world.say('ana', 'general', '/release api dev 2.7.0');
  expect(await world.message('releases-dev', /api .* waits/)).toContain(`changed in ${loose}`);

  const raw = gitSync(world.git.path, ['cat-file', 'commit', 'main']);
  // The same text again would be no change of the file.
  const blob = gitSync(world.git.path, ['hash-object', '-w', '--stdin'], { input: `${text()}# reviewed by mia\n` });
  const listing = gitSync(world.git.path, ['ls-tree', 'main']).replace(
    /blob [0-9a-f]{40}\tsluice\.yaml/,
    `blob ${blob.trim()}\tsluice.yaml`,
  );
  const tree = gitSync(world.git.path, ['mktree'], { input: listing }).trim();
  const signed = signedCommit(
    raw.replace(/^tree .*$/m, `tree ${tree}`).replace(/^parent .*$/m, `parent ${world.git.head()}`),
    signer,
  );
  const id = gitSync(world.git.path, ['hash-object', '-w', '-t', 'commit', '--stdin'], { input: signed }).trim();
  gitSync(world.git.path, ['update-ref', 'refs/heads/main', id]);
  await world.message('releases', /^Over \(valid again\)/);
  await world.message('releases-dev', /api 2\.7\.0 is running in dev/);
});
