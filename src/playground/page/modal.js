// @ts-check
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { api } from './api.js';
import { Block } from './blocks.js';
import { Input, isInput } from './inputs.js';
import { usePage } from './page-context.js';
import { plain } from './text.js';

/**
 * @typedef {import('./state.js').ShownView} ShownView
 * @typedef {{ [key: string]: any }} Given
 */

/** What is chosen and typed so far, by `block/action`; kept while the app updates the view. @param {ShownView} shown */
export function useGiven(shown) {
  const [given, setGiven] = useState(/** @type {Given} */ ({}));
  return {
    given,
    /** @param {string} key @param {import('./inputs.js').InputElement} element */
    valueOf: (key, element) => (Object.hasOwn(given, key) ? given[key] : initialOf(element)),
    /** @param {string} key @param {any} value */
    keep(key, value) {
      const next = { ...given, [key]: value };
      setGiven(next);
      return next;
    },
    id: shown.id,
  };
}

/** @param {any} element */
function initialOf(element) {
  return (
    element.initial_value ??
    element.initial_option ??
    element.initial_options ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_user ??
    null
  );
}

/** The window on top: its blocks, its inputs, and what the app says of them. @param {{ shown: ShownView }} props */
export function Modal({ shown }) {
  const { as, tell } = usePage();
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const state = useGiven(shown);
  const [errors, setErrors] = useState(/** @type {{ [block: string]: string }} */ ({}));
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => box.current?.showModal(), []);
  // The window may have been replaced by one of the same place in the stack: its mistakes are gone.
  useEffect(() => setErrors({}), [shown.id]);
  const { view } = shown;
  const closed = useRef('');
  const close = () => {
    // One press of Escape in a field for dates cancels the window twice in Chromium.
    if (closed.current === shown.id) return;
    closed.current = shown.id;
    api.closeView({ as, view: shown.id }).catch(() => {
      closed.current = '';
    });
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const answer = await api.submitView({ as, view: shown.id, given: state.given });
      setErrors(answer.errors ?? {});
      if (answer.notice !== undefined) tell(answer.notice);
    } catch {
      tell('We had some trouble connecting. Try again?');
    } finally {
      setBusy(false);
    }
  };
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog class="modal" ref=${box} aria-labelledby="modal-title" onCancel=${onCancel}>
    <form onSubmit=${submit} noValidate>
      <header class="modal-header">
        <h2 id="modal-title">${plain(view.title?.text ?? '')}</h2>
        <button type="button" class="tool" aria-label="Close" onClick=${close}>✕</button>
      </header>
      <div class="modal-blocks"><${ViewBlocks} shown=${shown} state=${state} errors=${errors} /></div>
      <footer class="modal-buttons">
        <button type="button" class="button" onClick=${close}>${plain(view.close?.text ?? 'Cancel')}</button>
        ${view.submit ? html`<button type="submit" class="button primary" aria-busy=${busy}>${plain(view.submit.text)}</button>` : null}
      </footer>
    </form>
  </dialog>`;
}

/** The blocks of a modal or of the Home tab. @param {{ shown: ShownView, state: ReturnType<typeof useGiven>, errors: { [block: string]: string } }} props */
export function ViewBlocks({ shown, state, errors }) {
  const { as, tell } = usePage();
  const act = async (
    /** @type {string} */ block_id,
    /** @type {string} */ action_id,
    /** @type {any} */ chosen,
    given = state.given,
  ) => {
    const answer = await api
      .actInView({ as, view: shown.id, block_id, action_id, chosen, given })
      .catch(() => ({ ok: false }));
    if (!answer.ok) tell('Sluice did not answer that.');
  };
  return (shown.view.blocks ?? []).map((/** @type {any} */ block) => {
    const key = block.block_id;
    const suggest = async (/** @type {any} */ element, /** @type {string} */ text) => {
      const asked = { as, view: shown.id, block_id: key, action_id: element.action_id, text, given: state.given };
      return (await api.suggest(asked).catch(() => ({ options: [] }))).options;
    };
    const field = (/** @type {any} */ element, /** @type {boolean} */ tells, /** @type {string} */ label) => {
      const name = `${key}/${element.action_id}`;
      const onChange = (/** @type {any} */ value) => {
        const given = state.keep(name, value);
        if (tells) act(key, element.action_id, value, given);
      };
      return html`<${Input} id=${`input-${key}`} element=${element} label=${label} value=${state.valueOf(name, element)} onChange=${onChange} about=${aboutOf(block, errors[key])} suggest=${(/** @type {string} */ text) => suggest(element, text)} />`;
    };
    if (block.type === 'input')
      return html`<${InputBlock} key=${key} block=${block} error=${errors[key]}>${field(block.element, block.dispatch_action === true, plain(block.label.text))}</${InputBlock}>`;
    return html`<${Block}
      key=${key}
      block=${block}
      act=${(/** @type {string} */ action, /** @type {any} */ what) => act(key, action, what.selected_option?.value ?? what.value)}
      field=${(/** @type {any} */ element) => (isInput(element.type) ? field(element, true, plain(element.placeholder?.text ?? element.type)) : null)}
    />`;
  });
}

/** @param {{ block: any, error: string | undefined, children: any }} props */
function InputBlock({ block, error, children }) {
  const id = `input-${block.block_id}`;
  return html`<div class=${error === undefined ? 'block input' : 'block input wrong'}>
    <label for=${id}>${plain(block.label.text)}${block.optional ? html`<span class="muted"> (optional)</span>` : null}</label>
    ${children}
    ${error === undefined ? null : html`<p class="error" role="alert" id=${`${id}-error`}>${plain(error)}</p>`}
    ${block.hint ? html`<p class="hint" id=${`${id}-hint`}>${plain(block.hint.text)}</p>` : null}
  </div>`;
}

/** What says more about an input: its mistake, its hint. @param {any} block @param {string | undefined} error */
function aboutOf(block, error) {
  const id = `input-${block.block_id}`;
  const notes = [...(error === undefined ? [] : [`${id}-error`]), ...(block.hint ? [`${id}-hint`] : [])];
  return { 'aria-invalid': error !== undefined, 'aria-describedby': notes.join(' ') };
}
