// @ts-check
// Slack's mrkdwn as data. Nothing here makes HTML: text.js turns the tree into elements, so that hostile text stays text.
import { emoji } from './emoji.js';

/**
 * @typedef {{ kind: 'text', text: string }
 *   | { kind: 'bold' | 'italic' | 'strike', children: Inline[] }
 *   | { kind: 'code', text: string }
 *   | { kind: 'emoji', name: string, text: string }
 *   | { kind: 'link', url: string, label: string }
 *   | { kind: 'user' | 'channel' | 'group' | 'everyone', id: string, label: string }
 *   | { kind: 'date', at: number, format: string, fallback: string, url: string | null }} Inline
 * @typedef {{ kind: 'prose', lines: Inline[][] } | { kind: 'quote', lines: Inline[][] }
 *   | { kind: 'pre', text: string }} Block
 */

/** The three entities that Slack knows; any other stays as it was typed. @param {string} text */
export function decodeEntities(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** An address that may become a link, or null: no javascript:, no data:, nothing relative. @param {string} text */
export function safeUrl(text) {
  const url = URL.parse(decodeEntities(text));
  return url !== null && ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
}

/** @param {string} text @returns {Block[]} */
export function parseMrkdwn(text) {
  const parts = text.split('```');
  // An unclosed fence is three ordinary characters.
  if (parts.length % 2 === 0) parts.push(parts.splice(-2).join('```'));
  return parts.flatMap((part, index) => {
    if (index % 2 === 1) return [{ kind: /** @type {const} */ ('pre'), text: codeText(part.replace(/^\n|\n$/g, '')) }];
    const prose = part.replace(index > 0 ? /^ *\n/ : /^$/, '').replace(index < parts.length - 1 ? /\n$/ : /^$/, '');
    return prose === '' ? [] : parseLines(prose);
  });
}

/** @param {string} prose @returns {Block[]} */
function parseLines(prose) {
  /** @type {Block[]} */
  const blocks = [];
  let quotedToTheEnd = false;
  for (const line of prose.split('\n')) {
    if (/^(?:&gt;|>){3}/.test(line)) quotedToTheEnd = true;
    const quote = /^(?:&gt;|>)+ ?/.exec(line);
    if (quote || quotedToTheEnd) append(blocks, { kind: 'quote', lines: [parseInline(line.slice(quote?.[0].length))] });
    // A list is lines that begin with a bullet: mrkdwn has no syntax for one.
    else append(blocks, { kind: 'prose', lines: [parseInline(line)] });
  }
  return blocks;
}

/** Lines of one kind that follow each other are one block. @param {Block[]} blocks @param {Block} next */
function append(blocks, next) {
  const last = blocks.at(-1);
  if (last === undefined || last.kind !== next.kind || last.kind === 'pre' || next.kind === 'pre') blocks.push(next);
  else last.lines.push(...next.lines);
}

/** @typedef {{ node: Inline, end: number }} Token */

const marks = new Map([
  ['*', /** @type {const} */ ('bold')],
  ['_', /** @type {const} */ ('italic')],
  ['~', /** @type {const} */ ('strike')],
]);
const deepest = 6;

/** One line. Linear in its length: a mark that found no end is not looked for again. @param {string} text @param {number} [depth] @returns {Inline[]} */
export function parseInline(text, depth = 0) {
  /** @type {Inline[]} */
  const nodes = [];
  /** @type {Set<string>} */
  const unclosed = new Set();
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at, depth, unclosed);
    if (token === null) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain !== '') nodes.push({ kind: 'text', text: decodeEntities(plain) });
    plain = '';
    nodes.push(token.node);
    at = token.end;
  }
  if (plain !== '') nodes.push({ kind: 'text', text: decodeEntities(plain) });
  return nodes;
}

/** @param {string} text @param {number} at @param {number} depth @param {Set<string>} unclosed @returns {Token | null} */
function tokenAt(text, at, depth, unclosed) {
  const character = text.charAt(at);
  if (character === '<') return reference(text, at);
  if (character === '`') return code(text, at);
  if (character === ':') return emojiAt(text, at);
  if (character === 'h') return bareLink(text, at);
  const kind = marks.get(character);
  if (kind === undefined || depth >= deepest || unclosed.has(character) || !opens(text, at)) return null;
  const end = closingOf(text, at);
  if (end === -1) unclosed.add(character);
  return end === -1
    ? null
    : { node: { kind, children: parseInline(text.slice(at + 1, end), depth + 1) }, end: end + 1 };
}

const isWord = (/** @type {string} */ character) => /[\p{L}\p{N}]/u.test(character);
/** The zero-width space counts as a space: that is how bots keep foreign text from becoming markup. */
const isSpace = (/** @type {string} */ character) => character === '' || /[\s\u200b]/.test(character);

/** @param {string} text @param {number} at */
function opens(text, at) {
  const next = text.charAt(at + 1);
  return !isWord(text.charAt(at - 1)) && !isSpace(next) && next !== text.charAt(at);
}

/** Where the mark at `open` ends, passing over references and code; -1 where nowhere. @param {string} text @param {number} open */
function closingOf(text, open) {
  const mark = text.charAt(open);
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '<' || character === '`')
      at += Math.max(0, (match(character === '<' ? angle : ticks, text, at)?.[0].length ?? 0) - 1);
    else if (character === mark && at > open + 1 && !isSpace(text.charAt(at - 1)) && !isWord(text.charAt(at + 1)))
      return at;
  }
  return -1;
}

const angle = /<([^<>\n]{1,3500})>/y;
const ticks = /`([^`\n]+)`/y;
const colons = /:([a-z0-9_+'-]{1,60}):(?::skin-tone-[2-6]:)?/y;
const address = /https?:\/\/[^\s<>|"]+/y;

/** @param {RegExp} sticky @param {string} text @param {number} at */
function match(sticky, text, at) {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** @param {string} text @param {number} at @returns {Token | null} */
function code(text, at) {
  const found = match(ticks, text, at);
  if (found === null || /[\s\u200b]$/.test(found[1] ?? '')) return null;
  return { node: { kind: 'code', text: codeText(found[1] ?? '') }, end: at + found[0].length };
}

/** Code shows the label of a reference and nothing else of it. @param {string} text */
function codeText(text) {
  return decodeEntities(text.replace(/<([^<>\n]+)>/g, (_, inner) => inner.slice(inner.indexOf('|') + 1)));
}

/** @param {string} text @param {number} at @returns {Token | null} */
function emojiAt(text, at) {
  const found = match(colons, text, at);
  const name = found?.[1] ?? '';
  const picture = emoji.get(name);
  return found === null || picture === undefined
    ? null
    : { node: { kind: 'emoji', name, text: picture }, end: at + found[0].length };
}

/** @param {string} text @param {number} at @returns {Token | null} */
function bareLink(text, at) {
  if (isWord(text.charAt(at - 1))) return null;
  const found =
    match(address, text, at)?.[0]
      .split(/&[lg]t;/)[0]
      ?.replace(/[.,;:!?)'*_~`]+$/, '') ?? '';
  const url = found === '' ? null : safeUrl(found);
  return url === null ? null : { node: { kind: 'link', url, label: decodeEntities(found) }, end: at + found.length };
}

/** `<…>`: a link, a mention, a date; what is none of them is shown as it is. @param {string} text @param {number} at @returns {Token | null} */
function reference(text, at) {
  const found = match(angle, text, at);
  if (found === null) return null;
  const inner = found[1] ?? '';
  const bar = inner.indexOf('|');
  const target = bar === -1 ? inner : inner.slice(0, bar);
  const label = bar === -1 ? '' : decodeEntities(inner.slice(bar + 1));
  const node = /** @type {Inline | null} */ (
    mentionOf(target, label) ?? dateOf(target, label) ?? linkOf(target, label)
  );
  return node === null ? null : { node, end: at + found[0].length };
}

/** @param {string} target @param {string} label @returns {Inline | null} */
function mentionOf(target, label) {
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return { kind: 'user', id: target.slice(1), label };
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return { kind: 'channel', id: target.slice(1), label };
  if (/^!subteam\^S[A-Z0-9]+$/.test(target)) return { kind: 'group', id: target.slice('!subteam^'.length), label };
  if (/^!(here|channel|everyone)$/.test(target)) return { kind: 'everyone', id: target.slice(1), label };
  return null;
}

/** `!date^SECONDS^FORMAT[^URL]`. @param {string} target @param {string} label @returns {Inline | null} */
function dateOf(target, label) {
  const [word, seconds, format = '', url = ''] = target.split('^');
  if (word !== '!date' || !/^\d{1,12}$/.test(seconds ?? '')) return null;
  return {
    kind: 'date',
    at: Number(seconds) * 1000,
    format: decodeEntities(format),
    fallback: label,
    url: safeUrl(url),
  };
}

/** @param {string} target @param {string} label @returns {Inline | null} */
function linkOf(target, label) {
  const url = safeUrl(target);
  if (url === null) return label === '' || !/^[a-z][a-z0-9+.-]*:/i.test(target) ? null : { kind: 'text', text: label };
  return { kind: 'link', url, label: label === '' ? decodeEntities(target).replace(/^mailto:/, '') : label };
}
