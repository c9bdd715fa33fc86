import { z } from 'zod';
import { isSlackAddress } from './slack-address.ts';

/** A file for a thread. */
export interface Upload {
  readonly channel: string;
  readonly thread: string;
  readonly name: string;
  readonly title: string;
  /** For those who do not see it. */
  readonly alt: string;
  readonly bytes: Buffer;
}

export interface UploadPorts {
  /** One call of the Web API; rejects where Slack refuses it. */
  readonly call: (method: string, args: Record<string, unknown>) => Promise<unknown>;
  readonly fetch: typeof fetch;
  readonly apiUrl: string;
}

/** Of alt_txt (files.getUploadURLExternal). */
const altLimit = 1_000;

const placeSchema = z.object({ upload_url: z.url(), file_id: z.string() });

/** Slack's three steps: an address, the bytes to it, and the completion that shows the file. Rejects with Slack's refusal. */
export async function uploadFile(
  ports: UploadPorts,
  { channel, thread, name, title, alt, bytes }: Upload,
): Promise<void> {
  const begun = await ports.call('files.getUploadURLExternal', {
    filename: name,
    length: bytes.length,
    alt_txt: alt.length <= altLimit ? alt : `${alt.slice(0, altLimit - 1)}…`,
  });
  const { upload_url: address, file_id: id } = placeSchema.parse(begun);
  if (!isSlackAddress(address, ports.apiUrl)) throw new Error('Slack named an address for a file that is not its own');
  const answer = await ports.fetch(address, { method: 'POST', body: new Uint8Array(bytes) });
  if (!answer.ok) throw new Error(`the bytes of a file were answered with ${answer.status}`);
  await ports.call('files.completeUploadExternal', {
    files: JSON.stringify([{ id, title }]),
    channel_id: channel,
    thread_ts: thread,
  });
}
