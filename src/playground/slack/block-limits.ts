import { anything, bool, distinct, isObject, list, object, oneOf, type Rule, string, typed } from './block-rules.ts';
import type { JsonObject } from './message.ts';
import { richText } from './rich-text-limits.ts';

// Slack's limits, as a table: https://docs.slack.dev/reference/block-kit, the d.ts of @slack/types, and where they differ
// the wider one of the two.

const plain = (max: number, min = 1) =>
  typed({ plain_text: { needs: { text: string(max, min) }, may: { emoji: bool } } });
const rich = (max: number) =>
  typed({
    plain_text: { needs: { text: string(max) }, may: { emoji: bool } },
    mrkdwn: { needs: { text: string(max) }, may: { verbatim: bool } },
  });

const url = string(3000);
const confirm = object({
  needs: { title: plain(100), text: rich(300), confirm: plain(30), deny: plain(30) },
  may: { style: oneOf('primary', 'danger') },
});
const option = object({ needs: { text: rich(75), value: string(150) }, may: { description: rich(75), url } });
const groups = list(100, object({ needs: { label: plain(75), options: list(100, option) } }));
const slackFile = object({ may: { id: string(50), url } });
const image = { needs: { alt_text: string(2000) }, may: { image_url: url, slack_file: slackFile } } as const;

const own = { action_id: string(255) };
const focus = { focus_on_load: bool };
const select = { placeholder: plain(150), confirm, ...own, ...focus };
const conversation = { ...select, response_url_enabled: bool };
const pickers = { date: string(10), time: string(5) };

/** A select of one, or of many where `multi`. */
function selects(kind: string, fields: Readonly<Record<string, Rule>>, needs: Readonly<Record<string, Rule>> = {}) {
  return {
    [`${kind}_select`]: { needs, may: { ...conversation, ...fields } },
    [`multi_${kind}_select`]: { needs, may: { ...select, ...fields, max_selected_items: anything } },
  };
}

const elements = {
  button: {
    needs: { text: plain(75) },
    may: {
      ...own,
      url,
      value: string(2000),
      style: oneOf('primary', 'danger'),
      confirm,
      accessibility_label: string(75),
    },
  },
  static_select: { may: { ...select, options: list(100, option), option_groups: groups, initial_option: option } },
  multi_static_select: {
    may: {
      ...select,
      options: list(100, option),
      option_groups: groups,
      initial_options: list(100, option),
      max_selected_items: anything,
    },
  },
  ...selects('external', { initial_option: option, initial_options: list(100, option), min_query_length: anything }),
  ...selects('users', { initial_user: string(50), initial_users: anything }),
  ...selects('conversations', {
    initial_conversation: string(50),
    initial_conversations: anything,
    default_to_current_conversation: bool,
    filter: anything,
  }),
  ...selects('channels', { initial_channel: string(50), initial_channels: anything }),
  overflow: { needs: { options: list(5, option) }, may: { ...own, confirm } },
  checkboxes: {
    needs: { options: list(10, option) },
    may: { ...own, ...focus, confirm, initial_options: list(10, option) },
  },
  radio_buttons: { needs: { options: list(10, option) }, may: { ...own, ...focus, confirm, initial_option: option } },
  datepicker: { may: { ...select, initial_date: pickers.date } },
  timepicker: { may: { ...select, initial_time: pickers.time, timezone: string(100) } },
  datetimepicker: { may: { ...own, ...focus, confirm, initial_date_time: anything } },
  workflow_button: {
    needs: { text: plain(75), workflow: anything },
    may: { ...own, style: oneOf('primary', 'danger') },
  },
} as const;

const inputs = {
  plain_text_input: {
    may: {
      ...own,
      ...focus,
      placeholder: plain(150),
      initial_value: string(3000, 0),
      multiline: bool,
      min_length: anything,
      max_length: anything,
      dispatch_action_config: anything,
    },
  },
  email_text_input: { may: { ...own, ...focus, placeholder: plain(150), initial_value: string(3000, 0) } },
  url_text_input: { may: { ...own, ...focus, placeholder: plain(150), initial_value: string(3000, 0) } },
  number_input: {
    needs: { is_decimal_allowed: bool },
    may: {
      ...own,
      ...focus,
      placeholder: plain(150),
      initial_value: string(50),
      min_value: anything,
      max_value: anything,
    },
  },
};

const id = { block_id: string(255, 0) };
const texts = {
  mrkdwn: { needs: { text: string(3000) }, may: { verbatim: bool } },
  plain_text: { needs: { text: string(3000) }, may: { emoji: bool } },
};

const messageBlocks = {
  section: {
    either: ['text', 'fields'],
    may: {
      ...id,
      text: rich(3000),
      fields: list(10, rich(2000)),
      accessory: typed({ ...elements, image }),
      expand: bool,
    },
  },
  header: { needs: { text: plain(150) }, may: { ...id, level: anything } },
  divider: { may: id },
  context: { needs: { elements: list(10, typed({ ...texts, image })) }, may: id },
  context_actions: { needs: { elements: list(5, anything) }, may: id },
  actions: { needs: { elements: distinct('action_id', list(25, typed(elements))) }, may: id },
  image: { needs: image.needs, may: { ...id, ...image.may, title: plain(2000) } },
  markdown: { needs: { text: string(12_000) }, may: id },
  rich_text: { needs: { elements: list(1000, richText) }, may: id },
  table: { needs: { rows: list(100, list(20, anything)) }, may: { ...id, column_settings: list(20, anything) } },
  video: {
    needs: { alt_text: string(2000), title: plain(200), thumbnail_url: url, video_url: url },
    may: {
      ...id,
      author_name: string(50),
      description: plain(200),
      provider_icon_url: url,
      provider_name: string(50),
      title_url: url,
    },
  },
} as const;

const viewBlocks = {
  ...messageBlocks,
  input: {
    needs: { label: plain(2000), element: typed({ ...elements, ...inputs }) },
    may: { ...id, hint: plain(2000), optional: bool, dispatch_action: bool },
  },
};

const message = distinct('block_id', list(50, typed({ ...messageBlocks, input: viewBlocks.input }), 0));
const home = typed({
  home: {
    needs: { blocks: distinct('block_id', list(100, typed(viewBlocks), 0)) },
    may: { private_metadata: string(3000, 0), callback_id: string(255, 0), external_id: string(255, 0) },
  },
});
const modal = typed({
  modal: {
    needs: { title: plain(24), blocks: distinct('block_id', list(100, typed(viewBlocks), 0)) },
    may: {
      submit: plain(24),
      close: plain(24),
      private_metadata: string(3000, 0),
      callback_id: string(255, 0),
      external_id: string(255, 0),
      clear_on_close: bool,
      notify_on_close: bool,
      submit_disabled: bool,
    },
  },
});

/** What Slack would refuse in the blocks of a message: `no more than 25 items allowed [json-pointer:/blocks/1/elements]`. */
export function blockProblems(blocks: unknown): readonly string[] {
  const problems: string[] = [];
  message(blocks, '/blocks', problems);
  return problems;
}

/** What Slack would refuse in a modal or a Home tab; pointers begin at `/view`. */
export function viewProblems(view: unknown, kind: 'modal' | 'home' = 'modal'): readonly string[] {
  const problems: string[] = [];
  (kind === 'modal' ? modal : home)(view, '/view', problems);
  if (isObject(view) && JSON.stringify(view).length > 250_000) problems.push('view_too_large [json-pointer:/view]');
  return problems;
}

/** All text of all blocks together; about 13,200 is the most that Slack takes, https://github.com/slackapi/bolt-js/issues/2509. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + textLength(each), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (name === 'text' && typeof each === 'string' ? each.length : textLength(each)),
    0,
  );
}

/** The blocks as Slack keeps them: every block and every element that can be used has an id. */
export function withIds(blocks: readonly JsonObject[], newId: () => string): JsonObject[] {
  const usable = { ...elements, ...inputs };
  const named = (element: unknown) =>
    isObject(element) && typeof element['type'] === 'string' && Object.hasOwn(usable, element['type'])
      ? { action_id: newId(), ...element }
      : element;
  return blocks.map((block) => ({
    ...block,
    block_id: typeof block['block_id'] === 'string' && block['block_id'] !== '' ? block['block_id'] : newId(),
    ...(Array.isArray(block['elements']) && block['type'] === 'actions'
      ? { elements: block['elements'].map(named) }
      : {}),
    ...(block['accessory'] === undefined ? {} : { accessory: named(block['accessory']) }),
    ...(block['element'] === undefined ? {} : { element: named(block['element']) }),
  }));
}
