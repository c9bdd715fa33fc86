import { createServer, type ServerResponse } from 'node:http';
import { kustomization } from './objects.ts';

// The API servers of a fleet in a process of their own: cluster 7 is under /7. They hold Kustomizations alone, and of these only the
// versions: the objects are made as they are asked for.

const clusters = Number(process.argv[2]);
const perCluster = Number(process.argv[3]);
const base = '/apis/kustomize.toolkit.fluxcd.io';

const fleet = Array.from({ length: clusters }, () => ({
  version: 1,
  versions: new Array<number>(perCluster).fill(1),
  watches: new Set<ServerResponse>(),
}));

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function list(number: number, query: URLSearchParams, response: ServerResponse): void {
  const { version, versions } = fleet[number] ?? { version: 1, versions: [] };
  const begin = Number(query.get('continue') ?? 0);
  const end = Math.min(versions.length, begin + Number(query.get('limit') ?? versions.length));
  answer(response, 200, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'KustomizationList',
    metadata: { resourceVersion: String(version), ...(end < versions.length ? { continue: String(end) } : {}) },
    items: versions.slice(begin, end).map((own, index) => kustomization(number, begin + index, own)),
  });
}

function watch(number: number, query: URLSearchParams, response: ServerResponse): void {
  const cluster = fleet[number];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  cluster?.watches.add(response);
  const ends = setTimeout(() => response.end(), Number(query.get('timeoutSeconds') ?? 300) * 1_000);
  response.on('close', () => {
    clearTimeout(ends);
    cluster?.watches.delete(response);
  });
  // What was missed between two watches.
  const from = Number(query.get('resourceVersion') ?? 0);
  for (const [index, own] of cluster?.versions.entries() ?? [])
    if (own > from) response.write(event(number, index, own));
}

function event(number: number, index: number, version: number): string {
  return `${JSON.stringify({ type: 'MODIFIED', object: kustomization(number, index, version) })}\n`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fleet');
  const [, number = '', ...rest] = url.pathname.split('/');
  switch (`/${rest.join('/')}`) {
    case base:
      return answer(response, 200, { preferredVersion: { version: 'v1' }, versions: [{ version: 'v1' }] });
    case `${base}/v1`:
      return answer(response, 200, { resources: [{ name: 'kustomizations', kind: 'Kustomization' }] });
    case `${base}/v1/kustomizations`:
      return url.searchParams.has('watch')
        ? watch(Number(number), url.searchParams, response)
        : list(Number(number), url.searchParams, response);
    default:
      return answer(response, 404, { kind: 'Status', code: 404 });
  }
});

/** Changes one object after another, round all clusters, evenly spread over time; the last object of each cluster comes last. */
async function change(events: number, perSecond: number): Promise<void> {
  const begun = performance.now();
  for (let sent = 0; sent < events; sent += 1) {
    const number = sent % clusters;
    const cluster = fleet[number];
    if (cluster === undefined) return;
    const isLast = sent >= events - clusters;
    const index = isLast ? perCluster - 1 : Math.floor(sent / clusters) % (perCluster - 1);
    cluster.version += 1;
    cluster.versions[index] = cluster.version;
    const line = event(number, index, cluster.version);
    for (const response of cluster.watches) response.write(line);
    const aheadMs = (sent / perSecond) * 1_000 - (performance.now() - begun);
    if (aheadMs > 5) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
}

process.on('message', ({ events, perSecond }: { events: number; perSecond: number }) => void change(events, perSecond));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
