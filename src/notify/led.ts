import { Retryable } from '../doors/errors.ts';
import type { NotifyPorts, Sent } from './ports.ts';

const notLeading = { kind: 'later', afterMs: 1_000, because: 'another replica speaks' } as const satisfies Sent;

/** The same ports, which say and note nothing once another replica speaks: whoever stood still for a while learns it here. */
export function ledPorts(ports: NotifyPorts): NotifyPorts {
  const leads = (): boolean => ports.term === undefined || ports.term() !== null;
  return {
    ...ports,
    post: async (...args) => (leads() ? ports.post(...args) : notLeading),
    update: async (...args) => (leads() ? ports.update(...args) : notLeading),
    whisper: async (...args) => (leads() ? ports.whisper(...args) : notLeading),
    setCursor: async (...args) => {
      if (!leads()) throw new Retryable(notLeading.because);
      await ports.setCursor(...args);
    },
  };
}
