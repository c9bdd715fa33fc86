// @ts-check
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from './api.js';
import { Icon } from './icons.js';
import { Actions } from './panel-actions.js';

/**
 * @typedef {import('./api.js').PanelState} PanelState
 * @typedef {import('./api.js').Cluster} Cluster
 * @typedef {import('./api.js').Kustomization} Kustomization
 */

const everyMs = 1000;

/** What the machinery behind the chat looks like, once a second while somebody looks. @returns {PanelState | null} */
function usePanelState() {
  const [state, setState] = useState(/** @type {PanelState | null} */ (null));
  useEffect(() => {
    let over = false;
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    const ask = async () => {
      if (document.visibilityState === 'visible') {
        const next = await api.panel().catch(() => null);
        if (over) return;
        if (next !== null) setState(next);
      }
      timer = setTimeout(ask, everyMs);
    };
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  return state;
}

/** @param {{ onClose: () => void }} props */
export function Panel({ onClose }) {
  const state = usePanelState();
  return html`<aside class="pane panel" aria-label="Break things">
    <header class="pane-header">
      <div><h2>Break things</h2><span class="muted">behind the chat</span></div>
      <button type="button" class="tool" aria-label="Close panel" onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    ${
      state === null
        ? html`<p class="muted panel-wait">Looking…</p>`
        : html`<div class="panel-scroll">
          <${Clusters} clusters=${state.clusters} />
          <${Actions} actions=${state.actions} />
          <${Kustomizations} clusters=${state.clusters} />
          <${Git} git=${state.git} />
        </div>`
    }
  </aside>`;
}

/** Services down, clusters across: how far each version has come. @param {{ clusters: Cluster[] }} props */
function Clusters({ clusters }) {
  const names = [...new Set(clusters.flatMap(({ services }) => services.map(({ name }) => name)))].toSorted();
  return html`<section class="panel-section">
    <h3>Clusters</h3>
    <div class="matrix-scroll">
      <table class="matrix">
        <thead>
          <tr>
            <td></td>
            ${clusters.map(
              ({ name, cut }) =>
                html`<th key=${name} scope="col" class=${cut ? 'cut' : ''}>${name}${cut ? html`<span class="cut-word">cut off</span>` : null}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${names.map(
            (name) => html`<tr key=${name}>
              <th scope="row" title=${name}>${name}</th>
              ${clusters.map((cluster) => html`<${Cell} key=${cluster.name} cluster=${cluster} name=${name} />`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** @param {{ cluster: Cluster, name: string }} props */
function Cell({ cluster, name }) {
  const service = cluster.services.find((each) => each.name === name);
  if (service === undefined) return html`<td class="absent">–</td>`;
  const { image, ready, wanted, health } = service;
  return html`<td class=${cluster.cut ? 'cut' : ''} title=${`${image} · ${ready} of ${wanted} pods ready · ${health}`}>
    <div class="cell-tag"><code>${tagOf(image)}</code></div>
    <div class="cell-health"><${Dot} tone=${toneOf(health)} />${ready}/${wanted} ${health === 'progressing' ? 'rolling' : health}</div>
  </td>`;
}

/** registry:5000/web:1.4.2@sha256:… → 1.4.2 @param {string} image */
function tagOf(image) {
  const name = image.split('@')[0]?.split('/').pop() ?? image;
  return name.includes(':') ? name.slice(name.indexOf(':') + 1) : name;
}

/** @param {string} health @returns {'good' | 'bad' | 'busy' | 'unknown'} */
function toneOf(health) {
  if (/^(healthy|ready|running|ok|current)$/i.test(health)) return 'good';
  if (/fail|crash|error|degraded|stall|dead|backoff/i.test(health)) return 'bad';
  return /progress|roll|wait|start|pending|updat/i.test(health) ? 'busy' : 'unknown';
}

/** @param {{ tone: string }} props */
const Dot = ({ tone }) => html`<i class=${`dot ${tone}`} aria-hidden="true"></i>`;

/** @param {Kustomization} kustomization */
const isReady = ({ ready }) => ready === true || ready === 'True';

/** Those that are not ready are always shown, the others on demand. @param {{ clusters: Cluster[] }} props */
function Kustomizations({ clusters }) {
  const all = clusters.flatMap((cluster) => cluster.kustomizations.map((each) => ({ ...each, cluster: cluster.name })));
  const waiting = all.filter((each) => !isReady(each));
  const ready = all.filter(isReady);
  return html`<section class="panel-section">
    <h3>Kustomizations</h3>
    <ul class="rows">${waiting.map(kustomizationRow)}</ul>
    <details>
      <summary>${ready.length} ready</summary>
      <ul class="rows">${ready.map(kustomizationRow)}</ul>
    </details>
  </section>`;
}

/** @param {Kustomization & { cluster: string }} kustomization */
function kustomizationRow(kustomization) {
  const { name, cluster, message = '', ready, revision = '' } = kustomization;
  const tone = isReady(kustomization) ? 'good' : ready === false || ready === 'False' ? 'bad' : 'busy';
  const word = tone === 'good' ? 'Ready' : tone === 'bad' ? 'Not ready' : 'Reconciling';
  return html`<li key=${`${cluster}/${name}`} title=${revision}>
    <div><${Dot} tone=${tone} /><b>${name}</b> <span class="muted">${cluster} · ${word}</span></div>
    <div class="muted message-line">${message}</div>
  </li>`;
}

/** @param {{ git: PanelState['git'] }} props */
function Git({ git }) {
  return html`<section class="panel-section">
    <h3>Git <span class="muted"><${Dot} tone=${git.up ? 'good' : 'bad'} />${git.up ? 'up' : 'stopped'}</span></h3>
    <ul class="rows">
      ${git.commits.map(
        ({ sha, title, author }) => html`<li key=${sha} title=${`${sha} by ${author}`}>
          <div class="commit"><code>${sha.slice(0, 7)}</code> <span>${title}</span></div>
          <div class="muted">${author}</div>
        </li>`,
      )}
    </ul>
  </section>`;
}
