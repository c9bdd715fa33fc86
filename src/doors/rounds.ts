import { messageOf } from './errors.ts';
import type { Log, Pulse } from './telemetry.ts';
import { pause } from './time.ts';

export interface Round {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

/** Runs something again and again until the signal; trouble is logged when it begins and when it ends. */
export async function keepDoing(
  { name, everyMs, run }: Round,
  ports: { readonly log: Log; readonly pulse: Pulse },
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    // A round may wait for Git for half a minute; one that hangs longer is what /healthz is for.
    ports.pulse.beat(name, everyMs + 90_000);
    try {
      await run();
      if (failures > 0) ports.log.info({ failures }, `${name} works again`);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) ports.log.warn({ err: messageOf(error) }, `${name} failed and is tried again`);
    }
    await pause(everyMs, signal);
  }
  ports.pulse.stop(name);
}
