import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster } from '../../src/playground/cluster/cluster.ts';
import { openApi } from './api.ts';
import type { OpenStage } from './stage.ts';

/** A cluster of the playground; its time goes faster than that of the clock. */
export function playgroundStages(speed: number): OpenStage {
  return async (place, git) => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-stage-'));
    const url = `file://${git.path}`;
    const cluster = await createCluster({
      name: place.name,
      git: { url },
      path: `clusters/${place.name}`,
      token: 'scenario',
      speed,
    });
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(cluster.kubeconfig()));
    await cluster.ready();
    return {
      where: 'playground',
      place,
      api: openApi(kubeconfig),
      kubeconfig,
      elapsed: cluster.elapsed,
      patienceMs: 10_000,
      poke: async () => cluster.poke(),
      decide: (image, outcome) => cluster.decide(image, outcome === 'crash' ? 'crash' : null),
      close: async () => {
        await cluster.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
}
