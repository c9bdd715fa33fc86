// @ts-check
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { safeUrl } from './mrkdwn.js';
import { usePage } from './page-context.js';
import { plain } from './text.js';

/**
 * @typedef {import('@slack/types').Button} Button
 * @typedef {import('@slack/types').StaticSelect} StaticSelect
 * @typedef {import('@slack/types').ConfirmationDialog} ConfirmationDialog
 * @typedef {(actionId: string, what: { value?: string, selected_option?: { value: string } }) => Promise<void>} Act
 * @typedef {(element: { type: string }) => any} Field
 * @typedef {{ act: Act, field?: Field | undefined }} Where
 */

/** One interactive element; kinds that no message of a bot here uses are named, not hidden. @param {Where & { element: { type: string } }} props */
export function ActionElement({ element, act, field }) {
  if (isButton(element)) return html`<${ButtonElement} element=${element} act=${act} />`;
  if (isOverflow(element)) return html`<${OverflowElement} element=${element} act=${act} />`;
  const input = field?.(element) ?? null;
  if (input !== null) return input;
  if (isSelect(element)) return html`<${SelectElement} element=${element} act=${act} />`;
  if (isImage(element)) return html`<img class="thumbnail" src=${element.image_url} alt=${element.alt_text} />`;
  return html`<span class="muted">(${element.type})</span>`;
}

/** @param {{ type: string }} element @returns {element is Button} */
const isButton = (element) => element.type === 'button';
/** @param {{ type: string }} element @returns {element is StaticSelect} */
const isSelect = (element) => element.type === 'static_select';
/** @param {{ type: string }} element @returns {element is { type: 'image', image_url: string, alt_text: string }} */
const isImage = (element) => element.type === 'image';

/** @param {{ type: string }} element @returns {element is import('@slack/types').Overflow} */
const isOverflow = (element) => element.type === 'overflow';

/** Asks for confirmation where the element wants it, then acts; says meanwhile that it is busy. @param {Act} send @param {string} actionId @param {ConfirmationDialog | undefined} dialog */
function useAct(send, actionId, dialog) {
  const page = usePage();
  const [busy, setBusy] = useState(false);
  /** @param {{ value?: string, selected_option?: { value: string } }} what */
  const act = async (what) => {
    if (busy || (dialog !== undefined && !(await page.confirm(dialog)))) return;
    setBusy(true);
    await send(actionId, what);
    setBusy(false);
  };
  return { busy, act };
}

/** @param {Where & { element: Button }} props */
function ButtonElement({ element, act: send }) {
  const { busy, act } = useAct(send, element.action_id ?? '', element.confirm);
  const url = element.url === undefined ? null : safeUrl(element.url);
  const onClick = () => {
    if (url !== null) window.open(url, '_blank', 'noopener,noreferrer');
    act(element.value === undefined ? {} : { value: element.value });
  };
  return html`<button
    type="button"
    class=${`button ${element.style ?? ''}`}
    aria-busy=${busy}
    aria-label=${element.accessibility_label}
    onClick=${onClick}
  >
    ${plain(element.text.text)}
  </button>`;
}

/** @param {Where & { element: StaticSelect }} props */
function SelectElement({ element, act: send }) {
  const { busy, act } = useAct(send, element.action_id ?? '', element.confirm);
  const [chosen, setChosen] = useState(element.initial_option?.value ?? '');
  const onChange = (/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => {
    setChosen(currentTarget.value);
    act({ selected_option: { value: currentTarget.value } });
  };
  const placeholder = plain(element.placeholder?.text ?? 'Select an item');
  const groups = element.option_groups ?? [];
  return html`<select class="button select" aria-label=${placeholder} aria-busy=${busy} value=${chosen} onChange=${onChange}>
    <option value="" disabled hidden>${placeholder}</option>
    ${options(element.options ?? [])}
    ${groups.map((group, index) => html`<optgroup key=${index} label=${plain(group.label.text)}>${options(group.options)}</optgroup>`)}
  </select>`;
}

/** @param {{ text: { text: string }, value?: string }[]} list */
function options(list) {
  return list.map(({ text, value }) => html`<option key=${value} value=${value}>${plain(text.text)}</option>`);
}

/** The menu behind three dots. @param {Where & { element: import('@slack/types').Overflow }} props */
function OverflowElement({ element, act: send }) {
  const { busy, act } = useAct(send, element.action_id ?? '', element.confirm);
  const onChange = (/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => {
    const { value } = currentTarget;
    currentTarget.value = '';
    act({ selected_option: { value } });
  };
  return html`<select class="button select overflow" aria-label="More actions" aria-busy=${busy} value="" onChange=${onChange}>
    <option value="" disabled hidden>⋯</option>
    ${options(element.options)}
  </select>`;
}
