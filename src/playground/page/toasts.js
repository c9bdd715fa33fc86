// @ts-check
import { html } from 'htm/preact';
import { useEffect } from 'preact/hooks';
import { Icon } from './icons.js';

const shownForMs = 8000;

/** @param {{ notices: { id: number, text: string }[], onDismiss: (id: number) => void }} props */
export function Toasts({ notices, onDismiss }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${notices.map((notice) => html`<${Toast} key=${notice.id} text=${notice.text} onDismiss=${() => onDismiss(notice.id)} />`)}
  </div>`;
}

/** @param {{ text: string, onDismiss: () => void }} props */
function Toast({ text, onDismiss }) {
  useEffect(() => {
    const timer = setTimeout(onDismiss, shownForMs);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="toast">
    <span>${text}</span>
    <button type="button" class="tool" aria-label="Dismiss" onClick=${onDismiss}><${Icon} name="close" size=${14} /></button>
  </div>`;
}
