import type { ActPorts } from './act-ports.ts';
import { isObject } from './block-rules.ts';
import type { Outcome } from './commands.ts';
import type { Channel, User } from './company.ts';
import type { JsonObject, Message } from './message.ts';
import { wireMessage } from './wire.ts';

/** A click or a choice; the value of a button is the one in the message, whatever the client says. */
export interface Act {
  readonly user: User;
  readonly channel: Channel;
  readonly ts: string;
  readonly actionId: string;
  readonly blockId?: string | undefined;
  readonly selected?: string | undefined;
}

/** Clicks on messages. */
export function createInteractions(ports: ActPorts) {
  const { company, installed, store } = ports;

  return async (act: Act): Promise<Outcome> => {
    const message = store.find(act.channel.id, act.ts);
    if (message === undefined || (message.reader !== undefined && message.reader !== act.user.id))
      return { ok: false, notice: 'This message is not there anymore.' };
    const action = actionIn(message, act, store.nextTs());
    if (action === null) return { ok: false, notice: 'This message has changed; look again.' };
    if (!installed.interactive)
      return { ok: false, notice: 'This app is not configured to handle interactive responses.' };
    const { kind } = await ports.transport.deliver({
      type: 'interactive',
      payload: payloadOf(act, message, action),
      accepts_response_payload: false,
      lostWithSocket: false,
    });
    return kind === 'acked' ? { ok: true } : { ok: false, notice: `${company.app.name} is not responding.` };
  };

  function payloadOf({ user, channel }: Act, message: Message, action: JsonObject): JsonObject {
    const ephemeral = message.reader !== undefined;
    const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
    const { block_id, action_id, type, selected_option } = action;
    const values =
      selected_option === undefined ? {} : { [String(block_id)]: { [String(action_id)]: { type, selected_option } } };
    return {
      type: 'block_actions',
      user: { id: user.id, username: user.name, name: user.name, team_id: company.team.id },
      api_app_id: company.app.id,
      token: ports.verificationToken,
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...thread,
      },
      trigger_id: ports.triggers.create(user.id),
      team: { id: company.team.id, domain: company.team.domain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
      // Slack keeps no ephemeral message that it could show.
      ...(ephemeral ? {} : { message: wireMessage(message, { company, store }, true) }),
      state: { values },
      response_url: ports.responseUrls.create({
        kind: 'actions',
        user: user.id,
        channel: channel.id,
        original: { ts: message.ts },
      }),
      actions: [action],
    };
  }
}

/** The element that was used, as apps get it; null where the message has no such element. */
function actionIn(message: Message, { actionId, blockId, selected }: Act, action_ts: string): JsonObject | null {
  for (const block of message.blocks ?? []) {
    const elements = [...(Array.isArray(block['elements']) ? block['elements'] : []), block['accessory']];
    const element = elements.filter(isObject).find((each) => each['action_id'] === actionId);
    if (element === undefined || (blockId !== undefined && block['block_id'] !== blockId)) continue;
    const { type, action_id, text, value, style, placeholder } = element;
    const common = { type, action_id, block_id: block['block_id'], action_ts };
    if (type === 'button')
      return { ...common, text, ...(value === undefined ? {} : { value }), ...(style === undefined ? {} : { style }) };
    const option = optionsOf(element).find((each) => each['value'] === selected);
    return option === undefined ? null : { ...common, placeholder, selected_option: option };
  }
  return null;
}

function optionsOf(element: JsonObject): readonly JsonObject[] {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'].filter(isObject) : [];
  return [element, ...groups].flatMap((each) =>
    Array.isArray(each['options']) ? each['options'].filter(isObject) : [],
  );
}
