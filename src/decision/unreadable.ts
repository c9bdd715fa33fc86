import { messageOf } from '../doors/errors.ts';
import type { Reason } from '../vocabulary/reasons.ts';

/** Holds while nobody can tell what the policies are. */
export function unreadablePolicy(because: string): Reason {
  return {
    code: 'policy-file-unreadable',
    effect: 'hold',
    text: `sluice.yaml cannot be read: ${because}`,
    next: 'nothing to do; it goes on by itself when the file can be read again',
  };
}

/** Holds while nobody can tell who is in a group, or still in the workspace. */
export function unreadableDirectory(name: string, because: string): Reason {
  return {
    code: 'directory-unreadable',
    effect: 'hold',
    text: `nobody can tell who is in ${name} now: ${because}`,
    next: 'nothing to do; it goes on by itself when the group can be read again',
  };
}

/** Holds while nobody can tell which windows and times hold now. */
export function skewed(words: string): Reason {
  return {
    code: 'clock-skewed',
    effect: 'hold',
    text: `${words}, so nobody can tell what holds now`,
    next: 'set the clock of the machine (NTP); it goes on by itself then',
  };
}

/** Holds while nobody can tell what is locked and what was healthy. */
export function unreadableRecord(error: unknown): Reason {
  return {
    code: 'record-not-confirmed',
    effect: 'hold',
    text: `the record of Sluice cannot be read: ${messageOf(error)}`,
    next: 'nothing to do; it goes on by itself when Redis is back',
  };
}
