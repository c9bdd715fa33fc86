import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { pause } from '../../../src/doors/time.ts';
import { objectsAt, toJsonObject } from '../../../src/playground/cluster/json.ts';
import { gitBackend, httpBackend } from '../../../src/playground/git-backend.ts';
import { type Api, patchObject, pathOf } from '../api.ts';
import type { GitHistory } from '../git-history.ts';
import type { SourceFetcher } from './source-stand-in.ts';

const probe = 'sluice-source-probe';

/** Whether somebody takes care of GitRepositories: one that cannot be fetched gets a condition soon. */
export async function hasSourceController(api: Api, patienceMs = 15_000): Promise<boolean> {
  const path = pathOf('GitRepository', 'flux-system', probe);
  const spec = { interval: '1h', url: 'http://127.0.0.1:9/probe.git', timeout: '5s' };
  const object = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: probe }, spec };
  const body = { type: 'application/json', text: JSON.stringify(object) };
  await api.must('POST', pathOf('GitRepository', 'flux-system'), body);
  try {
    const end = performance.now() + patienceMs;
    while (performance.now() < end) {
      if (objectsAt(toJsonObject(await api.get(path)), 'status', 'conditions').length > 0) return true;
      await pause(250);
    }
    return false;
  } finally {
    await api.call('DELETE', path);
  }
}

/** The real source-controller of a cluster fetches from a Git server on this machine, and is asked to as `flux reconcile` asks. */
export async function serveSources(api: Api): Promise<SourceFetcher> {
  const served = new Map<string, GitHistory>();
  const program = httpBackend(tmpdir());
  if (program === null) throw new Error('this git comes without its HTTP backend');
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://git');
    const [, name = ''] = url.pathname.split('/');
    const git = served.get(name);
    const reads = url.searchParams.get('service') !== 'git-receive-pack' && !url.pathname.endsWith('git-receive-pack');
    if (git === undefined || !reads) return void response.writeHead(404).end();
    if (!git.answers()) return void response.writeHead(503).end();
    url.pathname = url.pathname.slice(name.length + 1);
    gitBackend(request, response, url, { folder: dirname(git.path), program, abilities: new Map() });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const host = process.env['FLUX_TEST_HOST'] ?? (await addressTowards(new URL(api.server)));
  return {
    urlOf: (place, git) => {
      served.set(place.name, git);
      return `http://${host}:${port}/${place.name}/gitops.git`;
    },
    fetch: async (place) => {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
      const path = pathOf('GitRepository', place.flux, 'flux-system');
      await patchObject(api, path, { metadata: { annotations } }, { manager: 'flux', strategic: false });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The address of this machine as the API server sees it: most clusters reach it there. */
async function addressTowards(server: URL): Promise<string> {
  const port = Number(server.port === '' ? 443 : server.port);
  return await new Promise((resolve, reject) => {
    const socket = connect(port, server.hostname, () => {
      resolve(socket.localAddress ?? '127.0.0.1');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
