import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  ModalView,
  SectionBlock,
} from '@slack/types';
import { automatic } from '../vocabulary/person.ts';

export type { KnownBlock, ModalView } from '@slack/types';

/** A message as it is sent: `text` is always a full sentence, for phones and screen readers. */
export interface MessageBody {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Characters that turn the reading order or cannot be seen. */
const unseen = /[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/g;

/** Foreign text made harmless in mrkdwn: no mention, no link, no markup of its own, no characters that turn reading order. */
export function escapeText(text: string): string {
  return text
    .replace(unseen, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, (mark) => `\u200b${mark}`);
}

/** A command, name or value in code style, on one line; a backtick inside would end it. `limit` counts what is shown, escaped. */
export function code(text: string, limit = 600): string {
  const inner = text.replace(unseen, '').replace(/\s+/g, ' ').replaceAll('`', "'");
  return `\`${within(inner, limit, escapeEntities)}\``;
}

/** Somebody else's words: on one line, with no power over ours. `limit` counts what is shown, escaped. */
export function foreign(text: string, limit: number): string {
  return within(text.replace(/\s+/g, ' ').trim(), limit, escapeText);
}

/** Somebody else's words on one line for a place where nothing is read as markup, as in rich text. */
export function flat(text: string, limit: number): string {
  return shorten(text.replace(unseen, '').replace(/\s+/g, ' ').trim(), limit);
}

/** Somebody else's lines as they stand, in one block: the last of them that fit. A fence inside would end it. */
export function preformatted(lines: readonly string[], limit = 2_500): string {
  const shown: string[] = [];
  let left = limit;
  for (const line of lines.toReversed()) {
    const harmless = within(line.replace(unseen, '').replaceAll('`', "'"), 400, escapeEntities);
    left -= harmless.length + 1;
    if (left < 0) break;
    shown.unshift(harmless);
  }
  return `\`\`\`\n${shown.join('\n')}\n\`\`\``;
}

function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escaped and cut so that no entity is cut: five characters of `&amp;` count as five. */
function within(text: string, limit: number, harmless: (part: string) => string): string {
  const whole = harmless(text.slice(0, limit + 1));
  if (text.length <= limit && whole.length <= limit) return whole;
  let shown = '';
  for (const character of text) {
    const next = harmless(character);
    if (shown.length + next.length > limit - 1) break;
    shown += next;
  }
  return `${shown}…`;
}

/** Shortens in the middle of nowhere but never in the middle of a character; the cut is visible. `limit` counts UTF-16 units. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  // A surrogate that lost its other half would show as a broken character.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** The command to copy in code style, or whom to ask in plain words. */
export function nextWords(next: string): string {
  if (next.startsWith('/')) return code(next, 300);
  // A command among other words stands between backticks, which would be escaped with the rest.
  return next
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part, 300) : spaced(part)))
    .join('');
}

/** Somebody's words between two commands: the spaces around them stay. */
function spaced(part: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(part) ?? [];
  return `${before === '' ? '' : ' '}${foreign(inner, 300)}${after === '' ? '' : ' '}`;
}

/** The same words as one line without our marks, for `text`: what stood in code style gets no power by losing it. */
export function spoken(mrkdwn: string, limit = 3_000): string {
  const words = mrkdwn
    .replace(/(?<!\u200b)`([^`]*)`/g, (_, inner: string) => inner.replace(/[_~]/g, (mark) => `\u200b${mark}`))
    .replace(/[*`]/g, '')
    .replace(/\n+/g, ' ');
  return shorten(words, limit);
}

/** A mention of a person; what acts by itself is named, as nobody is behind it. */
export function mention(user: string): string {
  return user === automatic ? user : `<@${user}>`;
}

/** A link whose label is foreign text. */
export function link(url: string, label: string): string {
  return `<${encodeURI(decodeURI(url)).replaceAll('|', '%7C').replaceAll('>', '%3E')}|${escapeText(label).replaceAll('|', '¦')}>`;
}

/** `verbatim`: only our own markup counts; Slack makes no link of a bare URL and no mention of a bare `@here` in foreign text. */
function markup(mrkdwn: string, limit: number) {
  return { type: 'mrkdwn', text: shorten(mrkdwn, limit), verbatim: true } as const;
}

// Limits: Block Kit reference, section text 3000, context 10 elements, actions 25, header 150, button text 75.
export function section(mrkdwn: string): SectionBlock {
  return { type: 'section', text: markup(mrkdwn, 3000) };
}

export function fields(entries: readonly string[]): SectionBlock {
  return {
    type: 'section',
    fields: entries.slice(0, 10).map((text) => markup(text, 2000)),
  };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: shorten(text, 150), emoji: true } };
}

export function context(...mrkdwn: readonly string[]): ContextBlock {
  return {
    type: 'context',
    elements: mrkdwn.slice(0, 10).map((text) => markup(text, 2000)),
  };
}

export function divider(): DividerBlock {
  return { type: 'divider' };
}

export function actions(...elements: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: elements.slice(0, 25) };
}

export interface ButtonOptions {
  /** Verb and object: "Roll back to 1.4.1". */
  readonly text: string;
  readonly action: string;
  /** A short id only: rights and state are read again at the click. */
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: string; readonly confirm: string };
  readonly url?: string;
}

export function button(options: ButtonOptions): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: shorten(options.text, 75), emoji: true },
    action_id: options.action,
    value: options.value,
    ...(options.style === undefined ? {} : { style: options.style }),
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.confirm === undefined ? {} : { confirm: confirmation(options.confirm) }),
  };
}

export interface ModalOptions {
  /** Which form it is: `release.reject`. */
  readonly callback: string;
  /** What comes back with what was filled in: short ids, never rights. */
  readonly about: string;
  readonly title: string;
  readonly submit: string;
  readonly blocks: ModalView['blocks'];
}

// Limits: view title, submit and close 24, private_metadata 3000.
export function modal(options: ModalOptions): ModalView {
  const word = (text: string) => ({ type: 'plain_text', text: shorten(text, 24) }) as const;
  return {
    type: 'modal',
    callback_id: options.callback,
    private_metadata: options.about,
    title: word(options.title),
    submit: word(options.submit),
    close: word('Cancel'),
    blocks: options.blocks,
  };
}

/** A question to be answered in words; block and element have the same name. */
export function textInput(options: {
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  readonly limit: number;
  /** Whether the cursor stands there at first; default: yes. */
  readonly focused?: boolean;
}): InputBlock {
  return {
    type: 'input',
    block_id: options.name,
    label: { type: 'plain_text', text: options.label },
    element: {
      type: 'plain_text_input',
      action_id: options.name,
      multiline: true,
      max_length: options.limit,
      focus_on_load: options.focused ?? true,
      placeholder: { type: 'plain_text', text: shorten(options.placeholder, 150) },
    },
  };
}

function confirmation(dialog: {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
}): ConfirmationDialog {
  return {
    title: { type: 'plain_text', text: shorten(dialog.title, 100) },
    text: { type: 'plain_text', text: shorten(dialog.text, 300) },
    confirm: { type: 'plain_text', text: shorten(dialog.confirm, 30) },
    deny: { type: 'plain_text', text: 'Keep as it is' },
  };
}
