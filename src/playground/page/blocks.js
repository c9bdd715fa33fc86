// @ts-check
import { html } from 'htm/preact';
import { ActionElement } from './elements.js';
import { plain, textObject } from './text.js';

/**
 * @typedef {import('@slack/types').KnownBlock} KnownBlock
 * @typedef {import('./state.js').Message} Message
 */

/** Block Kit, as far as messages of bots use it. @param {{ message: Message }} props */
export function Blocks({ message }) {
  const blocks = message.blocks ?? [];
  return html`<div class="blocks">
    ${blocks.map((block, index) => html`<${Block} key=${block.block_id ?? index} block=${block} message=${message} />`)}
  </div>`;
}

/** @param {{ block: KnownBlock, message: Message }} props */
export function Block({ block, message }) {
  switch (block.type) {
    case 'section':
      return html`<${Section} block=${block} message=${message} />`;
    case 'header':
      return html`<h3 class="block header">${plain(block.text.text)}</h3>`;
    case 'divider':
      return html`<hr class="block divider" />`;
    case 'context':
      return html`<div class="block context">${block.elements.map((element, index) => html`<${ContextElement} key=${index} element=${element} />`)}</div>`;
    case 'actions':
      return html`<div class="block actions">
        ${block.elements.map(
          (element, index) =>
            html`<${ActionElement} key=${'action_id' in element ? element.action_id : index} element=${element} blockId=${block.block_id ?? ''} message=${message} />`,
        )}
      </div>`;
    case 'image':
      return html`<figure class="block image">
        ${block.title ? html`<figcaption>${plain(block.title.text)}</figcaption>` : null}
        <img src=${'image_url' in block ? block.image_url : ''} alt=${block.alt_text} />
      </figure>`;
    default:
      return html`<div class="block context">A block of type ${block.type} is not shown in the playground.</div>`;
  }
}

/** @param {{ block: import('@slack/types').SectionBlock, message: Message }} props */
function Section({ block, message }) {
  return html`<div class="block section">
    <div class="section-text">
      ${block.text ? html`<div>${textObject(block.text)}</div>` : null}
      ${
        block.fields
          ? html`<div class="fields">${block.fields.map((field, index) => html`<div key=${index}>${textObject(field)}</div>`)}</div>`
          : null
      }
    </div>
    ${
      block.accessory
        ? html`<div class="accessory"><${ActionElement} element=${block.accessory} blockId=${block.block_id ?? ''} message=${message} /></div>`
        : null
    }
  </div>`;
}

/** @param {{ element: import('@slack/types').ContextBlock['elements'][number] }} props */
function ContextElement({ element }) {
  if (element.type === 'image')
    return html`<img src=${'image_url' in element ? element.image_url : ''} alt=${element.alt_text} />`;
  return html`<span>${textObject(element)}</span>`;
}
