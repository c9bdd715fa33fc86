// @ts-check
import { html } from 'htm/preact';
import { emoji } from './emoji.js';
import { decodeEntities, parseMrkdwn } from './mrkdwn.js';
import { usePage } from './page-context.js';
import { formatDate } from './time.js';

/** @typedef {import('./mrkdwn.js').Inline} Inline */

/** @param {{ text: string }} props */
export function Mrkdwn({ text }) {
  return html`<div class="mrkdwn">${parseMrkdwn(text).map((block, index) => html`<${BlockOf} key=${index} block=${block} />`)}</div>`;
}

/** Text without markup; emoji names and the three entities are still read, as Slack does. @param {string} text */
export function plain(text) {
  return decodeEntities(text.replace(/:([a-z0-9_+'-]{1,60}):/g, (whole, name) => emoji.get(name) ?? whole));
}

/** @param {import('@slack/types').PlainTextElement | import('@slack/types').MrkdwnElement} object */
export function textObject(object) {
  return object.type === 'mrkdwn' ? html`<${Mrkdwn} text=${object.text} />` : plain(object.text);
}

/** @param {{ block: import('./mrkdwn.js').Block }} props */
function BlockOf({ block }) {
  if (block.kind === 'pre') return html`<pre tabindex="0">${block.text}</pre>`;
  const lines = block.lines.map(lineBreak);
  return block.kind === 'quote' ? html`<blockquote>${lines}</blockquote>` : html`<p>${lines}</p>`;
}

/** @param {Inline[]} nodes @param {number} index */
function lineBreak(nodes, index) {
  if (nodes.length === 0) return index === 0 ? null : html`<span key=${index} class="empty-line"></span>`;
  return html`<span key=${index} class="line"><${Line} nodes=${nodes} /></span>`;
}

/** @param {{ nodes: Inline[] }} props */
export function Line({ nodes }) {
  return html`${nodes.map((node, index) => html`<${Node} key=${index} node=${node} />`)}`;
}

/** @param {{ node: Inline }} props */
function Node({ node }) {
  const page = usePage();
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'bold':
      return html`<b><${Line} nodes=${node.children} /></b>`;
    case 'italic':
      return html`<i><${Line} nodes=${node.children} /></i>`;
    case 'strike':
      return html`<s><${Line} nodes=${node.children} /></s>`;
    case 'code':
      return html`<code>${node.text}</code>`;
    case 'emoji':
      return html`<span class="emoji" role="img" aria-label=${node.name.replaceAll('_', ' ')} title=":${node.name}:">${node.text}</span>`;
    case 'link':
      return html`<a href=${node.url} target="_blank" rel="noopener noreferrer">${node.label}</a>`;
    case 'user': {
      const name = page.people.get(node.id)?.name ?? (node.label || 'unknown');
      return html`<span class=${node.id === page.as ? 'mention mine' : 'mention'}>@${name}</span>`;
    }
    case 'channel': {
      const name = page.channels.get(node.id) ?? (node.label || 'private-channel');
      if (!page.channels.has(node.id)) return html`<span class="mention">#${name}</span>`;
      return html`<button type="button" class="mention" onClick=${() => page.select(node.id)}>#${name}</button>`;
    }
    case 'group': {
      const handle = (page.groups.get(node.id) ?? (node.label || 'group')).replace(/^@/, '');
      return html`<span class="mention">@${handle}</span>`;
    }
    case 'everyone':
      return html`<span class="mention mine">@${node.id}</span>`;
    case 'date': {
      const text = formatDate(node.format, node.at, Date.now()) || node.fallback;
      const time = html`<time datetime=${new Date(node.at).toISOString()} title=${new Date(node.at).toLocaleString()}>${text}</time>`;
      return node.url === null ? time : html`<a href=${node.url} target="_blank" rel="noopener noreferrer">${time}</a>`;
    }
  }
}
