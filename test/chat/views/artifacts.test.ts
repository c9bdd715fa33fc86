import { expect, test } from 'vitest';
import { artifactsReply } from '../../../src/chat/views/lists.ts';
import type { Check } from '../../../src/vocabulary/artifact.ts';
import { anArtifact, at } from '../../support/builders.ts';

const row = (over: Parameters<typeof anArtifact>[0]) => {
  const [, list] = artifactsReply('web', [anArtifact(over)]).blocks;
  return list?.type === 'section' ? (list.text?.text ?? '').split('Fix the checkout')[1] : undefined;
};
const check = (name: string, state: Check['state'] = 'passed', url?: string): Check => ({
  ...{ name, state, at: at() },
  ...(url === undefined ? {} : { url }),
});
const none = { critical: 0, high: 0, medium: 0, low: 0, at: at() };

test.each<[string, Parameters<typeof anArtifact>[0], string]>([
  ['nothing is known', {}, ''],
  ['an empty list', { checks: [] }, ''],
  ['each state', { checks: [check('ci'), check('scan', 'failed'), check('e2e', 'pending')] }, ' · ✓ ci, ✗ scan, … e2e'],
  ['an address', { checks: [check('ci', 'passed', 'https://ci.test/1')] }, ' · ✓ <https://ci.test/1|ci>'],
  ['a hostile name', { checks: [check('<!here> *x*')] }, ' · ✓ &lt;!here&gt; \u200b*x\u200b*'],
  ['a hostile label', { checks: [check('a|b>', 'passed', 'https://ci.test/1')] }, ' · ✓ <https://ci.test/1|a¦b&gt;>'],
  ['a clean scan', { vulnerabilities: none }, ' · no known vulnerabilities'],
  [
    'a scan',
    { checks: [check('ci')], vulnerabilities: { ...none, critical: 1, low: 3 } },
    ' · ✓ ci; 1 critical, 3 low',
  ],
  [
    'more checks than a row takes',
    { checks: Array.from({ length: 10 }, (_, index) => check(`c${index}`)) },
    ' · ✓ c0, ✓ c1, ✓ c2, ✓ c3, ✓ c4, ✓ c5, ✓ c6, ✓ c7, 2 more checks',
  ],
])('a row of artifacts tells what CI found: %s', (_, over, expected) => expect(row(over)).toBe(expected));
