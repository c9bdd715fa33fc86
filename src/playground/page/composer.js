// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { completionsFor, hintFor } from './completion.js';
import { Icon } from './icons.js';

/** Unsent text by place, and what was sent, by person: kept while the page lives. @type {Map<string, string>} */
const drafts = new Map();
/** @type {Map<string, string[]>} */
const sent = new Map();

/**
 * @typedef {{ place: string, person: string, placeholder: string, label: string, known: import('./completion.js').Known,
 *   fill?: string | null, onFilled?: () => void, onSend: (text: string) => Promise<boolean> }} Props
 */

/** Draft, history and completion of one composer. @param {Props} props */
function useComposer({ place, person, known, fill = null, onFilled, onSend }) {
  const [text, setText] = useState(drafts.get(place) ?? '');
  const [caret, setCaret] = useState(text.length);
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const [recalled, setRecalled] = useState(0);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const write = (/** @type {string} */ next, at = next.length) => {
    drafts.set(place, next);
    setText(next);
    setCaret(at);
    setChosen(0);
    setClosed(false);
  };
  useLayoutEffect(() => {
    const { current } = field;
    if (current === null) return;
    if (document.activeElement === current && current.selectionStart !== caret) current.setSelectionRange(caret, caret);
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight}px`;
  }, [text]);
  useLayoutEffect(() => {
    if (fill === null) return;
    write(fill);
    field.current?.focus();
    onFilled?.();
  }, [fill]);
  const { from, items } = closed ? { from: 0, items: [] } : completionsFor(text, caret, known);
  const pick = (/** @type {number} */ index) => {
    const { insert = '' } = items[index] ?? {};
    write(text.slice(0, from) + insert + text.slice(caret).trimStart(), from + insert.length);
    field.current?.focus();
  };
  const recall = (/** @type {number} */ back) => {
    const before = sent.get(person) ?? [];
    const next = Math.min(Math.max(back, 0), before.length);
    setRecalled(next);
    write(next === 0 ? '' : (before.at(-next) ?? ''));
    setClosed(true);
  };
  const send = async () => {
    const message = text.trim();
    if (message === '') return;
    sent.set(person, [...(sent.get(person) ?? []).filter((each) => each !== message), message].slice(-50));
    setRecalled(0);
    write('');
    if (!(await onSend(message)) && (drafts.get(place) ?? '') === '') write(message);
  };
  return {
    text,
    field,
    items,
    chosen,
    recalled,
    write,
    pick,
    recall,
    send,
    setCaret,
    setChosen,
    close: () => setClosed(true),
  };
}

/** @param {Props} props */
export function Composer(props) {
  const composer = useComposer(props);
  const { text, field, items, chosen, recalled, write, pick, recall, send, setCaret, setChosen, close } = composer;
  const open = items.length > 0;
  const hint = hintFor(text, props.known.commands);
  const listId = `completions ${props.place}`.replaceAll(/\W/g, '-');
  const move = (/** @type {number} */ by) => setChosen((chosen + by + items.length) % items.length);
  const untouched = text === '' || recalled > 0;
  /** @type {{ [key: string]: () => unknown }} */
  const keys = open
    ? {
        ArrowDown: () => move(1),
        ArrowUp: () => move(-1),
        Tab: () => pick(chosen),
        Enter: () => pick(chosen),
        Escape: close,
      }
    : {
        Enter: send,
        ...(untouched ? { ArrowUp: () => recall(recalled + 1) } : {}),
        ...(recalled > 0 ? { ArrowDown: () => recall(recalled - 1), Escape: () => recall(0) } : {}),
      };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const action = keys[event.key];
    if (action === undefined || event.shiftKey || event.isComposing || event.ctrlKey || event.altKey || event.metaKey)
      return;
    event.preventDefault();
    action();
  };
  const onInput = (/** @type {{ currentTarget: HTMLTextAreaElement }} */ { currentTarget }) =>
    write(currentTarget.value, currentTarget.selectionStart);
  const start = (/** @type {string} */ mark) => () => {
    write(mark === '/' ? '/' : `${text}${text === '' || text.endsWith(' ') ? '' : ' '}@`);
    field.current?.focus();
  };
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => {
    event.preventDefault();
    return send();
  }}>
    ${open ? html`<${Completions} id=${listId} items=${items} chosen=${chosen} onPick=${pick} onPoint=${setChosen} />` : null}
    <div class="composer-box">
      <textarea
        ref=${field}
        rows="1"
        value=${text}
        placeholder=${props.placeholder}
        aria-label=${props.label}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded=${open}
        aria-controls=${listId}
        aria-activedescendant=${open ? `${listId}-${chosen}` : undefined}
        autocomplete="off"
        onInput=${onInput}
        onKeyDown=${onKeyDown}
        onSelect=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ { currentTarget }) => setCaret(currentTarget.selectionStart)}
        onBlur=${close}
      ></textarea>
      <div class="composer-bar">
        <button type="button" class="tool" title="Commands" aria-label="Commands" onClick=${start('/')}><${Icon} name="slash" /></button>
        <button type="button" class="tool" title="Mention someone" aria-label="Mention someone" onClick=${start('@')}><${Icon} name="at" /></button>
        <div class="usage">${hint === null || open ? null : html`<b>${hint.command}</b> ${hint.usage_hint}`}</div>
        <button type="submit" class="send" aria-label="Send now" title="Send now" disabled=${text.trim() === ''}><${Icon} name="send" /></button>
      </div>
    </div>
  </form>`;
}

/** @param {{ id: string, items: import('./completion.js').Completion[], chosen: number, onPick: (index: number) => void, onPoint: (index: number) => void }} props */
function Completions({ id, items, chosen, onPick, onPoint }) {
  return html`<div class="completions" id=${id} role="listbox" aria-label="Completions">
    ${items.map(
      ({ label, hint, description }, index) => html`<div
        key=${label}
        id=${`${id}-${index}`}
        role="option"
        class="completion"
        aria-selected=${index === chosen}
        onMouseMove=${() => index === chosen || onPoint(index)}
        onMouseDown=${(/** @type {Event} */ event) => {
          event.preventDefault();
          onPick(index);
        }}
      >
        <div><b>${label}</b> <span class="muted">${hint}</span></div>
        <div class="muted">${description}</div>
      </div>`,
    )}
    <div class="completion-keys muted"><b>↑↓</b> to choose <b>Tab</b> or <b>Enter</b> to take <b>Esc</b> to dismiss</div>
  </div>`;
}
