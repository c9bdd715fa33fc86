import { epochMsOf, spanEndMs } from '../doors/time.ts';
import { type Drift, signalOf } from '../vocabulary/drift.ts';
import { type DriftPolicy, toldAfterMs } from '../vocabulary/drift-policy.ts';
import type { Mute } from '../vocabulary/mute.ts';
import { driftMessage } from './messages/drift.ts';
import type { Outbox, Told } from './outbox.ts';
import type { NotifyPorts } from './ports.ts';

/** One message for a drift, once it may be told: posted when it begins, changed while it lasts, closed when it ends. */
export async function tellDrift(
  ports: NotifyPorts,
  outbox: Outbox,
  id: string,
  channelless: () => Told,
): Promise<Told> {
  const drift = await ports.drift(id);
  if (drift === null) return outbox.done;
  const environment = ports.environment(drift.environment);
  const channel = environment?.channel ?? drift.message?.channel;
  if (channel === undefined) return channelless();
  const mute = (await ports.mutes()).find((each) => each.environment === drift.environment);
  if (drift.message === undefined) {
    const when = toldWhen(drift, environment?.drift, mute, ports.clock.now());
    if (when === 'never') return outbox.done;
    if (when > 0) return { kind: 'later', afterMs: when };
  }
  const subject = `drift/${id}`;
  const body = driftMessage(drift, mute);
  const shown = await outbox.show(subject, channel, drift.message, body, await outbox.position(subject));
  return 'kind' in shown ? shown : outbox.done;
}

/** In how many milliseconds a drift that nobody was told of is looked at again, 0 for now. */
export function toldWhen(
  drift: Drift,
  policy: DriftPolicy | undefined,
  mute: Mute | undefined,
  nowMs: number,
): number | 'never' {
  if (drift.bundle !== undefined) return 'never';
  const signal = signalOf(drift);
  const ended = drift.state.kind === 'ended';
  // What ended before anybody was told is not worth a message, unless it was over when it was seen.
  if (ended && signal !== 'corrected') return 'never';
  const waits = [
    epochMsOf(drift.since) + toldAfterMs(policy, signal),
    policy?.quiet === undefined ? 0 : (spanEndMs(policy.quiet, nowMs) ?? 0),
    mute === undefined ? 0 : epochMsOf(mute.until),
    drift.muted === undefined
      ? 0
      : drift.muted.until === undefined
        ? Number.POSITIVE_INFINITY
        : epochMsOf(drift.muted.until),
  ];
  const left = Math.max(...waits) - nowMs;
  if (left > 0 && ended) return 'never';
  // Muted until it ends: its end is told to nobody either.
  return left === Number.POSITIVE_INFINITY ? 'never' : Math.max(0, left);
}
