// @ts-check
import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';
import { Composer } from './composer.js';
import { Icon } from './icons.js';
import { MessageList } from './message-list.js';

/**
 * @param {{ state: import('./state.js').State, root: string, channelName: string, known: import('./completion.js').Known,
 *   onClose: () => void, onSend: (text: string) => Promise<boolean> }} props
 */
export function Thread({ state, root, channelName, known, onClose, onSend }) {
  const parent = (state.history[state.channel] ?? []).find(({ ts }) => ts === root);
  const loaded = state.replies[root] ?? [];
  const messages = parent === undefined || loaded.some(({ ts }) => ts === root) ? loaded : [parent, ...loaded];
  const pane = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => pane.current?.querySelector('textarea')?.focus(), [root]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
  };
  return html`<section class="pane thread" aria-label="Thread" ref=${pane} onKeyDown=${onKeyDown}>
    <header class="pane-header">
      <div><h2>Thread</h2><span class="muted"># ${channelName}</span></div>
      <button type="button" class="tool" aria-label="Close thread" onClick=${onClose}><${Icon} name="close" /></button>
    </header>
    <${MessageList} key=${root} messages=${messages} label="Thread" inThread />
    <${Composer}
      key=${`${state.as} ${root}`}
      place=${`${state.as} ${root}`}
      person=${state.as}
      placeholder="Reply…"
      label="Reply in thread"
      known=${{ commands: [], people: known.people }}
      onSend=${onSend}
    />
  </section>`;
}
