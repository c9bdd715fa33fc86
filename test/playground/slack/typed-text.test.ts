import { expect, test } from 'vitest';
import { createCompany } from '../../../src/playground/slack/company.ts';
import { installApp } from '../../../src/playground/slack/manifest.ts';
import { workspaceSeedSchema } from '../../../src/playground/slack/seed.ts';
import { encodeTyped } from '../../../src/playground/slack/typed-text.ts';
import { manifest, seed } from './office.ts';

const company = createCompany(workspaceSeedSchema.parse(seed), installApp(manifest));

test.each([
  ['plain', 'plain', 'plain'],
  ['@ana and @Bo.', '<@UANA> and <@UBO>.', '<@UANA|ana> and <@UBO|bo>.'],
  ['@mia left', '@mia left', '@mia left'],
  ['mail ana@bo', 'mail ana@bo', 'mail ana@bo'],
  ['@platform!', '<!subteam^SPLATFORM|@platform>!', '<!subteam^SPLATFORM|@platform>!'],
  ['#general, #board, #no', '<#CGENERAL|general>, #board, #no', '<#CGENERAL|general>, #board, #no'],
  ['@here', '<!here>', '@here'],
  ['<!channel> & <@UANA>', '&lt;!channel&gt; &amp; &lt;@UANA&gt;', '&lt;!channel&gt; &amp; &lt;@UANA&gt;'],
  [
    'see https://x.test/a?b=1&c#general',
    'see <https://x.test/a?b=1&amp;c#general>',
    'see <https://x.test/a?b=1&amp;c#general>',
  ],
])('%s', (typed, inMessage, inCommand) => {
  expect(encodeTyped(typed, company, 'message')).toBe(inMessage);
  expect(encodeTyped(typed, company, 'command')).toBe(inCommand);
});
