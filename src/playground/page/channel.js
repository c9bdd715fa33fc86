// @ts-check
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import { Composer } from './composer.js';
import { Home } from './home.js';
import { Icon } from './icons.js';
import { MessageList } from './message-list.js';
import { isDirect } from './state.js';
import { StoryLinks } from './story.js';
import { Mrkdwn } from './text.js';

const defaultExamples = [
  { text: '/release web dev 1.4.2', hint: 'Release a version and watch it arrive' },
  { text: '/release web production', hint: 'Ask for production: who must approve?' },
  { text: '/release status', hint: 'What runs where' },
  { text: '/rollback web production', hint: 'Back to the last good version' },
];
const dismissedKey = 'sluice.examples.dismissed';

/**
 * @param {{ state: import('./state.js').State, boot: import('./state.js').Boot, known: import('./completion.js').Known,
 *   onSend: (text: string) => Promise<boolean>, story?: any }} props
 */
export function Channel({ state, boot, known, onSend, story = null }) {
  const [shown, setShown] = useState(localStorage.getItem(dismissedKey) === null);
  const [fill, setFill] = useState(/** @type {string | null} */ (null));
  const [chosen, showHome] = useState(/** @type {boolean | null} */ (null));
  const show = (/** @type {boolean} */ wanted) => {
    if (wanted) localStorage.removeItem(dismissedKey);
    else localStorage.setItem(dismissedKey, 'yes');
    setShown(wanted);
  };
  const channel = boot.channels.find(({ id }) => id === state.channel);
  const direct = channel !== undefined && isDirect(channel);
  const name = direct ? 'Sluice' : (channel?.name ?? '');
  const mark = direct ? '' : '#';
  const place = `${state.as} ${state.channel}`;
  const messages = state.history[state.channel];
  // Nothing was written yet: then there is more to see on its Home tab.
  const homeShown = chosen ?? messages?.length === 0;
  return html`<main class="channel" aria-label=${`Channel ${name}`}>
    <header class="channel-header">
      <h1><span class="hash" aria-hidden="true">${mark}</span>${name}</h1>
      <div class="topic"><${Mrkdwn} text=${channel?.topic ?? ''} /></div>
      <button type="button" class="tool" aria-pressed=${shown} aria-label="Show examples" title="Show examples" onClick=${() => show(!shown)}><${Icon} name="help" /></button>
    </header>
    ${direct ? html`<${Tabs} home=${homeShown} onChoose=${showHome} />` : null}
    ${
      direct && homeShown
        ? html`<${Home} key=${place} shown=${state.home} channel=${state.channel} />`
        : html`
    ${
      messages === undefined
        ? html`<div class="list-frame"></div>`
        : html`<${MessageList}
          key=${place}
          messages=${messages}
          label=${`Messages in ${name}`}
          newFrom=${state.newFrom[state.channel]}
          before=${html`<${Beginning} name=${`${mark}${name}`} direct=${direct} />`}
        />`
    }
    ${channel?.app === false && !direct ? html`<${Outside} name=${name} onInvite=${() => onSend('/invite @sluice')} />` : null}
    ${story}
    ${shown && story === null ? html`<${Examples} examples=${boot.examples ?? defaultExamples} onPick=${(/** @type {string} */ text) => setFill(text)} onDismiss=${() => show(false)} /><${StoryLinks} />` : null}
    <${Composer} key=${place} place=${place} person=${state.as} placeholder=${`Message ${mark}${name}`} label=${`Message to ${name}`} known=${known} fill=${state.typed ?? fill} onFilled=${() => setFill(null)} onSend=${onSend} />
    `
    }
    <div class="status-line" role="status">${state.connected ? '' : html`<span class="spinner"></span> connecting…`}</div>
  </main>`;
}

/** Where the app is not. @param {{ name: string, onInvite: () => void }} props */
function Outside({ name, onInvite }) {
  return html`<div class="outside">
    <span>Sluice is not in <b>#${name}</b>: commands work here, mentions do not.</span>
    <button type="button" class="button" onClick=${onInvite}>Add Sluice</button>
  </div>`;
}

/** Home and Messages of an app. @param {{ home: boolean, onChoose: (home: boolean) => void }} props */
function Tabs({ home, onChoose }) {
  return html`<div class="tabs" role="tablist">
    <button type="button" role="tab" aria-selected=${home} onClick=${() => onChoose(true)}>Home</button>
    <button type="button" role="tab" aria-selected=${!home} onClick=${() => onChoose(false)}>Messages</button>
  </div>`;
}

/** @param {{ name: string, direct: boolean }} props */
function Beginning({ name, direct }) {
  return html`<div class="beginning">
    <h2>${name}</h2>
    <p>${
      direct
        ? html`This conversation is just between you and <b>${name}</b>.`
        : html`This is the very beginning of the <b>${name}</b> channel.`
    }</p>
  </div>`;
}

/** @param {{ examples: { text: string, hint: string }[], onPick: (text: string) => void, onDismiss: () => void }} props */
function Examples({ examples, onPick, onDismiss }) {
  return html`<section class="examples" aria-label="Try this">
    <b class="examples-title">Try this</b>
    <div class="examples-list">
      ${examples.map(
        ({
          text,
          hint,
        }) => html`<button type="button" key=${text} class="example" title=${hint} onClick=${() => onPick(text)}>
          <code>${text}</code><span>${hint}</span>
        </button>`,
      )}
    </div>
    <button type="button" class="tool" aria-label="Dismiss examples" onClick=${onDismiss}><${Icon} name="close" size=${14} /></button>
  </section>`;
}
