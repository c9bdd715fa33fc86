import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../../src/doors/http.ts';

export const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';

/** A request as Slack signs it; seconds apart from `nowMs` make it one of another moment. */
export function signedRequest(
  body: string,
  nowMs: number,
  over: {
    readonly apart?: number;
    readonly secret?: string;
    readonly type?: string;
    readonly headers?: HttpRequest['headers'];
  } = {},
): HttpRequest {
  const timestamp = String(Math.floor(nowMs / 1_000) + (over.apart ?? 0));
  const secret = over.secret ?? signingSecret;
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    url: new URL('http://localhost/slack/events'),
    headers: {
      'content-type': over.type ?? 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
      ...over.headers,
    },
    body: Buffer.from(body),
  };
}

/** `/release help`, as its form comes in. */
export function slashBody(text = 'help', trigger = '1.2.a'): string {
  const fields = {
    command: '/release',
    text,
    user_id: 'UANA',
    channel_id: 'C1',
    trigger_id: trigger,
    team_id: 'TACME',
  };
  return new URLSearchParams(fields).toString();
}
