import { spanEndMs } from '../doors/time.ts';
import type { Posted, Release } from '../vocabulary/release.ts';
import { isSilenced } from '../vocabulary/silence.ts';
import { overall } from '../vocabulary/verdict.ts';
import { foreign, section } from '../words/blocks.ts';
import type { ArrivalSection } from './messages/arrival.ts';
import { message, namedCredits } from './messages/words.ts';
import type { Outbox, Told } from './outbox.ts';
import type { NotifyPorts } from './ports.ts';

/** Groups that are called at once. */
const ownersCalled = 5;

/**
 * The final state of a release, once more in the channel of the squad that owns the service; its owners are called
 * where it failed. Nothing is copied into the channel of the release itself, and nothing in quiet hours.
 */
export async function copyToSquad(
  ports: NotifyPorts,
  outbox: Outbox,
  release: Release,
  posted: Posted,
  arrival: ArrivalSection | null,
): Promise<Told> {
  const { service, environment } = release.request;
  const squad = ports.squad(service);
  const verdict = release.arrival === undefined ? undefined : overall(release.arrival)?.kind;
  if (squad === null || arrival === null || (verdict !== 'healthy' && verdict !== 'failed')) return outbox.done;
  if (squad.channel === ports.environment(environment)?.channel) return outbox.done;
  const subject = `release/${release.id}`;
  const position = await outbox.position(subject);
  if (position.copied === verdict) return outbox.done;
  const isNews = squad.tell === 'all' || verdict === 'failed' || position.copied === 'failed';
  if (isNews) {
    // What still lasts when that ends is told at the next change.
    if (isSilenced(await ports.silences(), { kind: 'squad', squad: squad.name }, release.request)) return outbox.done;
    const quietUntil = squad.quiet === undefined ? null : spanEndMs(squad.quiet, ports.clock.now());
    if (quietUntil !== null) return { kind: 'later', afterMs: quietUntil - ports.clock.now() };
    const called = verdict === 'failed' ? await ownersOf(ports, service) : '';
    const text = `${called}${arrival.news} ${namedCredits(release)} More in <#${posted.channel}>.`;
    const said = await outbox.sayOnce(
      subject,
      `squad ${position.ending}`,
      squad.channel,
      message(text, [section(text)]),
    );
    if (said !== null && 'kind' in said) return said;
  }
  await outbox.save(subject, { ...position, copied: verdict, sending: null });
  return outbox.done;
}

async function ownersOf(ports: NotifyPorts, service: string): Promise<string> {
  const owners = (ports.service(service)?.owners ?? []).filter((name) => name.startsWith('@')).slice(0, ownersCalled);
  const called = await Promise.all(owners.map(ports.mentionOf));
  return called.map((name) => `${name.startsWith('<!subteam^') ? name : foreign(name, 80)} `).join('');
}
