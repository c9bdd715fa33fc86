import type { ActPorts } from './act-ports.ts';
import type { Channel, User } from './company.ts';
import { slackbot } from './company.ts';
import type { Store } from './store.ts';
import type { Delivery } from './transport.ts';
import { encodeTyped } from './typed-text.ts';

/** What the person's client makes of what they did: `notice` is shown where they are, and was not sent where `ok` is false. */
export interface Outcome {
  readonly ok: boolean;
  readonly notice?: string;
}

/** A line of Slack's own that one person sees. */
export function whisperAsSlack(store: Store, channel: string, reader: string, text: string, thread_ts?: string): void {
  store.post({
    channel,
    user: slackbot,
    bot: true,
    username: 'Slackbot',
    text,
    reader,
    ...(thread_ts === undefined ? {} : { thread_ts }),
  });
}

/** Slash commands: from the line in the composer to the answer below it. */
export function createCommands(ports: ActPorts) {
  const { company, installed, store } = ports;

  return async (user: User, channel: Channel, typed: string, threadTs?: string): Promise<Outcome> => {
    const [, name = '', rest = ''] = /^(\/\S*)\s*([\s\S]*)$/.exec(typed) ?? [];
    const command = installed.commands.find((each) => each.command === name);
    const refuse = (notice: string): Outcome => {
      whisperAsSlack(store, channel.id, user.id, notice, threadTs);
      return { ok: false, notice };
    };
    if (command === undefined)
      return refuse(
        `\`${name}\` is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands. If you are trying to send a message and not run a command, try preceding the "/" with an empty space.`,
      );
    if (threadTs !== undefined) return refuse(`${name} is not supported in threads. Sorry!`);

    const origin = { kind: 'commands', user: user.id, channel: channel.id, typed } as const;
    const payload = {
      token: ports.verificationToken,
      team_id: company.team.id,
      team_domain: company.team.domain,
      channel_id: channel.id,
      channel_name:
        channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user.id,
      user_name: user.name,
      command: name,
      text: command.should_escape ? encodeTyped(rest.trim(), company, 'command') : rest.trim(),
      api_app_id: company.app.id,
      is_enterprise_install: 'false',
      response_url: ports.responseUrls.create(origin),
      trigger_id: ports.triggers.create(user.id),
    };
    const delivery = await ports.transport.deliver({
      type: 'slash_commands',
      payload,
      accepts_response_payload: true,
      lostWithSocket: false,
    });
    if (delivery.kind !== 'acked') {
      const error = errorOf(delivery);
      whisperAsSlack(store, channel.id, user.id, `${name} failed with the error "${error}"`);
    } else if (Object.keys(delivery.payload).length > 0) ports.responseUrls.respond(origin, delivery.payload);
    return { ok: true };
  };
}

/** Slack's word for why a command came to nothing. */
function errorOf(delivery: Exclude<Delivery, { kind: 'acked' }>): string {
  if (delivery.kind === 'refused') return delivery.status < 500 ? 'http_client_error' : 'http_service_error';
  return delivery.kind === 'unconnected' ? 'dispatch_failed' : 'operation_timeout';
}
