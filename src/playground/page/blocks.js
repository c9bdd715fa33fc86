// @ts-check
import { html } from 'htm/preact';
import { ActionElement } from './elements.js';
import { usePage } from './page-context.js';
import { RichText } from './rich-text.js';
import { plain, textObject } from './text.js';

/**
 * @typedef {import('@slack/types').KnownBlock} KnownBlock
 * @typedef {import('./state.js').Message} Message
 * @typedef {import('./elements.js').Act} Act
 * @typedef {import('./elements.js').Field} Field
 */

/** Block Kit, as far as messages of bots use it. @param {{ message: Message }} props */
export function Blocks({ message }) {
  const page = usePage();
  const { ts, thread_ts, blocks = [] } = message;
  const where = { ts, ...(thread_ts === undefined ? {} : { thread_ts }) };
  return html`<div class="blocks">
    ${blocks.map((block, index) => {
      const act = (/** @type {string} */ action_id, /** @type {object} */ what) =>
        page.act({ ...where, block_id: block.block_id ?? '', action_id, ...what });
      return html`<${Block} key=${block.block_id ?? index} block=${block} act=${act} />`;
    })}
  </div>`;
}

/** One block; `field` draws what holds something in a view. @param {{ block: KnownBlock, act: Act, field?: Field }} props */
export function Block({ block, act, field }) {
  switch (block.type) {
    case 'section':
      return html`<${Section} block=${block} act=${act} field=${field} />`;
    case 'header':
      return html`<h3 class="block header">${plain(block.text.text)}</h3>`;
    case 'rich_text':
      return html`<${RichText} block=${block} />`;
    case 'divider':
      return html`<hr class="block divider" />`;
    case 'context':
      return html`<div class="block context">${block.elements.map((element, index) => html`<${ContextElement} key=${index} element=${element} />`)}</div>`;
    case 'actions':
      return html`<div class="block actions">
        ${block.elements.map(
          (element, index) =>
            html`<${ActionElement} key=${'action_id' in element ? element.action_id : index} element=${element} act=${act} field=${field} />`,
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

/** @param {{ block: import('@slack/types').SectionBlock, act: Act, field: Field | undefined }} props */
function Section({ block, act, field }) {
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
        ? html`<div class="accessory"><${ActionElement} element=${block.accessory} act=${act} field=${field} /></div>`
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
