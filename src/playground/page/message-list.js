// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { MessageRow } from './message.js';
import { usePage } from './page-context.js';
import { continues } from './state.js';
import { dayName, sameDay, sentAt } from './time.js';

/** @typedef {import('./state.js').Message} Message */

const nearBottomPx = 40;

/**
 * Stays at the bottom while it is at the bottom, whatever grows; elsewhere nothing moves, and it says that there is more.
 * @param {Message | undefined} newest
 * @param {boolean} own
 */
function useStickToBottom(newest, own) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const content = useRef(/** @type {HTMLDivElement | null} */ (null));
  const stuck = useRef(true);
  const seen = useRef('');
  const [missed, setMissed] = useState(false);
  const sizes = useRef('');
  const top = useRef(0);
  const sizesNow = () => `${box.current?.clientHeight} ${box.current?.clientWidth} ${box.current?.scrollHeight}`;
  const toBottom = () => {
    stuck.current = true;
    setMissed(false);
    if (box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
      top.current = box.current.scrollTop;
    }
    sizes.current = sizesNow();
  };
  /** A browser tells of a scroll only with its next frame; a message may come before that. */
  const leftUpwards = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    return scrollTop < top.current && scrollHeight - scrollTop - clientHeight >= nearBottomPx;
  };
  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    const upwards = scrollTop < top.current;
    top.current = scrollTop;
    // The browser scrolls too, when something changes its size, but not up from the bottom: that is a person.
    if (sizes.current !== sizesNow() && !upwards) return;
    stuck.current = scrollHeight - scrollTop - clientHeight < nearBottomPx;
    if (stuck.current) setMissed(false);
  };
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => {
      if (stuck.current) toBottom();
      sizes.current = sizesNow();
    });
    for (const element of [box.current, content.current]) if (element !== null) watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    const ts = newest?.ts ?? '';
    if (Number(ts) <= Number(seen.current)) return;
    const first = seen.current === '';
    seen.current = ts;
    if (leftUpwards()) stuck.current = false;
    if (first || stuck.current || own) toBottom();
    else setMissed(true);
  }, [newest?.ts]);
  return { box, content, missed, onScroll, toBottom };
}

/** @param {{ messages: Message[], label: string, newFrom?: string | undefined, inThread?: boolean, before?: unknown, after?: unknown }} props */
export function MessageList({ messages, label, newFrom, inThread = false, before = null, after = null }) {
  const { as } = usePage();
  const newest = messages.at(-1);
  const { box, content, missed, onScroll, toBottom } = useStickToBottom(newest, newest?.user === as);
  return html`<div class="list-frame">
    <div class="list" ref=${box} onScroll=${onScroll} tabindex="0" role="region" aria-label=${label}>
      <div class="list-content" ref=${content}>
        ${before}
        <div role="log" aria-label=${label} aria-relevant="additions">
          <div role="list">${messages.map((message, index) => row(message, messages[index - 1], { newFrom, inThread, messages }))}</div>
        </div>
        ${after}
      </div>
    </div>
    ${
      missed
        ? html`<button type="button" class="missed" onClick=${toBottom}><${Icon} name="down" size=${14} /> New messages</button>`
        : null
    }
  </div>`;
}

/** @param {Message} message @param {Message | undefined} previous @param {{ newFrom: string | undefined, inThread: boolean, messages: Message[] }} list */
function row(message, previous, { newFrom, inThread, messages }) {
  const at = sentAt(message);
  const newDay = previous === undefined || !sameDay(sentAt(previous), at);
  const isNew = message.ts === newFrom;
  const day = html`<div class="day" key=${`day ${message.ts}`} role="separator"><span>${dayName(at, Date.now())}</span></div>`;
  const line = html`<div class="new-line" key=${`new ${message.ts}`} role="separator"><span>New</span></div>`;
  const replies = message.reply_count ?? 0;
  const parting = inThread && message === messages[0] && messages.length > 1;
  return [
    newDay && !inThread ? day : null,
    isNew ? line : null,
    html`<${MessageRow}
      key=${message.ts}
      message=${message}
      joined=${!newDay && !isNew && replies === 0 && continues(previous, message, sentAt) && !(inThread && previous === messages[0])}
      inThread=${inThread}
    />`,
    parting ? html`<div class="parting" key="parting"><span>${counted(messages.length - 1)}</span></div>` : null,
  ];
}

/** @param {number} count */
const counted = (count) => `${count} ${count === 1 ? 'reply' : 'replies'}`;
