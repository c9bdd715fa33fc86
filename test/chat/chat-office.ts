import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { createChat } from '../../src/chat/chat.ts';
import type { ChatPorts } from '../../src/chat/ports.ts';
import type { SlackSettings } from '../../src/chat/slack/slack-app.ts';
import { systemClock } from '../../src/doors/time.ts';
import type { WorkspaceSeed } from '../../src/playground/slack/seed.ts';
import { createWorkspace, type WorkspaceOptions } from '../../src/playground/slack/workspace.ts';
import type { Hold } from '../../src/vocabulary/hold.ts';
import type { Release, Request } from '../../src/vocabulary/release.ts';
import { type Silence, silenceId } from '../../src/vocabulary/silence.ts';
import { aRelease, at, releaseId } from '../support/builders.ts';

/** Of a chat that is never started. */
export const noSlack: SlackSettings = { botToken: '', connection: { mode: 'socket', appToken: '' }, apiUrl: '' };

/** Requests are decided at once here, as they are where a worker is free. */
const decided = { kind: 'queued' } as const;

const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../manifests/slack-app.json'), 'utf8'));

const seed: WorkspaceSeed = {
  team: { id: 'TACME', name: 'Acme', domain: 'acme' },
  app: { id: 'ASLUICE', name: 'Sluice', botUserId: 'USLUICE' },
  users: [
    { id: 'UANA', name: 'ana', real_name: 'Ana Lima', email: 'ana@acme.test' },
    { id: 'UBO', name: 'bo', real_name: 'Bo Chen' },
    { id: 'UMIA', name: 'mia', real_name: 'Mia Ray' },
    { id: 'UGUEST', name: 'guest', real_name: 'A Guest', is_restricted: true },
  ],
  usergroups: [{ id: 'SPLATFORM', handle: 'platform', name: 'Platform', users: ['UBO'] }],
  channels: [
    { id: 'CGENERAL', name: 'general' },
    { id: 'CQUIET', name: 'quiet', members: ['UANA'] },
    { id: 'GBOARD', name: 'board', is_private: true, members: ['UBO'] },
  ],
};

/** What chat asks of the other rooms, in memory; every part can be replaced. */
export function somePorts(over: Partial<ChatPorts> = {}) {
  const releases = new Map<string, Release>();
  const accepted: { request: Request; payload: string }[] = [];
  const payloads = new Map<string, Release>();
  const holds: Hold[] = [];
  const due: string[] = [];
  const silences = new Map<string, Silence>();
  /** What channels are told, by id; at its end how that came. */
  const notices = new Map<string, string>();
  const said = new Set<string>();
  const warnings: string[] = [];
  const note = () => (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const ports: Omit<ChatPorts, 'slack'> = {
    clock: systemClock,
    log: { debug: () => {}, info: () => {}, warn: note(), error: note() },
    accept: async (request, payload) => {
      accepted.push({ request, payload });
      const seen = payloads.get(payload);
      if (seen !== undefined) return { kind: 'seen', release: seen };
      const release = { ...aRelease({ id: releaseId(payloads.size + 101), state: decided }), request };
      payloads.set(payload, release);
      releases.set(release.id, release);
      return { kind: 'accepted', release };
    },
    acceptSigned: (request, payload) => ports.accept(request, payload),
    acceptChain: async (request, environments, payload) => {
      const [id] = environments.map((_, index) => releaseId(payloads.size + index + 101));
      if (id === undefined) return [];
      return environments.map((environment, index) => {
        const chain = { id, step: index + 1, environments: [...environments] };
        const own = { ...request, environment };
        accepted.push({ request: own, payload });
        const release = { ...aRelease({ id: releaseId(payloads.size + 101), chain, state: decided }), request: own };
        payloads.set(`${payload} ${environment}`, release);
        releases.set(release.id, release);
        return { release };
      });
    },
    chain: async (id) => [...releases.values()].filter(({ chain }) => chain?.id === id),
    release: async (id) => releases.get(id) ?? null,
    subjectOf: async () => null,
    transition: async (before, change) => {
      const stands = releases.get(before.id);
      if (stands !== undefined && stands.revision !== before.revision) return { kind: 'moved', record: stands };
      const record = { ...before, ...change, revision: before.revision + 1 };
      releases.set(record.id, record);
      return { kind: 'done', record };
    },
    preview: async () => ({ kind: 'refused', reasons: [] }),
    open: async () =>
      [...releases.values()].filter(({ state }) => ['requested', 'held', 'queued'].includes(state.kind)),
    reviews: async () =>
      [...releases.values()].filter(({ review }) => review !== undefined && review.done === undefined),
    lastWritten: async () => [...releases.values()].findLast(({ state }) => state.kind === 'written') ?? null,
    healthy: async () => [],
    history: async () => [...releases.values()].toReversed(),
    hold: async (hold) => {
      const set: Hold = { ...hold, revision: 1, state: { kind: 'active' } };
      holds.push(set);
      return set;
    },
    changeHold: async (id, next) => {
      const index = holds.findIndex((hold) => hold.id === id);
      const known = holds[index];
      const after = known === undefined ? null : next(known);
      if (after === null) return null;
      holds[index] = { ...after, revision: after.revision + 1 };
      return holds[index];
    },
    endHold: async (id) =>
      void holds.splice(
        holds.findIndex((hold) => hold.id === id),
        1,
      ),
    holds: async () => [...holds],
    drifts: async () => [],
    drift: async () => null,
    endedDrifts: async () => [],
    changeDrift: async () => null,
    mutes: async () => [],
    muteEnvironment: async () => {},
    unmuteEnvironment: async () => {},
    silence: async (wanted) => {
      const id = silenceId(wanted);
      const set: Silence = { kind: 'silence', id, revision: 1, since: at(), state: { kind: 'active' }, ...wanted };
      silences.set(id, set);
      return set;
    },
    endSilence: async (id) => void silences.delete(id),
    silences: async () => [...silences.values()],
    notice: async ({ id, text }) => void notices.set(id, text),
    endNotice: async (id, how) => void notices.set(id, how),
    changes: async () => '1',
    sayOnce: async (what) => !said.has(what) && said.add(what) !== undefined,
    unsay: async (what) => void said.delete(what),
    firstSeen: async () => true,
    markDirty: async () => {},
    reconcile: async () => ({ kind: 'not-granted' }),
    markDue: async (work) => void due.push(work),
    nudge: () => {},
    confirmRecord: async () => {},
    resumeLane: async () => {},
    clusters: () => [],
    healthyTimes: async () => [],
    deliveries: () => [],
    overviews: () => [],
    catalog: {
      names: () => ({ services: ['web', 'api'], environments: ['dev', 'production'] }),
      environment: (name) => ({ channel: `#releases-${name}`, clusters: [name] }),
      service: () => null,
      squad: () => null,
      snapshot: () => ({ kind: 'unreadable' }),
      artifacts: async () => [],
      lag: async () => ({ kind: 'same' }),
      find: async () => [],
      deployed: async () => [{ service: 'web', environment: 'dev', version: '1.4.1' }],
    },
    policies: {
      kinds: () => [{ kind: 'approvals', settings: ['from', 'count'] }],
      read: (text) => ({ kind: 'mistake', message: `"${text}" is no kind of policy`, next: 'approvals dev count 1' }),
      preview: async (_by, step) => ({ kind: 'refused', because: `no ${step.kind}`, problems: [] }),
      commit: async () => ({ kind: 'refused', because: 'that preview is too old' }),
      vote: async () => ({ kind: 'refused', because: 'no votes are asked for' }),
      withdraw: async () => ({ kind: 'refused', because: 'too late' }),
      open: async () => [],
    },
    decision: {
      may: async (user, role) => user === 'UMIA' || (role === 'releaser' && user === 'UANA'),
      mayReview: async ({ user }, release) =>
        user === release.request.requester.user
          ? { kind: 'may-not', because: 'you asked for it yourself' }
          : { kind: 'may' },
      mayVote: async ({ user }, release) => {
        if (user === release.request.requester.user) return { kind: 'may-not', because: 'you asked for it yourself' };
        return user === 'UBO'
          ? { kind: 'may', as: ['@platform'] }
          : { kind: 'may-not', because: 'only @platform may approve <web>' };
      },
    },
    ...over,
  };
  return {
    ports,
    releases,
    accepted,
    holds,
    silences,
    notices,
    due,
    warnings,
    put: (release: Release) => releases.set(release.id, release),
  };
}

/** A workspace of its own for one test. */
export async function aWorkspace(
  options: { readonly workspace?: Partial<WorkspaceOptions>; readonly scopes?: readonly string[] } = {},
) {
  const copy = structuredClone(manifest);
  if (options.scopes !== undefined) copy.oauth_config.scopes.bot = options.scopes;
  const workspace = await createWorkspace({ manifest: copy, seed, clock: systemClock, ...options.workspace });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A workspace of its own for one test, with the real chat room connected to it over Socket Mode. */
export async function anOffice(
  options: {
    readonly ports?: Partial<ChatPorts>;
    readonly slack?: Partial<SlackSettings>;
    readonly workspace?: Partial<WorkspaceOptions>;
    readonly scopes?: readonly string[];
  } = {},
) {
  const workspace = await aWorkspace(options);
  const world = somePorts(options.ports);
  const { botToken, appToken, apiUrl } = workspace;
  const connection = { mode: 'socket', appToken } as const;
  const slack = { botToken, connection, apiUrl, timeoutMs: 400, ...options.slack };
  const chat = createChat({ ...world.ports, slack });
  await chat.start();
  onTestFinished(async () => {
    await chat.stop();
  });
  const { control } = workspace;
  await control.waitFor(() => control.connected());
  return {
    ...world,
    chat,
    control,
    /** What somebody was told privately because of what they typed. */
    told: async (user: string, text: string, thread?: string) => {
      const before = control.ephemeral(user).length;
      const seen = await control.say(user, 'general', text, thread);
      await control.waitFor(() => control.ephemeral(user).length > before);
      return {
        notice: seen.notice,
        texts: control
          .ephemeral(user)
          .slice(before)
          .map(({ text: words }) => words),
      };
    },
  };
}
