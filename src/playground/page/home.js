// @ts-check
import { html } from 'htm/preact';
import { useEffect } from 'preact/hooks';
import { api } from './api.js';
import { useGiven, ViewBlocks } from './modal.js';
import { usePage } from './page-context.js';

/** The app's Home tab: opening it tells the app, which draws it. @param {{ shown: import('./state.js').ShownView | null, channel: string }} props */
export function Home({ shown, channel }) {
  const { as } = usePage();
  useEffect(() => {
    api.home({ as, channel }).catch(() => {});
  }, [as, channel]);
  if (shown === null) return html`<div class="home"><p class="muted">The app has not drawn its Home tab yet.</p></div>`;
  return html`<${HomeBlocks} key=${shown.id} shown=${shown} />`;
}

/** @param {{ shown: import('./state.js').ShownView }} props */
function HomeBlocks({ shown }) {
  const state = useGiven(shown);
  return html`<div class="home blocks" tabindex="0"><${ViewBlocks} shown=${shown} state=${state} errors=${{}} /></div>`;
}
