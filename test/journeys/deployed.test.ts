import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { examine } from '../../src/commands/doctor.ts';
import { systemClock } from '../../src/doors/time.ts';
import { readYaml } from '../../src/doors/yaml.ts';
import { company as people } from '../../src/playground/seed/company.ts';
import { createWorkspace, type SlackWorkspace } from '../../src/playground/slack/workspace.ts';
import { type Container, furnish, inCluster, inCompose, kubeconfigOf } from '../support/deployment.ts';
import { manifestsFolder } from '../support/manifests.ts';
import { serve } from '../support/serve.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let root: string;
let overHttp: SlackWorkspace;
beforeAll(async () => {
  world = await startWorld({ idle: true });
  root = mkdtempSync(join(tmpdir(), 'sluice-deployed-'));
  const manifest = JSON.parse(readFileSync(join(manifestsFolder, 'slack-app-http.json'), 'utf8'));
  overHttp = await createWorkspace({ manifest, seed: people, clock: systemClock });
  // Somebody has invited the app to the channel of the squad.
  for (const { control } of [world.workspace, overHttp]) control.setMembers('storefront', ['ana', 'sluice']);
});
afterAll(async () => {
  await overHttp?.close();
  await world?.close();
  rmSync(root, { recursive: true, force: true });
});

const own = z.looseObject({ signing: z.object({ key: z.string() }) });

/** As if the container ran here, in this world and with this Slack. */
function furnished(name: string, container: Container, overlay: string, workspace: SlackWorkspace) {
  const { signing } = own.parse(readYaml(readFileSync(world.configuration['SLUICE_CONFIG'] ?? '', 'utf8')));
  const { args, env } = furnish(container, overlay, {
    home: join(root, name),
    gitUrl: world.git.url,
    kubeconfig: kubeconfigOf(['dev', 'staging', 'prod-eu', 'prod-us'].map((each) => world.cluster(each).kubeconfig())),
    signingKey: signing.key,
    environment: {
      ...world.configuration,
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_APP_TOKEN: workspace.appToken,
      SLACK_SIGNING_SECRET: workspace.signingSecret,
    },
  });
  return { args, env: { ...env, SLACK_API_URL: workspace.apiUrl } };
}

test('docker-compose.yml says the same as the overlay for Socket Mode', async () => {
  const [compose, cluster] = [inCompose(), await inCluster('overlays/socket')];
  expect(compose.args).toEqual(cluster.args);
  expect(Object.keys(compose.env).toSorted()).toEqual(Object.keys(cluster.env).toSorted());
  // Throws where something that the configuration names is not mounted.
  expect(furnished('compose', compose, 'overlays/socket', world.workspace).args).toHaveLength(3);
});

describe('what is deployed starts with the arguments and the environment that it is given', () => {
  test.each([
    ['overlays/socket', () => inCluster('overlays/socket'), () => world.workspace],
    ['overlays/http', () => inCluster('overlays/http'), () => overHttp],
  ] as const)('%s', async (name, containerOf, workspaceOf) => {
    const overlay = name === 'overlays/http' ? name : 'overlays/socket';
    const workspace = workspaceOf();
    const { args, env } = furnished(name, await containerOf(), overlay, workspace);
    const served = await serve(args, env);
    try {
      const findings = await examine(args.at(-1) ?? '', env);
      expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
      if (overlay === 'overlays/http') await workspace.control.deliverTo(`http://127.0.0.1:${served.port}`);
      await workspace.control.say('ana', 'general', '/release help');
      await workspace.control.waitFor(() =>
        workspace.control.ephemeral('ana').some(({ text }) => /rollback/.test(text)),
      );
      expect((await fetch(`http://127.0.0.1:${served.port}/readyz`)).status).toBe(200);
    } finally {
      expect(await served.end()).toBe('exit 0');
    }
  });
});
