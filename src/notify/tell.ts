import { proofOf } from '../vocabulary/proven.ts';
import { isAutomatic, type Posted, type Release, releaseIdSchema } from '../vocabulary/release.ts';
import { hasLeft, overall } from '../vocabulary/verdict.ts';
import { personBehind } from './author.ts';
import { arrivalSection, endedTimeline, type View } from './messages/arrival.ts';
import { policyChangeMessage } from './messages/policy-change.ts';
import { refusalMessage } from './messages/refusal.ts';
import { releaseMessage } from './messages/release.ts';
import { noticeMessage } from './messages/standing.ts';
import { unchangedMessage } from './messages/unchanged.ts';
import type { Outbox, Told } from './outbox.ts';
import type { Pictures } from './pictures.ts';
import type { NotifyPorts, Sent } from './ports.ts';
import { copyToSquad } from './squad-copy.ts';
import { tellDrift } from './tell-drift.ts';
import { tellHold } from './tell-hold.ts';
import { tellThread } from './thread.ts';

/** Tells one dirty subject as its record stands now. */
export async function tell(ports: NotifyPorts, outbox: Outbox, pictures: Pictures, subject: string): Promise<Told> {
  const [kind, ...rest] = subject.split('/');
  const id = rest.join('/');
  switch (kind) {
    case 'release':
      return tellRelease(ports, outbox, pictures, id);
    case 'drift':
      return tellDrift(ports, outbox, id, () => channelless(ports, outbox, `drift/${id}`));
    case 'notice':
      return tellNotice(ports, outbox, id);
    case 'hold':
      return tellHold(ports, outbox, id, () => channelless(ports, outbox, `hold/${id}`));
    case 'policy-change':
      return tellPolicyChange(ports, outbox, id);
    default:
      return outbox.done;
  }
}

async function tellRelease(ports: NotifyPorts, outbox: Outbox, pictures: Pictures, id: string): Promise<Told> {
  const parsed = releaseIdSchema.safeParse(id);
  const release = parsed.success ? await ports.release(parsed.data) : null;
  if (release === null || release.state.kind === 'requested') return outbox.done;
  const { kind } = release.state;
  const subject = `release/${id}`;
  if (release.message === undefined) {
    const alone = isAutomatic(release.request);
    if (alone && kind === 'unchanged') return outbox.done;
    const isPrivate = kind === 'unchanged' || (kind === 'denied' && !isEndedStep(release));
    if (!alone && isPrivate) return whisperOnce(ports, outbox, release);
    // What ended before it was looked at is nobody's news; what ended while Slack was away is told once.
    const isShown = kind === 'denied' || (kind === 'held' && release.chain !== undefined);
    if (release.plan === undefined && !isShown) return outbox.done;
  }
  // What was never told and is over is not worth a message now.
  if (release.message === undefined && isLeft(release)) return outbox.done;
  const environment = ports.environment(release.request.environment);
  const channel = environment?.channel ?? release.message?.channel;
  if (channel === undefined) return channelless(ports, outbox, subject);
  const view = await viewOf(ports, release, environment?.clusters ?? Object.keys(release.arrival?.clusters ?? {}));
  const position = await outbox.position(subject);
  const posted = await outbox.show(subject, channel, release.message, releaseMessage(release, view), position);
  if ('kind' in posted) return posted;
  const arrival = release.state.kind === 'written' ? arrivalSection(release, release.state.commit, view) : null;
  const told = await tellThread(ports, outbox, release, posted, await outbox.position(subject), arrival);
  if (told.kind === 'later') return told;
  const copied = await copyToSquad(ports, outbox, release, posted, arrival);
  if (copied.kind === 'later') return copied;
  await picture(outbox, pictures, release, posted, environment?.timeline ?? 'text', view.clusters);
  // A public message that ends in a refusal is told to the requester as well: edits do not notify.
  return kind === 'denied' ? whisperOnce(ports, outbox, release) : told;
}

/** Asks for the picture of what it took when it has ended for the first time; whether there is one is noted before. */
async function picture(
  outbox: Outbox,
  pictures: Pictures,
  release: Release,
  posted: Posted,
  wanted: 'picture' | 'text',
  clusters: readonly string[],
): Promise<void> {
  const timeline = endedTimeline(release, clusters);
  if (timeline === null) return;
  const subject = `release/${release.id}`;
  const position = await outbox.position(subject);
  if (position.pictured) return;
  await outbox.save(subject, { ...position, pictured: true });
  if (wanted === 'picture') pictures.show({ release, timeline, posted });
}

/** Before sluice.yaml is read the channel is not known yet; an environment that is no longer in it has none. */
function channelless(ports: NotifyPorts, outbox: Outbox, subject: string): Told {
  if (ports.channels().length === 0) return { kind: 'later', afterMs: 1_000 };
  ports.log.warn({ subject }, 'its environment is not in sluice.yaml, so nobody is told');
  return outbox.done;
}

/** A later step of what was on its way: its channel was promised to hear of it. */
function isEndedStep({ chain, decision }: Release): boolean {
  return chain?.version !== undefined && decision?.reasons.some(({ code }) => code === 'step-ended') === true;
}

/** Nothing of it counts any more. */
function isLeft(release: Release): boolean {
  const verdicts = Object.values(release.arrival?.clusters ?? {});
  return verdicts.length > 0 && verdicts.every(hasLeft);
}

async function whisperOnce(ports: NotifyPorts, outbox: Outbox, release: Release): Promise<Told> {
  // Of the step that ended the chain the requester has heard already.
  if (release.decision?.reasons.some(({ code }) => code === 'step-ended')) return outbox.done;
  const subject = `release/${release.id}`;
  const position = await outbox.position(subject);
  if (position.told === release.state.kind) return outbox.done;
  const { service, environment, asked, requester } = release.request;
  const body =
    release.state.kind === 'denied'
      ? refusalMessage(release)
      : unchangedMessage(release, await ports.lastWritten(service, environment));
  const user = await personBehind(ports, release);
  const sent: Sent =
    user === null
      ? { kind: 'impossible', because: `Slack knows nobody by the address of ${requester.name}` }
      : await ports.whisper(asked, user, body, release.id);
  if (sent.kind === 'later') return { kind: 'later', afterMs: sent.afterMs };
  if (sent.kind === 'impossible') ports.log.warn({ subject, because: sent.because }, 'nobody could be told privately');
  await outbox.save(subject, { ...position, told: release.state.kind });
  return outbox.done;
}

async function viewOf(ports: NotifyPorts, release: Release, clusters: readonly string[]): Promise<View> {
  const { service, environment } = release.request;
  const commitUrl = release.plan === undefined ? undefined : ports.commitUrl(release.plan.lane.repository);
  const verdict = release.arrival === undefined ? null : overall(release.arrival);
  const isUndoable = release.state.kind === 'written' && (verdict === null || undoable.has(verdict.kind));
  const lastGood = isUndoable
    ? await lastGoodVersion(ports, service, environment, clusters, release.plan?.artifact.version)
    : undefined;
  return {
    clusters,
    ...(commitUrl === undefined ? {} : { commitUrl }),
    ...(lastGood === undefined ? {} : { lastGood }),
  };
}

const undoable: ReadonlySet<string> = new Set(['failed', 'waiting', 'unverified']);

/** The last version that was healthy on every cluster and never rolled back from. */
async function lastGoodVersion(
  ports: NotifyPorts,
  service: string,
  environment: string,
  clusters: readonly string[],
  present: string | undefined,
): Promise<string | undefined> {
  const [healthy, left] = await Promise.all([
    ports.healthy(service, environment),
    ports.rolledBackFrom(service, environment),
  ]);
  return healthy.find(
    (record) =>
      record.version !== present &&
      !left.includes(record.version) &&
      proofOf(record, clusters, healthy).kind === 'everywhere',
  )?.version;
}

async function tellNotice(ports: NotifyPorts, outbox: Outbox, id: string): Promise<Told> {
  const notice = await ports.noticeById(id);
  if (notice === null || (notice.message === undefined && notice.state.kind === 'ended')) return outbox.done;
  const subject = `notice/${id}`;
  const shown = await outbox.show(
    subject,
    notice.channel,
    notice.message,
    noticeMessage(notice),
    await outbox.position(subject),
  );
  return 'kind' in shown ? shown : outbox.done;
}

async function tellPolicyChange(ports: NotifyPorts, outbox: Outbox, id: string): Promise<Told> {
  const change = await ports.policyChange(id);
  // It is judged within the second, and then there is something to tell.
  if (change === null || (change.message === undefined && change.state.kind === 'queued')) return outbox.done;
  const names = [...new Set((change.reasons ?? []).flatMap(({ demand }) => demand?.from ?? []))];
  const groups = names.filter((name) => name.startsWith('@'));
  const mentions = new Map<string, string>();
  for (const name of groups) mentions.set(name, await ports.mentionOf(name));
  const body = policyChangeMessage(change, { mentions, commitUrl: ports.commitUrl(change.lane.repository) });
  const subject = `policy-change/${id}`;
  const shown = await outbox.show(subject, change.channel, change.message, body, await outbox.position(subject));
  return 'kind' in shown ? shown : outbox.done;
}
