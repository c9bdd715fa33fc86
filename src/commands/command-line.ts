import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { messageOf, Refusal } from '../doors/errors.ts';
import { readSigner } from '../doors/ssh-signature.ts';
import { instantOf } from '../doors/time.ts';
import { commandPath, type SignedCommand, signatureHeader } from '../vocabulary/signed-command.ts';

export interface CommandLineSettings {
  /** Where Sluice answers: `https://sluice.example.com`. */
  readonly url: string;
  /** A name of `people:`, and the path of the ed25519 key whose public half stands there. */
  readonly as: string;
  readonly key: string;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch (error) {
    throw new Refusal(`"${url}" is no address; example: https://sluice.example.com`, { cause: error });
  }
}

const answerSchema = z.union([z.object({ text: z.string() }), z.object({ error: z.string() })]);
const answerWithinMs = 30_000;

/** Signs a command, sends it, and gives what Sluice answers; a Refusal says why nothing came of it. */
export async function sendCommand(words: readonly string[], settings: CommandLineSettings): Promise<string> {
  const command: SignedCommand = {
    text: words.join(' '),
    as: settings.as,
    at: instantOf(Date.now()),
    to: hostOf(settings.url),
    nonce: randomBytes(18).toString('base64url'),
  };
  const body = JSON.stringify(command);
  const signature = readSigner(settings.key).sign(Buffer.from(body), 'sluice-command');
  const url = `${settings.url.replace(/\/+$/, '')}${commandPath}`;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', [signatureHeader]: Buffer.from(signature).toString('base64') },
      redirect: 'error',
      signal: AbortSignal.timeout(answerWithinMs),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      throw new Refusal(
        `Sluice has not answered within ${answerWithinMs / 1_000} s; it may have taken the command. Look first: ask queue, or ask history.`,
        { cause: error },
      );
    throw new Refusal(`Sluice does not answer at ${url}: ${messageOf(error)}. Set SLUICE_URL or --url.`, {
      cause: error,
    });
  }
  const read = answerSchema.safeParse(await answer.json().catch(() => null));
  if (!read.success)
    throw new Refusal(`${url} answered ${answer.status}, but not as Sluice does. Set SLUICE_URL or --url.`);
  if ('error' in read.data) throw new Refusal(`Sluice refused it: ${read.data.error}`);
  return read.data.text;
}
