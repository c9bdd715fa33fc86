import { describe, expect, test } from 'vitest';
import { parseInline, parseMrkdwn, safeUrl } from '../../../src/playground/page/mrkdwn.js';

type Inline = ReturnType<typeof parseInline>[number];

/** The tree as one short line: bold as [b …], a link as [a url label]. */
function shown(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'bold':
        case 'italic':
        case 'strike':
          return `[${node.kind.charAt(0)} ${shown(node.children)}]`;
        case 'code':
          return `[code ${node.text}]`;
        case 'emoji':
          return `[${node.text}]`;
        case 'link':
          return `[a ${node.url} ${node.label}]`;
        case 'date':
          return `[date ${node.at} ${node.format} ${node.url ?? '-'} ${node.fallback}]`;
        default:
          return `[${node.kind} ${node.id}${node.label === '' ? '' : ` ${node.label}`}]`;
      }
    })
    .join('');
}

describe('one line of mrkdwn', () => {
  test.each([
    ['plain words', 'plain words'],
    ['*bold* _italic_ ~gone~', '[b bold] [i italic] [s gone]'],
    ['*bold with _both_ inside*', '[b bold with [i both] inside]'],
    ['(*bold*), *bold*.', '([b bold]), [b bold].'],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['* not bold *', '* not bold *'],
    ['*not closed', '*not closed'],
    ['*a* *b*', '[b a] [b b]'],
    ['**', '**'],
    ['run `a *b* <https://x.test|y> &lt;c&gt;` now', 'run [code a *b* y <c>] now'],
    ['`not closed', '`not closed'],
    ['*bold `with * star` inside*', '[b bold [code with * star] inside]'],
    [':tada: done :unknown: 12:30:45', '[🎉] done :unknown: 12:30:45'],
    [':+1::skin-tone-3:', '[👍]'],
    [':constructor:', ':constructor:'],
    ['&lt;b&gt; &amp;amp; &quot; &#60;', '<b> &amp; &quot; &#60;'],
    ['<https://a.test/x?b=1&amp;c=2|the *label* &amp; more>', '[a https://a.test/x?b=1&c=2 the *label* & more]'],
    ['<https://a.test/>', '[a https://a.test/ https://a.test/]'],
    ['<mailto:ana@acme.test|Ana>', '[a mailto:ana@acme.test Ana]'],
    ['see https://a.test/b_c_d, ok', 'see [a https://a.test/b_c_d https://a.test/b_c_d], ok'],
    ['<@U1ANA> <@U1ANA|ana> <#C1REL|releases>', '[user U1ANA] [user U1ANA ana] [channel C1REL releases]'],
    [
      '<!subteam^S1PLAT|@platform> <!here> <!channel|x>',
      '[group S1PLAT @platform] [everyone here] [everyone channel x]',
    ],
    ['<!date^1700000000^{date} at {time}|then>', '[date 1700000000000 {date} at {time} - then]'],
    ['<!date^1700000000^{ago}^https://a.test/|then>', '[date 1700000000000 {ago} https://a.test/ then]'],
    ['*<https://a.test/|a * b>*', '[b [a https://a.test/ a * b]]'],
  ])('%s', (text, expected) => expect(shown(parseInline(text))).toBe(expected));

  test.each([
    ['a script address becomes its label', '<javascript:alert(1)|click>', 'click'],
    ['an address with a tab in its scheme too', '<java\tscript:alert(1)|click>', '<java\tscript:alert(1)|click>'],
    ['data too', '<data:text/html,x|click>', 'click'],
    ['a tag is text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a mention that was escaped stays text', '&lt;!channel&gt; &lt;@U1&gt;', '<!channel> <@U1>'],
    [
      'a zero-width space keeps a mark from closing',
      '\u200b*no\u200b* \u200b`no\u200b`',
      '\u200b*no\u200b* \u200b`no\u200b`',
    ],
  ])('hostile: %s', (_, text, expected) => expect(shown(parseInline(text))).toBe(expected));

  test.each(['*a ', '_*~', '<', '<a', '`', ':a', 'https://', '*_~`<:'])('a long row of %s ends soon', (piece) => {
    const text = piece.repeat(Math.ceil(40_000 / piece.length));
    expect(shown(parseInline(text)).length).toBeGreaterThan(0);
  });
});

describe('a message of several lines', () => {
  test.each([
    ['one\ntwo', ['prose one/two']],
    ['> said\nanswer', ['quote said', 'prose answer']],
    ['&gt; *said*\n&gt; more', ['quote [b said]/more']],
    ['&gt;&gt;&gt; all\nof it\n\nindeed', ['quote all/of it//indeed']],
    ['list:\n• one\n- two\n3. three', ['prose list:/• one/- two/3. three']],
    ['before ```a &lt; *b*\nc``` after', ['prose before ', 'pre a < *b*\nc', 'prose  after']],
    ['```\ncode\n```\nafter', ['pre code', 'prose after']],
    ['never ``` closed', ['prose never ``` closed']],
    ['', []],
  ])('%j', (text, expected) => {
    const blocks = parseMrkdwn(text).map((block) => {
      if (block.kind === 'pre') return `pre ${block.text}`;
      return `${block.kind} ${block.lines.map(shown).join('/')}`;
    });
    expect(blocks).toEqual(expected);
  });
});

test.each([
  ['https://a.test', 'https://a.test/'],
  ['HTTP://a.test/&amp;', 'http://a.test/&'],
  ['/client/act', null],
  ['vbscript:x', null],
  ['file:///etc/passwd', null],
  ['', null],
])('the address %j may be a link to %j', (text, expected) => expect(safeUrl(text)).toBe(expected));
