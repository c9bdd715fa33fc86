// @ts-check
import { html } from 'htm/preact';
import { Avatar } from './avatar.js';
import { Blocks } from './blocks.js';
import { emoji } from './emoji.js';
import { Icon } from './icons.js';
import { usePage } from './page-context.js';
import { Mrkdwn } from './text.js';
import { ago, clockTime, sentAt } from './time.js';

/** @typedef {import('./state.js').Message} Message */

/** Speaks when Slack itself has something to say; it is in no list of users. */
const slackbot = 'USLACKBOT';
const slackbotUser = { id: slackbot, name: 'slackbot', real_name: 'Slackbot', color: '616061' };

/** @param {{ message: Message, joined: boolean, inThread: boolean }} props */
export function MessageRow({ message, joined, inThread }) {
  const page = usePage();
  const sender = page.people.get(message.user);
  const bot = message.bot ?? sender?.is_bot ?? false;
  const name =
    message.username ?? sender?.real_name ?? (bot ? 'Sluice' : message.user === slackbot ? 'Slackbot' : 'unknown');
  const threaded = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  const classes = ['message', joined && 'joined', message.ephemeral && 'whisper'].filter(Boolean).join(' ');
  return html`<div class=${classes} role="listitem" data-ts=${message.ts}>
    ${message.ephemeral ? html`<div class="above"><${Icon} name="eye" size=${14} /> Only visible to you</div>` : null}
    ${threaded && !inThread ? html`<${Broadcast} message=${message} />` : null}
    <div class="row">
      <div class="gutter">
        ${joined ? html`<${Stamp} message=${message} short />` : html`<${Avatar} user=${message.user === slackbot ? slackbotUser : sender} bot=${bot && message.user !== slackbot} />`}
      </div>
      <div class="body">
        ${
          joined
            ? null
            : html`<div class="byline">
              <b class="sender">${name}</b>
              ${bot ? html`<span class="badge">APP</span>` : null}
              <${Stamp} message=${message} />
            </div>`
        }
        ${message.blocks?.length ? html`<${Blocks} message=${message} />` : html`<${Words} message=${message} />`}
        ${message.files?.map((file, index) => html`<${Picture} key=${index} file=${file} />`)}
        ${message.reactions?.length ? html`<${Reactions} reactions=${message.reactions} />` : null}
        ${inThread || message.ephemeral ? null : html`<${Replies} message=${message} />`}
      </div>
    </div>
    ${inThread || message.ephemeral ? null : html`<${Toolbar} message=${message} />`}
  </div>`;
}

/** @param {{ file: { title: string, alt: string, url: string } }} props */
function Picture({ file }) {
  return html`<figure class="block image">
    <figcaption>${file.title}</figcaption>
    <a href=${file.url} target="_blank" rel="noopener noreferrer"><img src=${file.url} alt=${file.alt} title=${file.alt} /></a>
  </figure>`;
}

/** @param {{ reactions: { name: string, count: number }[] }} props */
function Reactions({ reactions }) {
  return html`<div class="reactions">
    ${reactions.map(
      ({ name, count }) =>
        html`<span key=${name} class="reaction" title=${`:${name}:`}>${emoji.get(name) ?? `:${name}:`} ${count}</span>`,
    )}
  </div>`;
}

/** @param {{ message: Message }} props */
function Words({ message }) {
  if (message.text === '') return null;
  return html`<div class="words">
    <${Mrkdwn} text=${message.text} />
    ${message.edited ? html`<span class="edited">(edited)</span>` : null}
  </div>`;
}

/** @param {{ message: Message, short?: boolean }} props */
function Stamp({ message, short = false }) {
  const at = sentAt(message);
  const text = short ? clockTime(at).replace(/ [AP]M$/, '') : clockTime(at);
  return html`<time class="stamp" datetime=${new Date(at).toISOString()} title=${new Date(at).toLocaleString()}>${text}</time>`;
}

/** @param {{ message: Message }} props */
function Broadcast({ message }) {
  const page = usePage();
  return html`<div class="above">
    <${Icon} name="reply" size=${14} /> replied to${' '}
    <button type="button" class="link" onClick=${() => page.openThread(message.thread_ts ?? message.ts)}>a thread</button>
  </div>`;
}

/** @param {{ message: Message }} props */
function Replies({ message }) {
  const page = usePage();
  const count = message.reply_count ?? 0;
  if (count === 0) return null;
  const last = message.latest_reply === undefined ? null : ago(Number(message.latest_reply) * 1000, Date.now());
  return html`<button type="button" class="replies" onClick=${() => page.openThread(message.ts)}>
    <${Icon} name="reply" size=${16} />
    <b>${count} ${count === 1 ? 'reply' : 'replies'}</b>
    ${last === null ? null : html`<span class="muted">Last reply ${last}</span>`}
  </button>`;
}

/** @param {{ message: Message }} props */
function Toolbar({ message }) {
  const page = usePage();
  const threaded = message.thread_ts ?? message.ts;
  return html`<div class="toolbar">
    <button type="button" aria-label="Reply in thread" title="Reply in thread" onClick=${() => page.openThread(threaded)}>
      <${Icon} name="reply" />
    </button>
  </div>`;
}
