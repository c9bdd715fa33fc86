// @ts-check
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { api } from './api.js';

/** @typedef {import('./api.js').PanelAction} PanelAction */

/** @param {{ actions: PanelAction[] }} props */
export function Actions({ actions }) {
  const groups = [...new Set(actions.map(({ group }) => group))];
  return groups.map(
    (group) => html`<section key=${group} class="panel-section">
      <h3>${group}</h3>
      ${actions.filter((action) => action.group === group).map((action) => html`<${Action} key=${action.id} action=${action} />`)}
    </section>`,
  );
}

/** @param {{ action: PanelAction }} props */
function Action({ action }) {
  const [values, setValues] = useState(/** @type {{ [name: string]: string }} */ ({}));
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState(/** @type {{ ok: boolean, message: string } | null} */ (null));
  // An option that is gone, such as a version that was superseded, falls back to the first.
  const params = Object.fromEntries(
    action.params.map(({ name, options }) => [
      name,
      options.find((option) => option === values[name]) ?? options[0] ?? '',
    ]),
  );
  const run = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setResult(
      await api
        .breakThing(action.id, params)
        .catch((error) => ({ ok: false, message: String(error.message ?? error) })),
    );
    setBusy(false);
  };
  return html`<form class="panel-action" onSubmit=${run}>
    <div class="action-head">
      <b>${action.label}</b>
      <button type="submit" class="button small" disabled=${busy} aria-label=${`Run: ${action.label}`}>${busy ? 'Running…' : 'Run'}</button>
    </div>
    ${action.description ? html`<p class="muted">${action.description}</p>` : null}
    ${
      action.params.length === 0
        ? null
        : html`<div class="action-params">
          ${action.params.map(
            ({ name, label, options }) => html`<label key=${name}>
              <span>${label}</span>
              <select
                value=${params[name]}
                onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => setValues({ ...values, [name]: currentTarget.value })}
              >
                ${options.map((option) => html`<option key=${option} value=${option}>${option}</option>`)}
              </select>
            </label>`,
          )}
        </div>`
    }
    <div role="status" class=${result?.ok ? 'result good' : 'result bad'}>${result?.message ?? ''}</div>
  </form>`;
}
