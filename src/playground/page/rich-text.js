// @ts-check
import { html } from 'htm/preact';
import { emoji } from './emoji.js';
import { safeUrl } from './mrkdwn.js';
import { Line } from './text.js';

/**
 * @typedef {import('@slack/types').RichTextBlock} RichTextBlock
 * @typedef {RichTextBlock['elements'][number]} Part
 * @typedef {import('@slack/types').RichTextSection['elements'][number]} Element
 * @typedef {import('./mrkdwn.js').Inline} Inline
 */

/** Rich text: nothing in it is read as markup. @param {{ block: RichTextBlock }} props */
export function RichText({ block }) {
  return html`<div class="block mrkdwn rich">${block.elements.map((part, index) => html`<${PartOf} key=${index} part=${part} />`)}</div>`;
}

/** @param {{ part: Part }} props */
function PartOf({ part }) {
  switch (part.type) {
    case 'rich_text_section':
      return html`<p><${Line} nodes=${part.elements.map(inline)} /></p>`;
    case 'rich_text_list': {
      const items = part.elements.map(
        (item, index) => html`<li key=${index}><${Line} nodes=${item.elements.map(inline)} /></li>`,
      );
      const level = part.indent ?? 0;
      return part.style === 'ordered'
        ? html`<ol data-level=${level}>${items}</ol>`
        : html`<ul data-level=${level}>${items}</ul>`;
    }
    case 'rich_text_quote':
      return html`<blockquote><${Line} nodes=${part.elements.map(inline)} /></blockquote>`;
    case 'rich_text_preformatted':
      return html`<pre tabindex="0"><${Line} nodes=${part.elements.map(inline)} /></pre>`;
  }
}

/** What mrkdwn has a name for, so that both look alike. @param {Element} element @returns {Inline} */
function inline(element) {
  return styled(bare(element), 'style' in element ? element.style : undefined);
}

/** @param {Element} element @returns {Inline} */
function bare(element) {
  switch (element.type) {
    case 'text':
      return element.style?.code ? { kind: 'code', text: element.text } : { kind: 'text', text: element.text };
    case 'link': {
      const url = safeUrl(element.url);
      const label = element.text ?? element.url;
      return url === null ? { kind: 'text', text: label } : { kind: 'link', url, label };
    }
    case 'emoji':
      return { kind: 'emoji', name: element.name, text: emoji.get(element.name) ?? `:${element.name}:` };
    case 'user':
      return { kind: 'user', id: element.user_id, label: '' };
    case 'usergroup':
      return { kind: 'group', id: element.usergroup_id, label: '' };
    case 'channel':
      return { kind: 'channel', id: element.channel_id, label: '' };
    case 'broadcast':
      return { kind: 'everyone', id: element.range, label: '' };
    case 'date': {
      const { timestamp, format, fallback = '', url = '' } = element;
      return { kind: 'date', at: timestamp * 1000, format, fallback, url: safeUrl(url) };
    }
    default:
      return { kind: 'text', text: '' };
  }
}

/** @param {Inline} node @param {{ bold?: boolean, italic?: boolean, strike?: boolean } | undefined} style @returns {Inline} */
function styled(node, style) {
  let made = node;
  for (const kind of /** @type {const} */ (['strike', 'italic', 'bold']))
    if (style?.[kind]) made = { kind, children: [made] };
  return made;
}
