import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { messageOf } from '../doors/errors.ts';
import { readBody } from '../doors/http.ts';
import type { Ci } from './ci.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { GitServer } from './git.ts';
import { commitFromOutside, type OutsideCommit } from './outside.ts';
import type { Action, Parameter } from './panel-action.ts';
import { driftActions } from './panel-drift.ts';
import { requestUrl } from './request-url.ts';
import { environments } from './seed/repository.ts';
import { builds } from './seed/versions.ts';

export interface PanelPorts {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly git: GitServer;
  readonly ci: Ci;
}

const services = Object.keys(builds);

/** What can be broken, and mended again. */
function actionsOf({ clusters, git, ci }: PanelPorts): readonly Action[] {
  const service: Parameter = { name: 'service', label: 'Service', options: services };
  const environment: Parameter = { name: 'environment', label: 'Environment', options: Object.keys(environments) };
  const cluster: Parameter = { name: 'cluster', label: 'Cluster', options: [...clusters.keys()] };
  const kustomization: Parameter = {
    name: 'kustomization',
    label: 'Kustomization',
    options: ['shop', 'search', 'checkout', 'payments', 'mail'],
  };
  const inEnvironment = (name: string | undefined) =>
    [...clusters.values()].filter(({ name: each }) =>
      Object.entries(environments).some(
        ([known, members]) => known === name && members.some((member) => member === each),
      ),
    );
  const named = (name: string | undefined) => [...clusters.values()].filter((each) => each.name === name);
  const rollout = (
    id: string,
    label: string,
    description: string,
    order: (cluster: Cluster, service: string) => void,
  ): Action => ({
    id,
    group: 'Next rollout',
    label,
    description,
    params: [service, environment],
    run: (params) => {
      for (const each of inEnvironment(params['environment'])) order(each, params['service'] ?? '');
      return `The next new version of ${params['service']} in ${params['environment']} will ${label.toLowerCase()}.`;
    },
  });
  const running = (id: string, label: string, description: string, crashes: boolean): Action => ({
    id,
    group: 'What runs',
    label,
    description,
    params: [service, environment],
    run: (params) => {
      for (const each of inEnvironment(params['environment'])) each.crashNow(params['service'] ?? '', crashes);
      return `${params['service']} in ${params['environment']} ${crashes ? 'crashes' : 'starts anew'}.`;
    },
  });
  const outside = (kind: OutsideCommit, label: string, description: string): Action => ({
    id: `outside-${kind.replace(' ', '-')}`,
    group: 'Git',
    label,
    description,
    params: kind === 'another file' ? [] : [service, environment],
    run: (params) =>
      `Committed ${commitFromOutside(git, kind, params['service'] ?? 'web', params['environment'] ?? 'dev').slice(0, 7)} as somebody else.`,
  });
  return [
    rollout('crash', 'Crash', 'Its pods end up in CrashLoopBackOff.', (each, name) => each.crashNext(name)),
    rollout('stall', 'Stall', 'Its pods start, but never become ready.', (each, name) => each.stallNext(name)),
    rollout('pull', 'Miss its image', 'Its image cannot be pulled.', (each, name) => each.pullNext(name)),
    running('crash-now', 'Crash', 'What runs ends up in CrashLoopBackOff, as with a leak.', true),
    running('mend', 'Mend', 'Its pods start anew, and run again.', false),
    ...driftActions({ git, named, service, cluster, environment }),
    {
      id: 'cut',
      group: 'Clusters',
      label: 'Cut off',
      description: 'The API server cannot be reached any more.',
      params: [cluster],
      run: (params) => each(named(params['cluster']), (one) => one.cutOff(true), 'is cut off.'),
    },
    {
      id: 'join',
      group: 'Clusters',
      label: 'Bring back',
      description: 'The API server can be reached again.',
      params: [cluster],
      run: (params) => each(named(params['cluster']), (one) => one.cutOff(false), 'is back.'),
    },
    {
      id: 'watches',
      group: 'Clusters',
      label: 'Drop watches',
      description: 'All open watches end, and their history is gone.',
      params: [cluster],
      run: (params) =>
        each(
          named(params['cluster']),
          (one) => {
            one.expire();
            one.dropWatches();
          },
          'has dropped its watches.',
        ),
    },
    {
      id: 'suspend',
      group: 'Clusters',
      label: 'Suspend',
      description: 'Flux stops applying this Kustomization.',
      params: [kustomization, cluster],
      run: (params) =>
        each(
          named(params['cluster']),
          (one) => one.suspend(params['kustomization'] ?? '', true),
          `has suspended ${params['kustomization']}.`,
        ),
    },
    {
      id: 'resume',
      group: 'Clusters',
      label: 'Resume',
      description: 'Flux applies it again.',
      params: [kustomization, cluster],
      run: (params) =>
        each(
          named(params['cluster']),
          (one) => one.suspend(params['kustomization'] ?? '', false),
          `has resumed ${params['kustomization']}.`,
        ),
    },
    {
      id: 'git-stop',
      group: 'Git',
      label: 'Stop the remote',
      description: 'Nobody can fetch or push.',
      params: [],
      run: () => {
        git.stop();
        return 'The Git remote is gone.';
      },
    },
    {
      id: 'git-start',
      group: 'Git',
      label: 'Start the remote',
      description: 'It is back.',
      params: [],
      run: () => {
        git.start();
        return 'The Git remote is back.';
      },
    },
    outside('another file', 'Commit elsewhere', 'Somebody changes another file.'),
    outside(
      'neighbour',
      "Commit a neighbour's line",
      'Somebody changes the other service in the same file (web and api share one).',
    ),
    outside('own line', "Commit the service's line", 'Somebody changes the very line that Sluice would write.'),
    {
      id: 'artifact',
      group: 'CI',
      label: 'Build a version',
      description: 'CI posts a new artifact from main.',
      params: [service],
      run: (params) => ci.build(params['service'] ?? 'web'),
    },
    {
      id: 'scan',
      group: 'CI',
      label: 'Scan a version',
      description: 'CI posts the result of a scan for the newest version of main; search 3.1.1 waits for its own.',
      params: [service, { name: 'result', label: 'Result', options: ['passed', 'failed'] }],
      run: (params) => ci.scan(params['service'] ?? 'web', params['result'] === 'failed' ? 'failed' : 'passed'),
    },
  ];
}

function each(clusters: readonly Cluster[], act: (cluster: Cluster) => void, what: string): string {
  for (const cluster of clusters) act(cluster);
  return clusters.map(({ name }) => `${name} ${what}`).join(' ');
}

const doSchema = z.object({ id: z.string(), params: z.record(z.string(), z.string()).default({}) });

/** The HTTP side of the panel; false for requests that are not its own. */
export function createPanel(ports: PanelPorts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const actions = actionsOf(ports);
  const state = () => ({
    clusters: [...ports.clusters.values()].map((cluster) => cluster.state()),
    git: { up: ports.git.up(), commits: ports.git.log(8) },
    actions: actions.map(({ run: _run, ...shown }) => shown),
  });
  const perform = async (request: IncomingMessage): Promise<{ ok: boolean; message: string }> => {
    const parsed = doSchema.safeParse(JSON.parse((await readBody(request))?.toString() || '{}'));
    const action = parsed.success ? actions.find(({ id }) => id === parsed.data.id) : undefined;
    if (!parsed.success || action === undefined) return { ok: false, message: 'There is no such action.' };
    const { params } = parsed.data;
    const wrong = action.params.find(({ name, options }) => !options.includes(params[name] ?? ''));
    if (wrong !== undefined) return { ok: false, message: `Choose one of the ${wrong.label.toLowerCase()}s first.` };
    return { ok: true, message: await action.run(params) };
  };
  return (request, response) => {
    const path = requestUrl(request).pathname;
    if (path !== '/panel/state' && path !== '/panel/do') return false;
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!isLocal(request)) send(403, { ok: false, message: 'Only from this machine.' });
    else if (path === '/panel/state' && request.method === 'GET') send(200, state());
    else if (path === '/panel/do' && request.method === 'POST')
      perform(request).then(
        (outcome) => send(200, outcome),
        (error) => send(200, { ok: false, message: messageOf(error) }),
      );
    else send(405, { ok: false, message: 'GET the state, POST what to do.' });
    return true;
  };
}

/** A foreign page must not reach this through somebody's browser. */
function isLocal({ headers }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const origin = headers.origin === undefined ? host : URL.parse(headers.origin)?.hostname;
  return [host, origin].every((name) => name === '127.0.0.1' || name === 'localhost');
}
