// @ts-check
import { html } from 'htm/preact';

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '');
  return `${words[0]?.[0] ?? '?'}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`.toUpperCase();
}

/** @param {string | undefined} color with or without its hash sign, as Slack writes it */
function cssColor(color) {
  const hex = (color ?? '').replace(/^#/, '');
  return /^[0-9a-f]{3,8}$/i.test(hex) ? `#${hex}` : '#616061';
}

/** Initials on the person's colour, or the sign of the app. @param {{ user?: import('./state.js').User | undefined, bot?: boolean | undefined, size?: number }} props */
export function Avatar({ user, bot = false, size = 36 }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.42)}px` };
  if (bot) return html`<img class="avatar" style=${style} src="/page/sluice.svg" alt="" />`;
  return html`<span class="avatar" style=${{ ...style, backgroundColor: cssColor(user?.color) }} aria-hidden="true">
    ${initials(user?.real_name || user?.name || '?')}
  </span>`;
}
