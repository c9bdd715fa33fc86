import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fileSchema } from './files.ts';
import { messageSchema } from './message.ts';
import { newSigningSecret } from './tokens.ts';

const stateSchema = z.object({
  version: z.literal(1),
  tokens: z.object({ bot: z.string(), app: z.string(), signingSecret: z.string().default(newSigningSecret) }),
  messages: z.array(messageSchema),
  read: z.record(z.string(), z.string()),
  /** Who is in which channel by now. */
  members: z.record(z.string(), z.array(z.string())).default({}),
  files: z.array(fileSchema).default([]),
});
export type State = z.infer<typeof stateSchema>;

/** What an earlier workspace left in the file; null where there is none. Throws where the file is not ours. */
export function readState(file: string): State | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  return stateSchema.parse(JSON.parse(text));
}

/** Writes the newest state a moment after a change, one writing at a time, and never leaves half a file. */
export function createStateFile(file: string, state: () => State, onError: (error: unknown) => void, delayMs = 200) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing = Promise.resolve();
  const write = async () => {
    const text = JSON.stringify(state());
    await mkdir(dirname(file), { recursive: true });
    // Only the owner may read it: it holds the tokens of this workspace.
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write).catch(onError);
    return writing;
  };
  return {
    touch(): void {
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
  };
}
