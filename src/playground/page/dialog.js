// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { plain, textObject } from './text.js';

/** @typedef {{ dialog: import('@slack/types').ConfirmationDialog, answer: (yes: boolean) => void }} Question */

/** "Are you sure?", modal: Escape and a click beside it mean no. @param {{ question: Question }} props */
export function ConfirmDialog({ question: { dialog, answer } }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Before the next key press, which may already be meant for it.
  useLayoutEffect(() => box.current?.showModal(), []);
  const onBackdrop = (/** @type {MouseEvent} */ { target }) => target === box.current && answer(false);
  return html`<dialog class="confirm" ref=${box} aria-labelledby="confirm-title" onClose=${() => answer(false)} onClick=${onBackdrop}>
    <div class="confirm-body">
      <h2 id="confirm-title">${plain(dialog.title?.text ?? 'Are you sure?')}</h2>
      <div class="confirm-text">${textObject(dialog.text)}</div>
      <div class="confirm-buttons">
        <button type="button" class="button" onClick=${() => answer(false)}>${plain(dialog.deny?.text ?? 'Cancel')}</button>
        <button type="button" class=${`button ${dialog.style ?? 'primary'}`} autofocus onClick=${() => answer(true)}>
          ${plain(dialog.confirm?.text ?? 'Confirm')}
        </button>
      </div>
    </div>
  </dialog>`;
}
