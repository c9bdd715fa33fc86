import type { Context } from '@slack/bolt';
import { messageOf } from '../../doors/errors.ts';
import type { Log } from '../../doors/telemetry.ts';

/** What makes a signed request count once: its signature, which all replicas remember. */
export interface Claim {
  /** Remembers it. False where it came before, and where that cannot be told: nothing may come of the request then. */
  readonly take: () => Promise<boolean>;
  /** Leaves it to a write that remembers the signature in the same step, and that writes nothing where it came before. */
  readonly takeBy: <T extends { readonly kind: string }>(write: (signature: string) => Promise<T>) => Promise<T>;
  readonly state: () => 'open' | 'taken' | 'replay' | 'unknown';
}

export interface ClaimPorts {
  readonly log: Log;
  /** Remembers a signature; false where it has come before. Rejects while that cannot be told. */
  readonly firstSeen: (signature: string) => Promise<boolean>;
}

export function createClaim(signature: string, { firstSeen, log }: ClaimPorts): Claim {
  let state: ReturnType<Claim['state']> = 'open';
  return {
    take: async () => {
      if (state === 'taken' || state === 'replay') return state === 'taken';
      try {
        state = (await firstSeen(signature)) ? 'taken' : 'replay';
      } catch (error) {
        state = 'unknown';
        log.warn({ err: messageOf(error) }, 'nobody can tell whether a request of Slack is a replay');
      }
      return state === 'taken';
    },
    takeBy: async (write) => {
      const written = await write(signature);
      state = written.kind === 'replayed' ? 'replay' : 'taken';
      return written;
    },
    state: () => state,
  };
}

/** The claim that a payload of Bolt's brings along; none over a socket, where nobody else can send one again. */
export function claimOf(context: Context): Claim | undefined {
  const claim: Claim | undefined = context['claim'];
  return claim;
}
