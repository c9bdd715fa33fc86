import { LogLevel } from '@slack/bolt';
import { messageOf } from '../../doors/errors.ts';
import type { Log } from '../../doors/telemetry.ts';

/** Bolt's words go where ours go, so that secrets are masked in one place. */
export function boltLogger(log: Log) {
  const to =
    (level: keyof Log) =>
    (...words: unknown[]) =>
      log[level](
        { from: 'bolt' },
        words
          .map((word) => (typeof word === 'string' ? word : messageOf(word)))
          .join(' ')
          .slice(0, 1_000),
      );
  return {
    debug: () => {},
    info: to('debug'),
    warn: to('warn'),
    error: to('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
