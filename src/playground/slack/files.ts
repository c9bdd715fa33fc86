import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const fileSchema = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  alt: z.string().optional(),
  size: z.number(),
  /** Who uploaded it, and when, in seconds. */
  user: z.string(),
  created: z.number(),
  base64: z.string(),
});
/** A file that was uploaded. */
export type SlackFile = z.infer<typeof fileSchema>;

interface Begun {
  readonly file: Omit<SlackFile, 'base64' | 'title'>;
  readonly secret: string;
}

/** Enough for a day of pictures; those before are gone from the playground. */
const keptFiles = 200;
const mostBegun = 100;

export type Files = ReturnType<typeof createFiles>;

/** Files on their way in, as https://docs.slack.dev/messaging/working-with-files has it: an address, the bytes, the completion. */
export function createFiles(kept: readonly SlackFile[] = []) {
  const begun = new Map<string, Begun>();
  /** Whose bytes have come, and which are shown nowhere yet. */
  const arrived = new Map<string, Omit<SlackFile, 'title'>>();
  const files = new Map(kept.map((file) => [file.id, file]));
  return {
    /** The secret part of the address that takes the bytes, once. */
    begin: (file: Begun['file']): string => {
      const secret = randomBytes(24).toString('base64url');
      if (begun.size >= mostBegun) begun.delete(begun.keys().next().value ?? '');
      begun.set(secret, { file, secret });
      return secret;
    },
    /** Null where nothing is awaited there, or where not as many bytes came as were announced. */
    receive: (secret: string, bytes: Buffer): number | null => {
      const found = begun.get(secret);
      if (found === undefined || found.file.size !== bytes.length) return null;
      begun.delete(secret);
      arrived.set(found.file.id, { ...found.file, base64: bytes.toString('base64') });
      return bytes.length;
    },
    /** Null where its bytes never came, or it was completed before. */
    complete: (id: string, title: string | undefined): SlackFile | null => {
      const file = arrived.get(id);
      if (file === undefined) return null;
      arrived.delete(id);
      const whole = { ...file, title: title ?? file.name };
      files.set(id, whole);
      if (files.size > keptFiles) files.delete(files.keys().next().value ?? '');
      return whole;
    },
    find: (id: string): SlackFile | undefined => files.get(id),
    kept: (): SlackFile[] => [...files.values()],
  };
}

/** What a name says of its bytes; whatever is no picture is not shown as one. */
export function mimetypeOf(name: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const known: Readonly<Record<string, string>> = { png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif' };
  return known[ending] ?? 'application/octet-stream';
}
