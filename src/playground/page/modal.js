// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Block } from './blocks.js';
import { plain } from './text.js';

/**
 * @typedef {import('@slack/types').ModalView} ModalView
 * @typedef {import('@slack/types').InputBlock} InputBlock
 * @typedef {import('./api.js').Values} Values
 * @typedef {import('./state.js').OpenModal} OpenModal
 * @typedef {{ modal: OpenModal, onSubmit: (values: Values) => Promise<{ [block: string]: string }>, onClose: () => void }} ModalProps
 */

/** A modal that the app has opened; Escape puts it away. @param {ModalProps} props */
export function Modal({ modal: { view }, onSubmit, onClose }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [values, setValues] = useState(/** @type {Values} */ ({}));
  const [errors, setErrors] = useState(/** @type {{ [block: string]: string }} */ ({}));
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => box.current?.showModal(), []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setErrors(await onSubmit(values));
    setBusy(false);
  };
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog class="confirm modal" ref=${box} aria-labelledby="modal-title" onCancel=${onCancel}>
    <form class="confirm-body" onSubmit=${submit} noValidate>
      <h2 id="modal-title">${plain(view.title.text)}</h2>
      <div class="modal-blocks">
        ${view.blocks.map((block, index) =>
          block.type === 'input'
            ? html`<${Input}
              key=${block.block_id ?? index}
              block=${block}
              error=${errors[block.block_id ?? '']}
              onValue=${(/** @type {Values[string]} */ value) => setValues({ ...values, [block.block_id ?? '']: value })}
            />`
            : html`<${Block} key=${block.block_id ?? index} block=${block} message=${nothing} />`,
        )}
      </div>
      <div class="confirm-buttons">
        <button type="button" class="button" onClick=${onClose}>${plain(view.close?.text ?? 'Cancel')}</button>
        ${view.submit ? html`<button type="submit" class="button primary" aria-busy=${busy}>${plain(view.submit.text)}</button>` : null}
      </div>
    </form>
  </dialog>`;
}

/** Buttons in modals act on no message. @type {import('./state.js').Message} */
const nothing = { ts: '', user: '', text: '' };

/** @param {{ block: InputBlock, error: string | undefined, onValue: (value: Values[string]) => void }} props */
function Input({ block, error, onValue }) {
  const { element, label, hint, optional, block_id } = block;
  const name = `input-${block_id}`;
  const about = [...(error === undefined ? [] : [`${name}-error`]), ...(hint === undefined ? [] : [`${name}-hint`])];
  const common = { id: name, 'aria-describedby': about.join(' '), 'aria-invalid': error !== undefined };
  return html`<div class="modal-input">
    <label for=${name}>${plain(label.text)}${optional ? html` <span class="muted">(optional)</span>` : null}</label>
    <${Field} element=${element} common=${common} onValue=${onValue} />
    ${error === undefined ? null : html`<div class="modal-error" role="alert" id=${`${name}-error`}>${error}</div>`}
    ${hint === undefined ? null : html`<div class="muted modal-hint" id=${`${name}-hint`}>${plain(hint.text)}</div>`}
  </div>`;
}

/** @param {{ element: InputBlock['element'], common: object, onValue: (value: Values[string]) => void }} props */
function Field({ element, common, onValue }) {
  const id = element.action_id ?? '';
  if (element.type === 'plain_text_input') {
    const onInput = (/** @type {{ currentTarget: HTMLInputElement | HTMLTextAreaElement }} */ { currentTarget }) =>
      onValue({ [id]: { type: element.type, value: currentTarget.value } });
    const own = {
      ...{ placeholder: element.placeholder?.text, maxLength: element.max_length, autofocus: element.focus_on_load },
      defaultValue: element.initial_value,
      onInput,
    };
    return element.multiline
      ? html`<textarea rows="4" ...${common} ...${own}></textarea>`
      : html`<input type="text" ...${common} ...${own} />`;
  }
  if (element.type === 'static_select') {
    const choices = element.options ?? [];
    const onChange = (/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => {
      const chosen = choices.find(({ value }) => value === currentTarget.value);
      if (chosen !== undefined) onValue({ [id]: { type: element.type, selected_option: chosen } });
    };
    return html`<select class="button select" ...${common} onChange=${onChange}>
      <option value="" disabled selected hidden>${plain(element.placeholder?.text ?? 'Select an item')}</option>
      ${choices.map(({ text, value }) => html`<option key=${value} value=${value}>${plain(text.text)}</option>`)}
    </select>`;
  }
  return html`<span class="muted">(${element.type})</span>`;
}
