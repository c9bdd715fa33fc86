import { messageOf } from '../doors/errors.ts';
import { pause } from '../doors/time.ts';
import { ledPorts } from './led.ts';
import { createOutbox } from './outbox.ts';
import { createPictures } from './pictures.ts';
import type { NotifyPorts } from './ports.ts';
import { tell } from './tell.ts';

const roundMs = 150;
const backoffLimitMs = 15_000;
/** So many are taken up at once, beside those that are under way or wait for a channel of theirs: others want a turn too. */
const batch = 250;
const batchLimit = 20_000;

/** Who is told? The dirty set is the outbox: what is in it is told as it stands, and leaves it only then. */
export function createNotify(given: NotifyPorts) {
  const ports = ledPorts(given);
  const { clock, log, pulse } = ports;
  let outbox = createOutbox(ports);
  let led: number | null = null;
  const ending = new AbortController();
  const pictures = createPictures(ports, ending.signal);
  const running = new Set<string>();
  /** Subjects that wait; a channel that takes nothing for long must not hide the others behind its own. */
  const notBefore = new Map<string, { atMs: number; failures: number }>();
  let round: Promise<void> = Promise.resolve();

  const one = async (subject: string, mark: string): Promise<void> => {
    running.add(subject);
    try {
      const told = await tell(ports, outbox, pictures, subject);
      if (told.kind === 'later') {
        const atMs = clock.now() + Math.min(Math.max(told.afterMs, 50), backoffLimitMs);
        notBefore.set(subject, { atMs, failures: notBefore.get(subject)?.failures ?? 0 });
        return;
      }
      notBefore.delete(subject);
      await ports.clean(subject, mark);
    } catch (error) {
      const failures = (notBefore.get(subject)?.failures ?? 0) + 1;
      notBefore.set(subject, { atMs: clock.now() + Math.min(250 * 2 ** failures, backoffLimitMs), failures });
      if (failures === 1)
        log.warn({ subject, err: messageOf(error) }, 'a message could not be sent and is tried again');
    } finally {
      running.delete(subject);
    }
  };

  const forgetTold = (dirty: readonly { readonly subject: string }[]): void => {
    const still = new Set(dirty.map(({ subject }) => subject));
    for (const subject of notBefore.keys()) if (!still.has(subject)) notBefore.delete(subject);
  };

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      pulse.beat('notify', 60_000);
      const term = ports.term === undefined ? 0 : ports.term();
      // Others may have told something else meanwhile: what messages look like is not known any more.
      if (term !== null && term !== led) outbox = createOutbox(ports);
      led = term;
      if (term === null) {
        await pause(roundMs, ending.signal);
        continue;
      }
      try {
        const dirty = await ports.dirty(Math.min(batch + running.size + notBefore.size, batchLimit));
        failures = 0;
        forgetTold(dirty);
        for (const { subject, mark } of dirty) {
          if (running.has(subject) || (notBefore.get(subject)?.atMs ?? 0) > clock.now()) continue;
          // Not awaited: a call that hangs holds up its own subject alone.
          void one(subject, mark);
        }
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn({ err: messageOf(error) }, 'the outbox cannot be read');
      }
      await pause(failures === 0 ? roundMs : Math.min(roundMs * 2 ** failures, 5_000), ending.signal);
    }
    pulse.stop('notify');
  };

  return {
    start: (): void => {
      round = loop();
    },
    /** Lets what is being sent finish, for three seconds at most. */
    stop: async (): Promise<void> => {
      ending.abort();
      await round;
      for (let waited = 0; running.size > 0 && waited < 3_000; waited += 50) await pause(50);
    },
  };
}
