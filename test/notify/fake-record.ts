import type { Clock } from '../../src/doors/time.ts';
import type { NotifyPorts, Sent } from '../../src/notify/ports.ts';
import { blockProblems } from '../../src/playground/slack/block-limits.ts';
import type { Drift } from '../../src/vocabulary/drift.ts';
import type { Hold } from '../../src/vocabulary/hold.ts';
import type { Mute } from '../../src/vocabulary/mute.ts';
import type { Notice } from '../../src/vocabulary/notice.ts';
import type { HealthyRecord } from '../../src/vocabulary/proven.ts';
import type { Posted, Release } from '../../src/vocabulary/release.ts';
import type { Silence } from '../../src/vocabulary/silence.ts';
import type { MessageBody } from '../../src/words/blocks.ts';
import { ana, bo, cy, mia } from '../support/builders.ts';

export interface SaidMessage {
  readonly how: 'post' | 'update' | 'whisper' | 'upload';
  readonly channel: string;
  readonly text: string;
  readonly body: MessageBody;
  readonly thread?: string | undefined;
  readonly broadcast?: boolean | undefined;
  readonly metadata?: { readonly event_type: string; readonly event_payload: Record<string, string> } | undefined;
}

/** A record in memory and a Slack that takes everything, until it is told not to. */
export function aRecord(clock: Clock) {
  const releases = new Map<string, Release>();
  const drifts = new Map<string, Drift>();
  const holds = new Map<string, Hold>();
  const notices = new Map<string, Notice>();
  const dirty = new Map<string, number>();
  const cursors = new Map<string, string>();
  const lines = new Map<string, { cursor: string; entry: { event: string; text?: string } }[]>();
  const said: SaidMessage[] = [];
  const warnings: string[] = [];
  const healthy: HealthyRecord[] = [];
  const mutes: Mute[] = [];
  const silences: Silence[] = [];
  const squads: Record<string, ReturnType<NotifyPorts['squad']>> = {};
  /** Channels that somebody is not in. */
  const outside: Record<string, readonly string[]> = {};
  let marks = 0;
  let answer: (message: SaidMessage) => Sent | null | Promise<Sent | null> = () => null;
  let environments: Record<string, { channel: string; clusters: string[]; timeline?: 'picture' | 'text' }> = {
    dev: { channel: '#releases-dev', clusters: ['dev'] },
    production: { channel: '#releases', clusters: ['prod-eu', 'prod-us'] },
  };
  const mark = (subject: string) => {
    marks += 1;
    dirty.delete(subject);
    dirty.set(subject, marks);
  };
  const take = async (message: SaidMessage): Promise<Sent> => {
    const other = await answer(message);
    if (other !== null) return other;
    said.push(message);
    return { kind: 'sent', ts: String(said.length), channel: message.channel.replace('#', 'C-') };
  };
  const note = () => (fields: object, message: string) => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const ports: NotifyPorts = {
    clock,
    log: { debug: () => {}, info: () => {}, warn: note(), error: note() },
    pulse: { beat: () => {}, late: () => [], ages: () => [], stop: () => {} },
    dirty: async (limit) => [...dirty].slice(0, limit).map(([subject, at]) => ({ subject, mark: String(at) })),
    clean: async (subject, at) => dirty.get(subject) === Number(at) && dirty.delete(subject),
    cursor: async (subject) => cursors.get(subject) ?? null,
    setCursor: async (subject, cursor) => void cursors.set(subject, cursor),
    notePosted: async (subject, message: Posted) => {
      const [kind, id = ''] = subject.split('/');
      const release = releases.get(id);
      const drift = drifts.get(id);
      const notice = notices.get(id);
      if (kind === 'release' && release !== undefined) releases.set(id, { ...release, message });
      if (kind === 'drift' && drift !== undefined) drifts.set(id, { ...drift, message });
      if (kind === 'notice' && notice !== undefined) notices.set(id, { ...notice, message });
    },
    entries: async (subject, after, limit) =>
      (lines.get(subject) ?? []).filter(({ cursor }) => after === null || cursor > after).slice(0, limit),
    release: async (id) => releases.get(id) ?? null,
    lastWritten: async () => null,
    drift: async (id) => drifts.get(id) ?? null,
    holdById: async (id) => holds.get(id) ?? null,
    policyChange: async () => null,
    noticeById: async (id) => notices.get(id) ?? null,
    squad: (service) => squads[service] ?? null,
    service: () => ({ owners: ['@platform', 'ana'] }),
    mutes: async () => mutes,
    silences: async () => silences,
    healthy: async () => healthy,
    rolledBackFrom: async () => [],
    environment: (name) => environments[name] ?? null,
    channels: () => Object.values(environments).map(({ channel }) => channel),
    commitUrl: () => 'https://git.acme.test/commit/{commit}',
    post: (channel, body, { thread, broadcast, metadata } = {}) =>
      take({ how: 'post', channel, text: body.text, body, thread, broadcast, metadata }),
    update: ({ channel }, body) => take({ how: 'update', channel, text: body.text, body }),
    upload: ({ channel, title }) => take({ how: 'upload', channel, text: title, body: { text: title, blocks: [] } }),
    whisper: (asked, _user, body) => take({ how: 'whisper', channel: asked.channel, text: body.text, body }),
    findPosted: async () => null,
    userByEmail: async (email) => (email === 'ana@example.com' ? 'UANA' : null),
    person: async (user) => [ana, bo, cy, mia].find((person) => person.user === user) ?? null,
    isIn: async (channel, user) => outside[user]?.includes(channel) !== true,
    mentionOf: async (handle) => (handle === '@platform' ? '<!subteam^SPLATFORM>' : handle),
  };
  return {
    ports,
    said,
    warnings,
    healthy,
    mutes,
    silences,
    squads,
    outside,
    cursors,
    dirty: () => [...dirty.keys()],
    mark,
    release: (release: Release, line?: string) => {
      const known = releases.get(release.id)?.message;
      releases.set(release.id, known === undefined ? release : { ...release, message: known });
      const subject = `release/${release.id}`;
      if (line !== undefined) {
        const before = lines.get(subject) ?? [];
        const cursor = String(before.length + 1).padStart(6, '0');
        lines.set(subject, [...before, { cursor, entry: { event: 'x', text: line } }]);
      }
      mark(subject);
    },
    drift: (drift: Drift) => {
      const message = drifts.get(drift.id)?.message;
      drifts.set(drift.id, message === undefined ? drift : { ...drift, message });
      mark(`drift/${drift.id}`);
    },
    hold: (hold: Hold) => {
      holds.set(hold.id, hold);
      mark(`hold/${hold.id}`);
    },
    notice: (notice: Notice) => {
      const message = notices.get(notice.id)?.message;
      notices.set(notice.id, message === undefined ? notice : { ...notice, message });
      mark(`notice/${notice.id}`);
    },
    environments: (known: typeof environments) => {
      environments = known;
    },
    /** What Slack says instead of taking a message; null takes it. */
    answer: (next: typeof answer) => {
      answer = next;
    },
  };
}
export type FakeRecord = ReturnType<typeof aRecord>;

/** A message as a person reads it: blocks from top to bottom, then its buttons. */
export function readable(body: MessageBody): string {
  const problems = blockProblems(body.blocks);
  if (problems.length > 0) throw new Error(`Slack would refuse this message: ${problems.join('; ')}`);
  const rows = body.blocks.map((block) => {
    if (block.type === 'section') {
      const accessory = block.accessory?.type === 'button' ? ` [${block.accessory.text.text}]` : '';
      return `${block.text?.text ?? ''}${accessory}`;
    }
    if (block.type === 'context')
      return block.elements.map((each) => `~ ${each.type === 'mrkdwn' ? each.text : ''}`).join('\n');
    if (block.type === 'header') return `# ${block.text.text}`;
    if (block.type !== 'actions') return block.type;
    return block.elements
      .map((each) => {
        if (each.type !== 'button') return each.type;
        const style = each.style === undefined ? '' : `${each.style}: `;
        return `[${style}${each.text.text}${each.confirm === undefined ? '' : ' (confirm)'}]`;
      })
      .join(' ');
  });
  return rows
    .join('\n')
    .replaceAll('\u200b', '')
    .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1');
}
