import type { Log } from '../../../src/doors/telemetry.ts';
import { systemClock } from '../../../src/doors/time.ts';
import { watchCluster } from '../../../src/kubernetes/cluster-watch.ts';
import { openCluster } from '../../../src/kubernetes/clusters.ts';
import { report } from './report.ts';

// Everything that Sluice watches of each cluster, found by discovery, as `serve` does.

const [kubeconfig = '', count = '0', last = ''] = process.argv.slice(2);
const quiet: Log = { debug: () => {}, info: () => {}, warn: console.error, error: console.error };

const watches = Array.from({ length: Number(count) }, (_, number) =>
  watchCluster({
    name: `cluster-${number}`,
    api: openCluster({ kubeconfig, context: `cluster-${number}`, reconcile: false }),
    clock: systemClock,
    random: Math.random,
    log: quiet,
    onChange: () => {},
  }),
);

await report({
  objects: () => watches.reduce((sum, { view }) => sum + [...view.kustomizations()].length, 0),
  applied: () => watches.map(({ view }) => view.kustomization(last)?.applied ?? null),
});
