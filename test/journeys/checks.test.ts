import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCi } from '../../src/playground/ci.ts';
import { artifactToken } from '../../src/playground/company.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.close());

test('a refusal gives all its reasons at once, each with its line, and the next commands', async () => {
  await world.say('ana', 'general', '/release web production 1.5.0-dark.3');
  const refusal = await world.whispered('ana', 'general', /Not released/);
  expect(refusal).toMatch(
    /1\. web 1\.5\.0-dark\.3 was built from feature\/dark-mode.* \(sluice\.yaml:\d+@[0-9a-f]{7}\)/,
  );
  expect(refusal).toMatch(/2\. web 1\.5\.0-dark\.3 was never healthy in staging \(sluice\.yaml:\d+@/);
  expect(refusal).toMatch(/3\. web 1\.5\.0-dark\.3: scan was not reported \(sluice\.yaml:\d+@/);
  expect(refusal).toContain('/release web staging 1.5.0-dark.3');
});

test('a folder that CI rendered is shown, written as one commit, and runs', async () => {
  const good = world.git.read('sluice.yaml') ?? '';
  const rendered = 'mail: { place: { rendered: "apps/{environment}/{service}", image: registry.acme.test/mail } }';
  const text = good.replace('mail: apps/{environment}/{service}', rendered);
  world.git.commit({ 'sluice.yaml': text }, { message: 'Render mail\n', author: 'Mia Mork <mia@acme.test>' });
  const deployment = (world.git.read('apps/base/mail/deployment.yaml') ?? '').replace(
    /image: .*$/m,
    'image: registry.acme.test/mail:1.13.0',
  );
  const files = {
    'kustomization.yaml': 'namespace: default\nresources: [deployment.yaml, notes.yaml]\n',
    'deployment.yaml': deployment,
    'notes.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mail-notes }\ndata: { built: by-ci }\n',
  };
  await world.build('mail', '1.13.0', { manifests: { dev: files } });
  let shown = '';
  while (!shown.includes('notes.yaml')) {
    await world.say('bo', 'general', '/release diff mail dev 1.13.0');
    shown = await world.whispered('bo', 'general', /mail.*1\.13\.0/);
  }
  expect(shown).toMatch(/apps\/dev\/mail\/deployment\.yaml:1 new a file of \d+ lines/);
  await world.say('bo', 'general', '/release mail dev 1.13.0');
  await world.message('releases-dev', /mail 1\.13\.0 is running in dev/);
  expect(world.git.read('apps/dev/mail/notes.yaml')).toBe(files['notes.yaml']);
  expect(world.git.read('apps/dev/mail/kustomization.yaml')).toBe(files['kustomization.yaml']);
  expect(world.running('dev', 'mail')).toMatch(/mail:1\.13\.0$/);
  await world.say('bo', 'general', '/release mail staging 1.13.0');
  expect(await world.whispered('bo', 'general', /Not released/)).toContain(
    'mail 1.13.0 came without manifests for apps/staging/mail',
  );
  world.git.commit({ 'sluice.yaml': good }, { message: 'As it was\n', author: 'Mia Mork <mia@acme.test>' });
});

test('a release waits for the scan of its artifact, and goes by itself when CI posts that it has passed', async () => {
  const ci = createCi({
    appUrl: () => `http://127.0.0.1:${world.appPort()}`,
    token: artifactToken,
    nowMs: Date.now,
  });
  const good = world.git.read('sluice.yaml') ?? '';
  const line =
    '  - { kind: checks, environments: [dev], checks: [scan], vulnerabilities: { critical: 0 }, within: 1h }\n';
  world.git.commit(
    { 'sluice.yaml': good + line },
    { message: 'Scan before dev\n', author: 'Mia Mork <mia@acme.test>' },
  );
  await world.say('bo', 'general', '/release search dev 3.1.1');
  const waits = await world.message('releases-dev', /search .*3\.1\.1.* waits/);
  expect(waits).toContain('search 3.1.1: scan was not reported');
  expect(waits).toContain('search 3.1.1 was not scanned for vulnerabilities');
  await ci.scan('search', 'passed');
  await world.message('releases-dev', /search 3\.1\.1 is running in dev/);
  await world.say('bo', 'general', '/release artifacts search');
  expect(await world.whispered('bo', 'general', /Artifacts of search/)).toMatch(/3\.1\.1[^\n]* · ✓ ci, ✓ scan; 1 high/);
});
