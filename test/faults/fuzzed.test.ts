import { describe, expect, onTestFinished, test } from 'vitest';
import { artifactRoutes } from '../../src/catalog/artifact-route.ts';
import { createChat } from '../../src/chat/chat.ts';
import { commandTable, exampleOf } from '../../src/chat/command-table.ts';
import { parse } from '../../src/chat/grammar.ts';
import { createHttpReceiver } from '../../src/chat/slack/http-receiver.ts';
import { readTypedLine } from '../../src/decision/typed-line.ts';
import { editPlace, placesIn, readPlace } from '../../src/gitops/places/places.ts';
import { editPolicies } from '../../src/gitops/policy-edit.ts';
import { checkSluiceFile, policyOf } from '../../src/sluice-yaml.ts';
import { aWorkspace, somePorts } from '../chat/chat-office.ts';
import { aClock, anArtifact, noonMs, releaseId, sluiceYaml } from '../support/builders.ts';
import { mutatedJson, mutatedText, pickOf } from '../support/mutated.ts';
import { seeded } from '../support/seeded.ts';
import { signedRequest, signingSecret, slashBody } from '../support/signed.ts';

/** `npm run fuzz` runs many more. Each case has a seed of its own, which a failure names. */
const cases = Number(process.env['FUZZ_CASES'] ?? 1_500);
const first = Number(process.env['FAULT_SEED'] ?? 1) * 1_000_003;
/** Of how many cases the event loop is let go, so that a run that hangs is ended by its limit. */
const atOnce = 200;
const longestMs = 3_600_000;

type Case = (random: () => number) => void | Promise<void>;

/** Runs this share of all cases: what is thrown is told with the seed under which it is thrown again. */
async function run(share: number, one: Case): Promise<void> {
  const count = Math.max(50, Math.floor(cases * share));
  for (let number = 0; number < count; number += 1) {
    const seed = first + number;
    try {
      const ran = one(seeded(seed));
      if (ran !== undefined) await ran;
    } catch (error) {
      throw new Error(`It broke under seed ${seed}`, { cause: error });
    }
    if (number % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

const names = {
  services: ['web', 'api', 'search', 'mail', 'status-page'],
  environments: ['dev', 'staging', 'production'],
  squads: ['storefront'],
};
const words = [
  ...[...names.services, ...names.environments, ...names.squads, 'squad', 'everything', '1.4.2', 'main', '01KABCDEF'],
  ...[
    'because',
    'ref',
    'for',
    'until',
    'from',
    'to',
    'by',
    'since',
    'override',
    'all',
    '2h',
    '16:00',
    '2026-11-24',
    ',',
  ],
  ...commandTable.map(({ verb }) => verb),
];

test(
  'what people type is a command, or a mistake that offers only what is understood',
  async () => {
    const examples = commandTable.map((row) =>
      exampleOf(row)
        .replace(/^\/release ?/, '')
        .replace(/^\//, ''),
    );
    const thread = { release: releaseId(), service: 'web', environment: 'production' };
    await run(0.5, (random) => {
      const typed =
        random() < 0.5
          ? mutatedText(pickOf(random, examples), random, words)
          : Array.from({ length: Math.floor(random() * 9) }, () => pickOf(random, words)).join(' ');
      const said = pickOf(random, ['/release', '/rollback', 'mention'] as const);
      const parsed = parse(typed, said, names, said === 'mention' && random() < 0.3 ? thread : undefined);
      if (parsed.kind === 'command') return;
      expect(parsed.message).not.toBe('');
      if (parsed.next?.startsWith('/') !== true || said === 'mention') return;
      const [, command = '', rest = ''] = /^(\/release|\/rollback) ?(.*)$/s.exec(parsed.next) ?? [];
      expect(parse(rest, command === '/rollback' ? command : '/release', names).kind, parsed.next).toBe('command');
    });
  },
  longestMs,
);

test(
  'a policy as it is typed is a line, or a mistake',
  async () => {
    const examples = [
      'approvals production from @platform count 2 within 4h',
      'freeze-window production days fri from 15:00 to 24:00 timezone Europe/Copenhagen',
      'promotion-order services [web] environments [production] soak 2h',
      'rule expression \'plan.step != "major"\' message no majors',
      'checks production checks ci,scan within 7d because audit',
    ];
    await run(0.1, (random) => {
      const read = readTypedLine(mutatedText(pickOf(random, examples), random, words), names);
      expect(['line', 'mistake']).toContain(read.kind);
      if (read.kind === 'line') policyOf(read.line);
    });
  },
  longestMs,
);

test(
  'sluice.yaml in any state is valid, or has problems that name their place',
  async () => {
    const lines = sluiceYaml.split('\n').map((line) => line.trim());
    await run(0.05, (random) => {
      const text = mutatedText(sluiceYaml, random, lines);
      const checked = checkSluiceFile(text, 'sluice.yaml');
      const edited = editPolicies(text, { kind: 'add', item: { kind: 'locks', override: ['operator'] } });
      if (checked.kind === 'parsed') return;
      expect(edited.kind).toBe('refused');
      expect(checked.problems.length).toBeGreaterThan(0);
      expect(checked.problems.length).toBeLessThanOrEqual(20);
      const count = text.split('\n').length;
      for (const { line, column, message } of checked.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(count + 1);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
    });
  },
  longestMs,
);

describe('a file that holds a version', () => {
  const path = 'apps/dev/kustomization.yaml';
  const image = 'registry.acme.test/web';
  const digest = `sha256:${'ab'.repeat(32)}`;
  const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base] # shared
images:
  - name: ${image}
    newTag: "1.4.1" # by Sluice
  - {name: other, newTag: 2.0.0}
`;
  const helm = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web }
spec:
  values:
    image:
      repository: ${image}
      tag: 1.4.1
      digest: ${digest}
`;
  const block = `data:
  values.yaml: |
    image:
      tag: 1.4.1
  other: &x 1
`;
  const deployment = `kind: Deployment
spec:
  template:
    spec:
      containers:
        - {name: web, image: "${image}:1.4.1"} # {"$imagepolicy": "apps:web"}
        - name: side
          image: ${image}:1.4.1@${digest}
`;
  const samples = [
    [kustomization, { kind: 'kustomize-image', path, image }],
    [helm, { kind: 'helm-value', path, tag: 'image.tag', digest: 'image.digest' }],
    [block, { kind: 'yaml-value', path, tag: 'image.tag', inside: 'data.values\\.yaml' }],
    [deployment, { kind: 'container-image', path, image }],
    [deployment, { kind: 'setter-marker', path, policy: 'apps:web' }],
    ['A=1\nWEB_VERSION=1.4.1\n#x\n', { kind: 'env-value', path, variable: 'WEB_VERSION' }],
  ] as const;
  const versions = ['1.4.2', '1.10', '0x1f', 'yes', '2026-11-24', '1_000', 'v1.0.0-rc.1'];

  test(
    'is edited so that it reads back as what was wanted, with all else as it was, or is left alone',
    async () => {
      await run(0.2, (random) => {
        const [sample, place] = pickOf(random, samples);
        const text = mutatedText(sample, random, [...sample.split('\n'), ...words]);
        placesIn(path, text);
        readPlace(place, text);
        const wanted = { version: pickOf(random, versions), digest };
        const edited = editPlace(place, text, wanted);
        if (edited.kind !== 'edited') return;
        const read = readPlace(place, edited.text);
        expect(read.kind === 'found' ? read.placed.version : read.kind).toBe(wanted.version);
        const [before, after] = [text.split('\n'), edited.text.split('\n')];
        const same = before.filter((line) => after.includes(line)).length;
        expect(same).toBeGreaterThanOrEqual(before.length - edited.lines.length);
      });
    },
    longestMs,
  );
});

describe('what comes over HTTP', () => {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

  test(
    'as an artifact is taken or refused with a reason, and what is taken is what the record may hold',
    async () => {
      const taken: unknown[] = [];
      const [post] = artifactRoutes({
        admit: async () => ({ kind: 'admitted', caller: { objection: () => null } }),
        add: async (artifact) => {
          taken.push(artifact);
          return { kind: 'added' };
        },
        rows: async () => [],
        servicesWith: async () => names.services,
        clock: aClock(),
        log: silent,
      });
      if (post === undefined) throw new Error('there is a route');
      const checks = [
        { name: 'ci', state: 'passed' as const, at: '2026-11-24T11:00:00.000Z', url: 'https://ci.acme.test/1' },
      ];
      const sample = { ...anArtifact({ checks, touches: ['migrations/1.sql'] }) };
      await run(0.12, async (random) => {
        const json = JSON.stringify(mutatedJson(sample, random));
        const body = random() < 0.3 ? mutatedText(json, random, words) : json;
        const url = new URL('http://127.0.0.1/artifacts');
        const answer = await post.handle({ url, headers: {}, body: Buffer.from(body) });
        expect([200, 201, 400, 409, 413, 422, 503]).toContain(answer.status);
      });
      expect(taken.length).toBeGreaterThan(0);
    },
    longestMs,
  );

  test(
    'under the signature of Slack is handed on as an object, or refused',
    async () => {
      const { receiver, route } = createHttpReceiver({
        signingSecret,
        clock: { now: () => noonMs },
        log: silent,
        firstSeen: async () => true,
      });
      const handed: unknown[] = [];
      receiver.init({
        processEvent: async ({ body, ack }) => {
          handed.push(body);
          expect(Array.isArray(body)).toBe(false);
          await ack();
        },
      });
      await receiver.start();
      const event = {
        type: 'event_callback',
        team_id: 'TACME',
        event: { type: 'app_mention', user: 'UANA', text: 'hi' },
      };
      const click = { type: 'block_actions', user: { id: 'UANA' }, actions: [{ action_id: 'release.go', value: 'x' }] };
      await run(0.1, async (random) => {
        const isForm = random() < 0.5;
        const json = JSON.stringify(mutatedJson(isForm ? click : event, random));
        const text = random() < 0.3 ? mutatedText(json, random, words) : json;
        const form = random() < 0.5 ? `payload=${encodeURIComponent(Buffer.from(text).toString())}` : `payload=${text}`;
        const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
        const answer = await route.handle(signedRequest(isForm ? form : text, noonMs, { type }));
        expect([200, 400, 401, 404]).toContain(answer.status);
      });
      expect(handed.length).toBeGreaterThan(0);
    },
    longestMs,
  );

  test(
    'of Slack and by the whole of chat is answered, whatever is in it',
    async () => {
      const workspace = await aWorkspace();
      const { ports } = somePorts();
      const connection = { mode: 'http', signingSecret } as const;
      const slack = { botToken: workspace.botToken, connection, apiUrl: workspace.apiUrl, timeoutMs: 2_000 };
      const chat = createChat({ ...ports, clock: { now: () => noonMs }, slack });
      await chat.start();
      onTestFinished(() => chat.stop());
      const route = chat.routes.find(({ path }) => path === '/slack/events');
      if (route === undefined) throw new Error('there is a route');
      await run(0.005, async (random) => {
        const { type, payload } = pickOf(random, payloads(workspace.url));
        const mutated = mutatedJson(payload, random);
        const json = JSON.stringify(mutated) ?? '';
        const fields = Object.entries(mutated ?? {}).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
        ]);
        const body =
          type === 'event'
            ? json
            : type === 'command'
              ? new URLSearchParams(fields.map(([name, value]) => [name, value.toWellFormed()])).toString()
              : new URLSearchParams({ payload: json }).toString();
        const content = type === 'event' ? 'application/json' : 'application/x-www-form-urlencoded';
        const answer = await route.handle(signedRequest(body, noonMs, { type: content }));
        // 500: over an event that is no object Bolt itself stumbles, which is logged; the next one is heard.
        expect([200, 400, 404, 500]).toContain(answer.status);
      });
      const genuine = await route.handle(signedRequest(slashBody('help'), noonMs));
      expect(genuine.status).toBe(200);
    },
    longestMs,
  );
});

/** One payload of each kind that chat listens to. */
function payloads(url: string) {
  const team = { id: 'TACME' };
  const user = { id: 'UANA' };
  const view = { id: 'V1', hash: '1', private_metadata: '{}', callback_id: 'release', state: { values: {} } };
  const event = (inner: object) => ({
    type: 'event' as const,
    payload: { type: 'event_callback', team_id: 'TACME', event_id: 'Ev1', event: { user: 'UANA', ...inner } },
  });
  const interaction = (inner: object) => ({
    type: 'interaction' as const,
    payload: { team, user, trigger_id: '1.2', ...inner },
  });
  const slash = {
    ...{ command: '/release', text: 'web dev 1.4.2', user_id: 'UANA', channel_id: 'CGENERAL', team_id: 'TACME' },
    ...{ trigger_id: '1.2.a', response_url: `${url}/nowhere` },
  };
  const action = { action_id: 'release.approve', block_id: 'b', value: releaseId(), type: 'button' };
  const container = { type: 'message', message_ts: '1.2', channel_id: 'CGENERAL' };
  return [
    { type: 'command' as const, payload: slash },
    event({ type: 'app_mention', channel: 'CGENERAL', ts: '1.2', thread_ts: '1.1', text: '<@USLUICE> status web' }),
    event({ type: 'app_home_opened', channel: 'DANA', tab: 'home' }),
    event({ type: 'member_joined_channel', channel: 'CQUIET' }),
    interaction({ type: 'block_actions', actions: [action], container, response_url: `${url}/nowhere` }),
    interaction({ type: 'view_submission', view }),
    interaction({ type: 'block_suggestion', action_id: 'service', block_id: 'service', value: 'w', view }),
  ] as const;
}
