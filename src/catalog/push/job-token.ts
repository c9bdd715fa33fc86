import { z } from 'zod';
import { messageOf, Refusal } from '../../doors/errors.ts';
import { fetchBounded } from '../bounded-fetch.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const answerSchema = z.object({ value: z.string().min(1) });

/**
 * The token that a job on GitHub Actions (or Forgejo, which does the same) asks for itself, for one audience. The job
 * needs `permissions: { id-token: write }`; a Refusal says so.
 */
export async function fetchJobToken(audience: string, environment: Environment): Promise<string> {
  const address = environment['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const token = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (address === undefined || token === undefined)
    throw new Refusal(
      '--audience asks GitHub Actions for a token, which needs "permissions: { id-token: write }" in the workflow. On GitLab name an id_tokens entry ARTIFACT_TOKEN instead.',
    );
  const url = new URL(address);
  url.searchParams.set('audience', audience);
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const { status, text } = await fetchBounded(url, { headers, timeoutMs: 15_000, limitBytes: 100_000 });
    if (status !== 200) throw new Error(`it answered ${status}`);
    return answerSchema.parse(JSON.parse(text), { error: () => 'it answered without a token' }).value;
  } catch (error) {
    throw new Refusal(`The CI gives no token for ${audience}: ${messageOf(error)}.`, { cause: error });
  }
}
