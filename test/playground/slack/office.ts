import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/doors/time.ts';
import type { WorkspaceSeed } from '../../../src/playground/slack/seed.ts';
import {
  createWorkspace,
  type SlackWorkspace,
  type WorkspaceOptions,
} from '../../../src/playground/slack/workspace.ts';

const readManifest = (name: string): object =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../manifests', name), 'utf8'));
export const manifest = readManifest('slack-app.json');
export const httpManifest = readManifest('slack-app-http.json');

/** Three people, two groups, a public channel with the app, one without, and a private one. */
export const seed: WorkspaceSeed = {
  team: { id: 'TACME', name: 'Acme', domain: 'acme' },
  app: { id: 'ASLUICE', name: 'Sluice', botUserId: 'USLUICE' },
  users: [
    { id: 'UANA', name: 'ana', real_name: 'Ana Lima', title: 'Developer', email: 'ana@acme.test', color: '2b6cb0' },
    { id: 'UBO', name: 'bo', real_name: 'Bo Chen', title: 'Platform', email: 'bo@acme.test' },
    { id: 'UMIA', name: 'mia', real_name: 'Mia Ray', deleted: true },
  ],
  usergroups: [
    { id: 'SPLATFORM', handle: 'platform', name: 'Platform', users: ['UBO'] },
    { id: 'SDEVELOPERS', handle: 'developers', name: 'Developers', users: ['UANA', 'UBO'] },
  ],
  channels: [
    { id: 'CGENERAL', name: 'general', topic: 'All', messages: [{ user: 'UBO', text: 'Lunch?', minutesAgo: 5 }] },
    { id: 'CQUIET', name: 'quiet', members: ['UANA'] },
    { id: 'GBOARD', name: 'board', is_private: true, members: ['UBO'] },
  ],
};

/** A manifest with other scopes or events. */
export function manifestWith(change: {
  readonly scopes?: readonly string[];
  readonly events?: readonly string[];
}): object {
  const copy = JSON.parse(JSON.stringify(manifest));
  if (change.scopes !== undefined) copy.oauth_config.scopes.bot = change.scopes;
  if (change.events !== undefined) copy.settings.event_subscriptions.bot_events = change.events;
  return copy;
}

/** A workspace that lives as long as the test. */
export async function aWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<SlackWorkspace> {
  const workspace = await createWorkspace({ manifest, seed, clock: systemClock, ...options });
  onTestFinished(() => workspace.close());
  return workspace;
}

export const silent = {
  ...{ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  ...{ setLevel: () => {}, getLevel: () => LogLevel.ERROR, setName: () => {} },
};

/** For tests of a reconnect, which comes so long after the end of a connection. A busy machine answers pings too late for that. */
export const soonBackMs = 300;

/** The real Bolt, connected over Socket Mode. */
export async function aBoltApp(
  workspace: SlackWorkspace,
  prepare: (app: App) => void,
  clientPingTimeout = 5_000,
): Promise<App> {
  const clientOptions = { slackApiUrl: workspace.apiUrl, retryConfig: { retries: 0 }, logger: silent };
  const receiver = new SocketModeReceiver({
    appToken: workspace.appToken,
    logger: silent,
    clientPingTimeout,
    installerOptions: { clientOptions },
  });
  const app = new App({ token: workspace.botToken, receiver, clientOptions, logger: silent });
  prepare(app);
  await app.start();
  onTestFinished(async () => {
    await app.stop();
  });
  return app;
}

type Answer = Readonly<Record<string, unknown>> & { readonly ok?: unknown };

/** A call as any client may make it; beside the answer `status` and the `headers`. */
export async function call(
  workspace: SlackWorkspace,
  method: string,
  args: Readonly<Record<string, unknown>> = {},
  token = workspace.botToken,
): Promise<Answer & { readonly headers: Headers; readonly ts?: unknown; readonly url?: unknown }> {
  const response = await fetch(`${workspace.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(args),
  });
  return { ...(await answerOf(response)), status: response.status, headers: response.headers };
}

export async function answerOf(response: Response): Promise<Answer> {
  return JSON.parse(await response.text());
}
