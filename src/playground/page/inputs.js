// @ts-check
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from './page-context.js';
import { plain } from './text.js';

/**
 * @typedef {import('./state.js').Option} Option
 * @typedef {{ type: string, action_id?: string, placeholder?: { text: string }, initial_value?: string, multiline?: boolean,
 *   max_length?: number, min_query_length?: number, options?: Option[], option_groups?: { label: { text: string }, options: Option[] }[],
 *   focus_on_load?: boolean }} InputElement
 * @typedef {{ 'aria-invalid'?: boolean, 'aria-describedby'?: string }} About
 * @typedef {{ id: string, element: InputElement, value: any, onChange: (value: any) => void, suggest: (text: string) => Promise<Option[]>, label: string, about?: About }} Props
 */

/** Elements that hold something, by their type. */
const kinds = /** @type {const} */ ({
  plain_text_input: Text,
  email_text_input: Text,
  url_text_input: Text,
  number_input: Text,
  static_select: Select,
  external_select: TypeAhead,
  checkboxes: Checkboxes,
  radio_buttons: Radios,
  datepicker: DateOrTime,
  timepicker: DateOrTime,
  datetimepicker: Moment,
  multi_static_select: Checkboxes,
  users_select: Person,
});

/** @param {string} type @returns {type is keyof typeof kinds} */
export const isInput = (type) => Object.hasOwn(kinds, type);

/** @param {Props} props */
export function Input(props) {
  const { type } = props.element;
  if (!isInput(type)) return html`<span class="muted">(${type})</span>`;
  return html`<${kinds[type]} ...${props} />`;
}

/** @param {Props} props */
function Text({ id, element, value, onChange, label, about }) {
  const shared = {
    ...{
      id,
      class: 'field',
      'aria-label': label,
      value: value ?? '',
      placeholder: plain(element.placeholder?.text ?? ''),
    },
    ...{ maxLength: element.max_length, autofocus: element.focus_on_load },
    ...about,
    onInput: (/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange(currentTarget.value),
  };
  if (element.multiline) return html`<textarea rows="3" ...${shared}></textarea>`;
  return html`<input type=${element.type === 'number_input' ? 'number' : 'text'} autocomplete="off" ...${shared} />`;
}

/** @param {Props} props */
function Select({ id, element, value, onChange, label, about }) {
  const groups = element.option_groups ?? [];
  const all = [...(element.options ?? []), ...groups.flatMap(({ options }) => options)];
  const choose = (/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) =>
    onChange(all.find((option) => option.value === currentTarget.value) ?? null);
  return html`<select id=${id} class="field" aria-label=${label} ...${about} value=${value?.value ?? ''} onChange=${choose}>
    <option value="" disabled hidden>${plain(element.placeholder?.text ?? 'Select an option')}</option>
    ${(element.options ?? []).map(choice)}
    ${groups.map((group, index) => html`<optgroup key=${index} label=${plain(group.label.text)}>${group.options.map(choice)}</optgroup>`)}
  </select>`;
}

/** @param {Option} option */
const choice = ({ text, value }) => html`<option key=${value} value=${value}>${plain(text.text)}</option>`;

/** A select whose options come while one types. @param {Props} props */
function TypeAhead({ id, element, value, onChange, suggest, label, about }) {
  const [typed, setTyped] = useState(/** @type {string | null} */ (null));
  const [options, setOptions] = useState(/** @type {Option[]} */ ([]));
  const [at, setAt] = useState(0);
  const asked = useRef(0);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  // What is typed after a choice is a new search.
  useLayoutEffect(() => {
    if (document.activeElement === field.current) field.current?.select();
  }, [value?.value]);
  useEffect(() => {
    if (typed === null || typed.length < (element.min_query_length ?? 3)) return setOptions([]);
    const turn = ++asked.current;
    const timer = setTimeout(async () => {
      const found = await suggest(typed);
      if (turn !== asked.current) return;
      setOptions(found);
      setAt(0);
    }, 120);
    return () => clearTimeout(timer);
  }, [typed]);
  const choose = (/** @type {Option} */ option) => {
    setTyped(null);
    onChange(option);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    // The list alone is put away: else the window would be, too.
    if (event.key === 'Escape' && typed !== null) {
      event.preventDefault();
      event.stopPropagation();
      setTyped(null);
    }
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, options.length - 1));
    if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    const option = options[at];
    if (event.key === 'Enter' && typed !== null && option !== undefined) choose(option);
    if (['Enter', 'ArrowDown', 'ArrowUp'].includes(event.key) && typed !== null) event.preventDefault();
  };
  const open = typed !== null && typed.length >= (element.min_query_length ?? 3);
  return html`<div class="type-ahead">
    <input
      id=${id}
      ref=${field}
      class="field"
      role="combobox"
      autocomplete="off"
      aria-label=${label}
      aria-expanded=${open}
      aria-autocomplete="list"
      aria-controls=${`${id}-list`}
      aria-activedescendant=${open && options.length > 0 ? `${id}-${at}` : undefined}
      ...${about}
      autofocus=${element.focus_on_load}
      placeholder=${plain(element.placeholder?.text ?? 'Type to search')}
      value=${typed ?? plain(value?.text?.text ?? '')}
      onFocus=${() => setTyped('')}
      onBlur=${() => setTyped(null)}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setTyped(currentTarget.value)}
      onKeyDown=${onKeyDown}
    />
    ${
      open
        ? html`<ul id=${`${id}-list`} class="suggestions" role="listbox">
          ${options.map(
            (option, index) => html`<li
              key=${option.value}
              id=${`${id}-${index}`}
              role="option"
              aria-selected=${index === at}
              onMouseDown=${(/** @type {MouseEvent} */ event) => {
                event.preventDefault();
                choose(option);
              }}
            >
              <span>${plain(option.text.text)}</span>
              ${option.description ? html`<span class="muted">${plain(option.description.text)}</span>` : null}
            </li>`,
          )}
          ${options.length === 0 ? html`<li class="muted" role="option" aria-disabled="true">No results</li>` : null}
        </ul>`
        : null
    }
  </div>`;
}

/** @param {Props} props */
function Checkboxes({ element, value, onChange, label }) {
  const chosen = /** @type {Option[]} */ (value ?? []);
  const has = (/** @type {Option} */ option) => chosen.some((each) => each.value === option.value);
  const toggle = (/** @type {Option} */ option) =>
    onChange(has(option) ? chosen.filter((each) => each.value !== option.value) : [...chosen, option]);
  return html`<div class="choices" role="group" aria-label=${label}>
    ${(element.options ?? []).map(
      (option) => html`<label key=${option.value}>
        <input type="checkbox" checked=${has(option)} onChange=${() => toggle(option)} /> <${OptionWords} option=${option} />
      </label>`,
    )}
  </div>`;
}

/** @param {Props} props */
function Radios({ id, element, value, onChange, label }) {
  return html`<div class="choices" role="radiogroup" aria-label=${label}>
    ${(element.options ?? []).map(
      (option) => html`<label key=${option.value}>
        <input type="radio" name=${id} checked=${value?.value === option.value} onChange=${() => onChange(option)} /> <${OptionWords} option=${option} />
      </label>`,
    )}
  </div>`;
}

/** @param {{ option: Option }} props */
function OptionWords({ option }) {
  return html`<span>
    ${plain(option.text.text)}
    ${option.description ? html`<span class="muted option-note">${plain(option.description.text)}</span>` : null}
  </span>`;
}

/** @param {Props} props */
function DateOrTime({ id, element, value, onChange, label, about }) {
  return html`<input
    id=${id}
    class="field short"
    type=${element.type === 'datepicker' ? 'date' : 'time'}
    aria-label=${label}
    ...${about}
    value=${value ?? ''}
    onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange(currentTarget.value)}
  />`;
}

/** A day and a time of it as clocks here show it; apps get seconds since the epoch. @param {Props} props */
function Moment({ id, value, onChange, label, about }) {
  const local = (/** @type {number} */ seconds) => {
    const at = new Date(seconds * 1000);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  };
  return html`<input
    id=${id}
    class="field short"
    type="datetime-local"
    aria-label=${label}
    ...${about}
    value=${typeof value === 'number' ? local(value) : ''}
    onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
      onChange(currentTarget.value === '' ? null : Math.floor(new Date(currentTarget.value).getTime() / 1000))}
  />`;
}

/** One of the people who work here. @param {Props} props */
function Person({ id, element, value, onChange, label, about }) {
  const { people } = usePage();
  return html`<select id=${id} class="field" aria-label=${label} ...${about} value=${value ?? ''} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => onChange(currentTarget.value)}>
    <option value="" disabled hidden>${plain(element.placeholder?.text ?? 'Select a person')}</option>
    ${[...people.values()]
      .filter(({ is_bot }) => !is_bot)
      .map((user) => html`<option key=${user.id} value=${user.id}>${user.real_name}</option>`)}
  </select>`;
}
