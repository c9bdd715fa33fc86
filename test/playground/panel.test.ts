import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Cluster, createCluster } from '../../src/playground/cluster/cluster.ts';
import { createGitServer, type GitServer } from '../../src/playground/git.ts';
import { stories } from '../../src/playground/page/stories.js';
import { createPanel } from '../../src/playground/panel.ts';
import { repositoryFiles } from '../../src/playground/seed/repository.ts';

const by = { message: 'Describe our clusters\n', author: 'Cy Chen <cy@acme.test>' };
const until = { timeout: 8_000, interval: 30 };
const stateSchema = z.object({
  clusters: z.array(
    z.object({
      name: z.string(),
      cut: z.boolean(),
      services: z.array(
        z.object({
          name: z.string(),
          namespace: z.string(),
          image: z.string(),
          ready: z.number(),
          wanted: z.number(),
          health: z.string(),
        }),
      ),
      kustomizations: z.array(
        z.object({ name: z.string(), ready: z.string(), message: z.string(), revision: z.string() }),
      ),
    }),
  ),
  git: z.object({
    up: z.boolean(),
    commits: z.array(z.object({ sha: z.string(), title: z.string(), author: z.string() })),
  }),
  actions: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      group: z.string(),
      description: z.string(),
      params: z.array(z.object({ name: z.string(), label: z.string(), options: z.array(z.string()) })),
    }),
  ),
});

let folder: string;
let git: GitServer;
let cluster: Cluster;
let server: Server;
let port = 0;
const pushed: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-panel-'));
  git = await createGitServer({ folder, token: 'token' });
  git.commit(repositoryFiles(), by);
  cluster = await createCluster({
    name: 'dev',
    git: { url: git.url },
    path: 'clusters/dev',
    token: 'token',
    speed: 20,
  });
  await cluster.ready();
  const ci = {
    build: async (service: string) => {
      pushed.push(service);
      return `CI built ${service}`;
    },
    scan: async (service: string, result: string) => {
      pushed.push(`${service} ${result}`);
      return `Scanned ${service}`;
    },
  };
  const panel = createPanel({ clusters: new Map([['dev', cluster]]), git, ci });
  server = createServer((incoming, outgoing) => {
    if (!panel(incoming, outgoing)) outgoing.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await cluster.close();
  await git.close();
  rmSync(folder, { recursive: true, force: true });
});

async function state() {
  return stateSchema.parse(await (await fetch(`http://127.0.0.1:${port}/panel/state`)).json());
}

async function act(id: string, params: Readonly<Record<string, string>> = {}) {
  const body = JSON.stringify({ id, params });
  return (await fetch(`http://127.0.0.1:${port}/panel/do`, { method: 'POST', body })).json();
}

/** A request with any target and headers, as no browser would make it. */
function raw(target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}

const web = () => cluster.state().services.find(({ name }) => name === 'web');

describe('panel', () => {
  it('can do all that the stories of the page do', async () => {
    const { actions } = await state();
    for (const { run } of stories.flatMap(({ steps }) => steps)) {
      if (run === undefined) continue;
      const action = actions.find(({ id }) => id === run.id);
      expect(Object.keys(run.params), run.id).toEqual(action?.params.map(({ name }) => name));
    }
  });

  it('shows clusters, Git and what can be done', async () => {
    const shown = await state();
    expect(shown.clusters[0]?.services.map(({ name }) => name).toSorted()).toEqual([
      'api',
      'checkout',
      'mail',
      'payments',
      'search',
      'web',
    ]);
    expect(shown.git).toMatchObject({ up: true, commits: [{ title: 'Describe our clusters', author: 'Cy Chen' }] });
    for (const { label, description, params } of shown.actions) {
      expect(label).toMatch(/^[A-Z]/);
      expect(description).toMatch(/\.$/);
      for (const { options } of params) expect(options.length).toBeGreaterThan(0);
    }
  });

  it('breaks the next rollout of a service, and only that one', async () => {
    const ordered = await act('crash', { service: 'web', environment: 'dev' });
    expect(ordered).toMatchObject({ ok: true });
    await act('outside-own-line', { service: 'web', environment: 'dev' });
    cluster.poke();
    await vi.waitFor(() => expect(web()).toMatchObject({ health: 'failing', ready: 3 }), until);
    expect(cluster.running('web')).toMatch(/:1\.3\.9$/);
    await act('outside-own-line', { service: 'web', environment: 'dev' });
    cluster.poke();
    await vi.waitFor(() => expect(web()).toMatchObject({ health: 'healthy', ready: 3, wanted: 3 }), until);
  });

  it('edits live, which Flux corrects', async () => {
    const before = web()?.image;
    expect(await act('edit', { service: 'web', cluster: 'dev' })).toMatchObject({ ok: true });
    expect(web()?.image).toMatch(/edited$/);
    await vi.waitFor(() => expect(web()?.image).toBe(before), until);
  });

  it('scales, deletes and restarts live, which Flux corrects', async () => {
    await act('scale', { service: 'web', cluster: 'dev' });
    await vi.waitFor(() => expect(web()).toMatchObject({ wanted: 3, ready: 3 }), until);
    await act('delete', { service: 'web', cluster: 'dev' });
    expect(web()?.image ?? '').toBe('');
    await vi.waitFor(() => expect(web()).toMatchObject({ wanted: 3, ready: 3 }), until);
    expect(await act('restart', { service: 'web', cluster: 'dev' })).toMatchObject({ ok: true });
  });

  it('breaks what kustomize builds, and mends it', async () => {
    const before = git.read('apps/dev/mail/kustomization.yaml');
    await act('break-build', { service: 'mail', environment: 'dev' });
    expect(git.read('apps/dev/mail/kustomization.yaml')).toContain('missing.yaml');
    await act('break-build', { service: 'mail', environment: 'dev' });
    expect(git.read('apps/dev/mail/kustomization.yaml')).toBe(before);
  });

  it('cuts a cluster off and brings it back', async () => {
    await act('cut', { cluster: 'dev' });
    expect((await state()).clusters[0]?.cut).toBe(true);
    await expect(fetch(`${cluster.url}/version`)).rejects.toThrow();
    await act('join', { cluster: 'dev' });
    expect((await state()).clusters[0]?.cut).toBe(false);
    expect((await fetch(`${cluster.url}/version`)).status).toBe(401);
  });

  it('stops the remote and starts it again', async () => {
    await act('git-stop');
    expect((await state()).git.up).toBe(false);
    await expect(fetch(git.url)).rejects.toThrow();
    await act('git-start');
    expect((await state()).git.up).toBe(true);
  });

  it('suspends and resumes', async () => {
    await act('suspend', { kustomization: 'mail', cluster: 'dev' });
    await act('outside-own-line', { service: 'mail', environment: 'dev' });
    await act('watches', { cluster: 'dev' });
    const wanted = git.head();
    const revision = (name: string) =>
      cluster.state().kustomizations.find((each) => each.name === name)?.revision ?? '';
    cluster.poke();
    await vi.waitFor(() => expect(revision('payments')).toContain(wanted), until);
    expect(revision('mail')).not.toContain(wanted);
    await act('resume', { kustomization: 'mail', cluster: 'dev' });
    await vi.waitFor(() => expect(revision('mail')).toContain(wanted), until);
  });

  it('lets CI build and scan', async () => {
    expect(await act('artifact', { service: 'search' })).toEqual({ ok: true, message: 'CI built search' });
    expect(await act('scan', { service: 'search', result: 'failed' })).toEqual({ ok: true, message: 'Scanned search' });
    expect(pushed).toEqual(['search', 'search failed']);
  });

  it.each([
    ['an unknown action', 'format-disk', {}, /no such action/],
    ['a parameter that is not offered', 'cut', { cluster: 'prod-mars' }, /Choose one of the clusters/],
    ['a missing parameter', 'crash', { service: 'web' }, /Choose one of the environments/],
  ])('refuses %s', async (_, id, params, message) => {
    expect(await act(id, params)).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });

  it('answers a broken body', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/panel/do`, { method: 'POST', body: '{"id":' });
    expect(await answer.json()).toMatchObject({ ok: false });
  });

  it.each([
    ['a foreign page', { origin: 'https://evil.example' }],
    ['a page without an address', { origin: 'null' }],
    ['a name that points here', { host: 'evil.example' }],
  ])('refuses %s', async (_, headers) => {
    expect(await raw('/panel/state', headers)).toBe(403);
  });

  it('outlives a target that is no address', async () => {
    expect(await raw('//')).toBe(404);
    const answer = await new Promise<number>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: Number(new URL(git.url).port), path: '//' }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(answer).toBe(404);
    expect((await state()).git.up).toBe(true);
  });
});
