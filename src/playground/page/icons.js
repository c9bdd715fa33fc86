// @ts-check
import { html } from 'htm/preact';

/** Line drawings on a 20 × 20 field. */
const paths = {
  home: 'M3 9.5 10 3.5l7 6M5 8.5v8h4v-4.5h2v4.5h4v-8',
  send: 'M3 10 3 3.8 17.5 10 3 16.2 3 10 10.5 10',
  close: 'M5 5l10 10M15 5 5 15',
  menu: 'M3 5h14M3 10h14M3 15h14',
  reply: 'M3.5 4h13v9.5h-7L6 16.5v-3H3.5zM6.5 7.5h7M6.5 10h4.5',
  break: 'M11 2.5 5 11h4.5L8.5 17.5 15 8.5h-4.5z',
  down: 'M10 4v11M5.5 10.5 10 15l4.5-4.5',
  eye: 'M2 10q8-11 16 0-8 11-16 0zM10 7.6a2.4 2.4 0 1 0 .01 0',
  at: 'M13.2 10a3.2 3.2 0 1 1-.01-.3M13.2 6.8v4.6q.3 2 2 1.6 1.6-.6 1.6-3a6.8 6.8 0 1 0-2.8 5.5',
  slash: 'M5 3.5h10q1.5 0 1.5 1.5v10q0 1.5-1.5 1.5H5q-1.5 0-1.5-1.5V5Q3.5 3.5 5 3.5zM11.5 6.5l-3 7',
  help: 'M10 17.2a7.2 7.2 0 1 0-.01 0M7.8 8q.2-2.2 2.2-2.2t2.2 1.9q0 1.2-1.2 1.9-1 .6-1 1.7M10 13.7v.2',
};

/** @param {{ name: keyof typeof paths, size?: number }} props */
export function Icon({ name, size = 18 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true">
    <path d=${paths[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />
  </svg>`;
}
