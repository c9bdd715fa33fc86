import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { applyPatch, openApi, pathOf } from '../api.ts';
import { freePorts, type ServerProcess, startServer, until } from './server-process.ts';

export interface ControlPlane {
  /** With all rights. */
  readonly kubeconfig: string;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

const controllers = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'garbage-collector-controller',
];

/** etcd, kube-apiserver, kube-controller-manager and kustomize-controller, on free ports of 127.0.0.1. */
export async function startControlPlane(binaries: string): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-flux-'));
  const running: ServerProcess[] = [];
  const close = async () => {
    for (const server of running.toReversed()) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts(6);
    const [etcd = 0, peer = 0, secure = 0, manager = 0, metrics = 0, health = 0] = ports;
    const key = join(folder, 'service-accounts.key');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
    const kubeconfig = join(folder, 'admin.kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(`https://127.0.0.1:${secure}`, 'admintoken'));
    const start = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      running.push(startServer(join(binaries, name), args, folder, env));
    start('etcd', etcdArgs(folder, etcd, peer));
    start('kube-apiserver', apiServerArgs(folder, key, etcd, secure));
    const api = openApi(kubeconfig);
    await until('the API server is ready', running, async () => (await api.call('GET', '/readyz')).status === 200);
    start('kube-controller-manager', [
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${key}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${manager}`,
      `--controllers=${controllers.join(',')}`,
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ]);
    await defineFlux(api, join(binaries, 'crds'), running);
    start(
      'kustomize-controller',
      [
        '--watch-all-namespaces',
        '--log-encoding=json',
        '--enable-leader-election=false',
        `--metrics-addr=127.0.0.1:${metrics}`,
        `--health-addr=127.0.0.1:${health}`,
        '--requeue-dependency=5s',
        // A health check holds a worker: scenarios that play side by side must not wait for each other.
        '--concurrent=60',
        '--kube-api-qps=500',
        '--kube-api-burst=1000',
      ],
      { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system' },
    );
    return { kubeconfig, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Without an authority the server is not verified: ours has a certificate that nobody signed. */
export function kubeconfigOf(server: string, token: string, authority: string | null = null): string {
  const verified =
    authority === null ? { 'insecure-skip-tls-verify': true } : { 'certificate-authority-data': authority };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'flux',
    clusters: [{ name: 'flux', cluster: { server, ...verified } }],
    users: [{ name: 'flux', user: { token } }],
    contexts: [{ name: 'flux', context: { cluster: 'flux', user: 'flux' } }],
  });
}

function etcdArgs(folder: string, client: number, peer: number): string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ];
}

function apiServerArgs(folder: string, key: string, etcd: number, port: number): string[] {
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, 'admintoken,admin,admin,"system:masters"\n', { mode: 0o600 });
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    `--token-auth-file=${tokens}`,
    '--allow-privileged=true',
    '--disable-admission-plugins=ServiceAccount',
    '--service-cluster-ip-range=10.0.0.0/24',
  ];
}

const definitionSchema = z.object({
  items: z.array(
    z.object({
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }),
    }),
  ),
});

async function defineFlux(api: ReturnType<typeof openApi>, crds: string, running: readonly ServerProcess[]) {
  const files = readdirSync(crds).filter((file) => file.endsWith('.yaml'));
  for (const file of files) {
    const text = readFileSync(join(crds, file), 'utf8');
    const name = /^ {2}name: (\S+)$/m.exec(text)?.[1] ?? '';
    await api.must('PATCH', `${pathOf('CustomResourceDefinition', '', name)}?fieldManager=test&force=true`, {
      type: applyPatch,
      text,
    });
  }
  await until('the definitions are established', running, async () => {
    const { items } = definitionSchema.parse(await api.get(pathOf('CustomResourceDefinition', '')));
    const established = items.filter(({ status }) =>
      status.conditions.some(({ type, status: value }) => type === 'Established' && value === 'True'),
    );
    return established.length >= files.length;
  });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } };
  await api.must('POST', pathOf('Namespace', ''), { type: 'application/json', text: JSON.stringify(namespace) });
  for (const name of ['node-a', 'node-b']) {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
    await api.must('POST', pathOf('Node', ''), { type: 'application/json', text: JSON.stringify(node) });
    // The API server marks a new node as not ready, which keeps a DaemonSet away.
    const type = 'application/merge-patch+json';
    await api.must('PATCH', pathOf('Node', '', name), { type, text: '{"spec":{"taints":null}}' });
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' };
    const text = JSON.stringify({ status: { conditions: [ready] } });
    await api.must('PATCH', `${pathOf('Node', '', name)}/status`, { type, text });
  }
}
