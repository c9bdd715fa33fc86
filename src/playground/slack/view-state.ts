import { isObject } from './block-rules.ts';
import type { JsonObject } from './message.ts';

/** Block id → action id → what the element holds, as apps get it. */
export type ViewState = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

export interface Element {
  readonly blockId: string;
  readonly actionId: string;
  readonly type: string;
  readonly element: JsonObject;
  /** Of an input that may not stay empty. */
  readonly required: boolean;
}

/** Every element of a view that can hold something or be used. */
export function elementsOf(view: JsonObject): readonly Element[] {
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isObject) : [];
  return blocks.flatMap((block) => {
    const list = Array.isArray(block['elements']) ? block['elements'] : [];
    return [block['element'], block['accessory'], ...list].filter(isObject).flatMap((element) => {
      const { action_id: actionId, type } = element;
      if (typeof actionId !== 'string' || typeof type !== 'string') return [];
      const required = block['type'] === 'input' && block['optional'] !== true;
      return [{ blockId: String(block['block_id']), actionId, type, element, required }];
    });
  });
}

/** What an element holds, from what a person chose or typed; null where it holds nothing. */
export function held(type: string, given: unknown): JsonObject | null {
  const text = typeof given === 'string' ? given : null;
  switch (type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return { type, value: text === '' ? null : text };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: isObject(given) ? given : null };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: Array.isArray(given) ? given.filter(isObject) : [] };
    case 'datepicker':
      return { type, selected_date: text === '' ? null : text };
    case 'timepicker':
      return { type, selected_time: text === '' ? null : text };
    case 'datetimepicker':
      return { type, selected_date_time: typeof given === 'number' ? given : null };
    case 'users_select':
      return { type, selected_user: text === '' ? null : text };
    default:
      return null;
  }
}

/** What the elements hold before anybody touched them. */
export function initialOf({ type, element }: Element): unknown {
  const {
    initial_value,
    initial_option,
    initial_options,
    initial_date,
    initial_time,
    initial_date_time,
    initial_user,
  } = element;
  return (
    initial_value ??
    initial_option ??
    initial_options ??
    initial_date ??
    initial_time ??
    initial_date_time ??
    initial_user ??
    (type === 'checkboxes' ? [] : null)
  );
}

/** The state that goes to the app: what was given for `block/action`, else what the element began with. */
export function stateOf(view: JsonObject, given: Readonly<Record<string, unknown>>): ViewState {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const element of elementsOf(view)) {
    const { blockId, actionId, type } = element;
    const value = held(
      type,
      Object.hasOwn(given, `${blockId}/${actionId}`) ? given[`${blockId}/${actionId}`] : initialOf(element),
    );
    if (value !== null) values[blockId] = { ...values[blockId], [actionId]: value };
  }
  return values;
}

/** What Slack's own client refuses before it asks the app, by block: what is empty, too short, or too long. */
export function unfit(view: JsonObject, state: ViewState): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const { blockId, actionId, element, required } of elementsOf(view)) {
    const { type: _, ...value }: JsonObject = state[blockId]?.[actionId] ?? { type: '' };
    const isEmpty = Object.values(value).every((each) => each === null || (Array.isArray(each) && each.length === 0));
    if (required && isEmpty) errors[blockId] = 'Please complete this required field.';
    const { min_length: least, max_length: most } = element;
    const length = typeof value['value'] === 'string' ? value['value'].length : 0;
    if (typeof most === 'number' && length > most) errors[blockId] = `This must be at most ${most} characters.`;
    if (typeof least === 'number' && length > 0 && length < least)
      errors[blockId] = `This must be at least ${least} characters.`;
  }
  return errors;
}
