import { z } from 'zod';
import { fileSchema } from './files.ts';

/** A JSON object of the app: kept as it was sent. */
export const jsonObjectSchema = z.record(z.string(), z.unknown());
export type JsonObject = Readonly<Record<string, unknown>>;

export const messageSchema = z.object({
  ts: z.string(),
  channel: z.string(),
  user: z.string(),
  bot: z.boolean(),
  username: z.string().optional(),
  text: z.string(),
  blocks: z.array(jsonObjectSchema).optional(),
  attachments: z.array(jsonObjectSchema).optional(),
  metadata: jsonObjectSchema.optional(),
  files: z.array(fileSchema.omit({ base64: true })).optional(),
  /** Of a reply: its root. */
  thread_ts: z.string().optional(),
  /** A reply that is shown in the channel, too. */
  broadcast: z.boolean().optional(),
  edited: z.string().optional(),
  reactions: z.record(z.string(), z.array(z.string())).optional(),
  /** Of the line that says that somebody has joined: who asked them in. */
  inviter: z.string().optional(),
  /** Of an ephemeral message: the only person who sees it. */
  reader: z.string().optional(),
});
/** A message as the workspace keeps it; mrkdwn and blocks are what was sent. */
export type Message = z.infer<typeof messageSchema>;
export type Draft = Omit<Message, 'ts'>;

/** What a writer of a message may set. */
export type Content = Pick<Message, 'text' | 'blocks' | 'attachments' | 'metadata'>;

/** The direct text of a message that a person typed: what Slack escapes, https://docs.slack.dev/messaging/formatting-message-text. */
export function escapeTyped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
