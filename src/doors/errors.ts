/** The person can mend it: the message is shown to them as it stands. Caught at the Slack edge, the HTTP edge and in `main.ts`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** It may go better later: the queue tries again, and says so when it lasts. Caught at the job edge. */
export class Retryable extends Error {
  override readonly name = 'Retryable';
}

/** Trying again cannot help: the lane stops and an alert names the cause. Caught at the job edge. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}

/** The message of anything that was thrown, for logs and for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const fileTroubles: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is no folder',
};

/** Why a file or a folder could not be read, without its path, which whoever asked says. */
export function fileTrouble(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(fileTroubles, code) ? (fileTroubles[code] ?? '') : messageOf(error);
}
